import { formatVersion } from '../installation/version.ts';
import { CONFIG_DEFAULTS, type Config, type ProjectConfig } from './config.ts';
import { overridesFile } from './overrides.ts';
import { ignores, projectMatcher, settingsOf } from './resolve-config.ts';

/** What a config comes to, for one file or for the mesh as a whole. */
export interface EffectiveConfig {
  /** The folder of the project that the file is in, relative to the config; undefined where it is in none. */
  readonly project: string | undefined;
  /** Whether `ignore` of the config leaves the file unread. */
  readonly ignored: boolean;
  /** The config with its defaults, and that of the project laid over; of `overrides` those whose `files` fit. */
  readonly config: Config;
}

/** `path` is relative to the config file; without one the answer is for a file in no project, with all overrides. */
export function effectiveConfig(config: Config, path?: string): EffectiveConfig {
  const { $schema: _, extends: __, projects, overrides = [], ...own } = config;
  const found = path === undefined ? undefined : projectMatcher(projects)(path);
  const base = settingsOf(config);
  const settings = found ? settingsOf(found.settings, base) : base;
  const asked: Partial<ProjectConfig> = { ...own, ...found?.settings };
  const fitting = path === undefined ? overrides : overrides.filter((entry) => overridesFile(entry, path));
  return {
    project: found?.folder,
    ignored: path !== undefined && ignores(config)(path),
    config: {
      ...CONFIG_DEFAULTS,
      ...own,
      profile: settings.profile,
      istioVersion: formatVersion(settings.istioVersion),
      kubernetesVersion: formatVersion(settings.kubernetesVersion),
      closedWorld: settings.closedWorld,
      defaultNamespace: settings.defaultNamespace,
      expectMesh: settings.expectMesh,
      linkerdVersion: formatVersion(settings.linkerdVersion),
      ...(settings.gatewayApiVersion === undefined
        ? {}
        : { gatewayApiVersion: formatVersion(settings.gatewayApiVersion) }),
      ...(settings.gatewayApiChannel === undefined ? {} : { gatewayApiChannel: settings.gatewayApiChannel }),
      ...(settings.defaultRevision === undefined ? {} : { defaultRevision: settings.defaultRevision }),
      revisions: settings.revisions,
      tags: settings.tags,
      ...(settings.enableNamespacesByDefault === undefined
        ? {}
        : { enableNamespacesByDefault: settings.enableNamespacesByDefault }),
      installation: settings.installation,
      ...(asked.allowMultipleServices ? { allowMultipleServices: asked.allowMultipleServices } : {}),
      ...(asked.uniqueApp ? { uniqueApp: asked.uniqueApp } : {}),
      externals: settings.externals,
      rules: config.rules ?? {},
      overrides: fitting,
      ...(path === undefined && projects ? { projects } : {}),
    },
  };
}
