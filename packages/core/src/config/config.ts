import type { Externals, InstallationSettings, ProfileName } from '../installation/settings.ts';
import type { Severity } from '../source/severity.ts';

/** Which rules speak. `recommended`: all but advice; `strict`: advice too, and raised; `all`: also what the profile switches off. */
export type PresetName = 'recommended' | 'strict' | 'all';

/** The presets, the mildest first. */
export const PRESETS: readonly PresetName[] = ['recommended', 'strict', 'all'];

/** What a rule can be set to. */
export type RuleSeverity = Severity | 'off';

/** What a config file says of one rule. */
export type RuleSetting =
  | RuleSeverity
  | { readonly severity?: RuleSeverity; readonly options?: Readonly<Record<string, unknown>> };

/** What may differ from one mesh to the next. */
export interface MeshConfigKeys {
  readonly profile?: ProfileName;
  /** A minor release, such as `1.24`. */
  readonly istioVersion?: string;
  readonly kubernetesVersion?: string;
  readonly closedWorld?: boolean;
  readonly defaultNamespace?: string;
  readonly expectMesh?: 'all' | 'evidence' | 'none';
  readonly defaultRevision?: string;
  readonly revisions?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
  readonly enableNamespacesByDefault?: boolean;
  readonly linkerdVersion?: string;
  /** Release of the Gateway API whose definitions are installed, such as `1.4`; absent takes that which Istio is written for. */
  readonly gatewayApiVersion?: string;
  /** The channel of it that is installed; absent forgives what either has. */
  readonly gatewayApiChannel?: 'standard' | 'experimental';
  readonly installation?: InstallationSettings;
  readonly allowMultipleServices?: 'never' | 'same-protocol' | 'always';
  readonly uniqueApp?: 'strict' | 'name-and-revision' | 'off';
  readonly externals?: Partial<Externals>;
}

/** A folder whose manifests are a mesh of their own: nothing outside it is looked up or conflicts with it. */
export interface ProjectConfig extends MeshConfigKeys {
  /** Folder or glob of folders, relative to the config file; each folder that matches is a mesh. */
  readonly folder: string;
}

/** Severities for the findings that meet all of its conditions. An entry without conditions holds for every finding. */
export interface OverrideConfig {
  /** Globs of files, relative to the config file; a folder stands for all below it. */
  readonly files?: readonly string[];
  /** `Deployment`, or with the group, `networking.istio.io/Gateway`. */
  readonly kinds?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly names?: readonly string[];
  /** Globs of values by key of the label; all of them have to fit. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly rules: Readonly<Record<string, RuleSeverity>>;
}

/** A config file, as its author writes it. Every key is optional; unknown keys are errors. */
export interface Config extends MeshConfigKeys {
  readonly $schema?: string;
  /**
   * Presets, files and packages that this config is laid over, the later over the earlier. The command line reads them; the
   * engine takes a config that is whole.
   */
  readonly extends?: readonly string[];
  readonly preset?: PresetName;
  /** Rule id, former id or another tool's code, to a severity or severity and options. */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
  /** Of those that say something of one finding the last counts, and it counts more than `rules`. */
  readonly overrides?: readonly OverrideConfig[];
  readonly projects?: readonly (string | ProjectConfig)[];
  /**
   * Modules that bring rules, by package name or by a path relative to the config file. The command line loads them; the
   * engine loads nothing, and a program gives it the rules themselves.
   */
  readonly plugins?: readonly string[];
  /** Whether a suppression without a reason silences nothing. */
  readonly requireReasons?: boolean;
  /** Globs of files that are not read at all, relative to the config file. */
  readonly ignore?: readonly string[];
  /**
   * Files or globs of files with the CustomResourceDefinitions of the cluster, relative to the config file. The command line reads
   * them; a program gives the engine their text.
   */
  readonly crds?: readonly string[];
  /** A file of findings that are known, relative to the config file. */
  readonly baseline?: string;
  readonly failOn?: Severity | 'never';
  readonly maxWarnings?: number;
}

/** What holds where a config says nothing; the defaults of the mesh are those of `meshSettings`. */
export const CONFIG_DEFAULTS = {
  preset: 'recommended',
  failOn: 'error',
  requireReasons: false,
} as const satisfies Config;
