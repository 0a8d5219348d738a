import type { Externals } from '../installation/settings.ts';
import { meshSettings } from '../installation/settings.ts';
import type { Config, RuleSetting } from './config.ts';

/** Lists that grow: what is ignored, declared or overridden in what is extended stays so. */
const LISTS = ['plugins', 'ignore', 'crds', 'projects', 'overrides'] as const;

/**
 * Configs laid one over the other, the later over the earlier: keys replace each other, `rules` and `externals` are
 * merged key by key, and `plugins`, `ignore`, `crds`, `projects`, `overrides` and the lists in `externals` are appended.
 * `extends` is done with and left out. Where a later one names another profile, the releases that an earlier one gives for its profile are not taken along.
 */
export function mergeConfigs(configs: readonly Config[]): Config {
  return configs.reduce<Config>(layOver, {});
}

type Draft = { -readonly [K in keyof Config]: Config[K] };

function layOver(under: Config, over: Config): Config {
  const merged: Draft = { ...under, ...over };
  delete merged.extends;
  const standing = meshSettings().profile;
  if (over.profile !== undefined && over.profile !== (under.profile ?? standing)) {
    for (const key of ['istioVersion', 'kubernetesVersion'] as const) if (over[key] === undefined) delete merged[key];
  }
  for (const key of LISTS) {
    const list = [...(under[key] ?? []), ...(over[key] ?? [])];
    if (list.length > 0) Object.assign(merged, { [key]: list });
  }
  if (under.rules && over.rules) merged.rules = mergeRules(under.rules, over.rules);
  if (under.externals && over.externals) merged.externals = mergeExternals(under.externals, over.externals);
  return merged;
}

type Rules = NonNullable<Config['rules']>;

/** Of two names that mean one rule the later key counts: those of the later config come last. */
function mergeRules(under: Rules, over: Rules): Rules {
  const kept = Object.entries(under).filter(([name]) => !Object.hasOwn(over, name));
  const own = Object.entries(over).map(([name, setting]): [string, RuleSetting] => {
    return [name, Object.hasOwn(under, name) ? mergeSetting(under[name] as RuleSetting, setting) : setting];
  });
  return Object.fromEntries([...kept, ...own]);
}

/** Who changes the severity alone leaves the options as they are, and the other way round. */
function mergeSetting(under: RuleSetting, over: RuleSetting): RuleSetting {
  const long = (setting: RuleSetting) => (typeof setting === 'string' ? { severity: setting } : setting);
  const merged = { ...long(under), ...long(over) };
  return 'options' in merged ? merged : over;
}

function mergeExternals(under: Partial<Externals>, over: Partial<Externals>): Partial<Externals> {
  const merged: Partial<Record<keyof Externals, readonly string[]>> = { ...under, ...over };
  for (const key of Object.keys(merged) as (keyof Externals)[]) {
    merged[key] = [...(under[key] ?? []), ...(over[key] ?? [])];
  }
  return merged;
}
