import type { Externals, ProfileName } from '../mesh/settings.ts';
import type { Severity } from '../source/severity.ts';

/** Which rules speak. `recommended`: all but advice; `strict`: advice too, and raised; `all`: also what the profile switches off. */
export type PresetName = 'recommended' | 'strict' | 'all';

export const PRESETS: readonly PresetName[] = ['recommended', 'strict', 'all'];

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
  readonly enableNamespacesByDefault?: boolean;
  readonly allowMultipleServices?: 'never' | 'same-protocol' | 'always';
  readonly uniqueApp?: 'strict' | 'name-and-revision' | 'off';
  readonly externals?: Partial<Externals>;
}

/** A folder whose manifests are a mesh of their own: nothing outside it is looked up or conflicts with it. */
export interface ProjectConfig extends MeshConfigKeys {
  /** Folder or glob of folders, relative to the config file; each folder that matches is a mesh. */
  readonly folder: string;
}

/** A config file, as its author writes it. Every key is optional; unknown keys are errors. */
export interface Config extends MeshConfigKeys {
  readonly $schema?: string;
  readonly preset?: PresetName;
  /** Rule id, former id or another tool's code, to a severity or severity and options. */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
  readonly projects?: readonly (string | ProjectConfig)[];
  /** Globs of files that are not read at all, relative to the config file. */
  readonly ignore?: readonly string[];
  readonly failOn?: Severity | 'never';
  readonly maxWarnings?: number;
}

/** What holds where a config says nothing; the defaults of the mesh are those of `meshSettings`. */
export const CONFIG_DEFAULTS = { preset: 'recommended', failOn: 'error' } as const satisfies Config;
