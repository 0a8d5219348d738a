import {
  type ExternalMatchers,
  type Externals,
  type MeshSettings,
  meshSettings,
  NO_EXTERNAL_MATCHERS,
  type ProfileName,
} from '../installation/settings.ts';
import { atLeast, parseVersion, type Version } from '../installation/version.ts';
import type { RuleHead } from '../rule/late-rule.ts';
import { SEVERITIES, type Severity } from '../source/severity.ts';
import type {
  Config,
  MeshConfigKeys,
  OverrideConfig,
  PresetName,
  ProjectConfig,
  RuleSetting,
  RuleSeverity,
} from './config.ts';
import { matchAny, tidyPath } from './glob.ts';
import { type FindingPlace, overrideMatcher } from './overrides.ts';

/**
 * The settings that a config, or one of its projects, asks for. A project is laid over the settings of the whole
 * config (`base`). Where it names another profile, the versions are those of that profile unless it gives its own:
 * Istio 1.30 seen by the guides of 1.0 is nobody's wish. Its externals are added to those of the config.
 *
 * Throws for a version that `parseVersion` does not read: a config is checked before.
 */
export function settingsOf(config: MeshConfigKeys, base?: MeshSettings): MeshSettings {
  const given: { -readonly [K in keyof MeshSettings]?: MeshSettings[K] } = {};
  if (config.profile !== undefined) given.profile = config.profile;
  if (config.istioVersion !== undefined) given.istioVersion = versionOf(config.istioVersion);
  if (config.kubernetesVersion !== undefined) given.kubernetesVersion = versionOf(config.kubernetesVersion);
  if (config.closedWorld !== undefined) given.closedWorld = config.closedWorld;
  if (config.defaultNamespace !== undefined) given.defaultNamespace = config.defaultNamespace;
  if (config.expectMesh !== undefined) given.expectMesh = config.expectMesh;
  if (config.defaultRevision !== undefined) given.defaultRevision = config.defaultRevision;
  if (config.revisions !== undefined) given.revisions = config.revisions;
  if (config.tags !== undefined) given.tags = config.tags;
  if (config.linkerdVersion !== undefined) given.linkerdVersion = versionOf(config.linkerdVersion);
  if (config.gatewayApiVersion !== undefined) given.gatewayApiVersion = versionOf(config.gatewayApiVersion);
  if (config.gatewayApiChannel !== undefined) given.gatewayApiChannel = config.gatewayApiChannel;
  if (config.installation !== undefined) given.installation = { ...base?.installation, ...config.installation };
  if (config.enableNamespacesByDefault !== undefined) {
    given.enableNamespacesByDefault = config.enableNamespacesByDefault;
  }
  if (config.allowMultipleServices !== undefined) given.allowMultipleServices = config.allowMultipleServices;
  if (config.uniqueApp !== undefined) given.uniqueApp = config.uniqueApp;
  if (config.externals !== undefined) given.externals = joinExternals(base?.externals, config.externals);
  if (base === undefined) return meshSettings(given);
  if (given.profile === undefined || given.profile === base.profile) return { ...base, ...given };
  const { istioVersion, kubernetesVersion } = meshSettings({ profile: given.profile });
  return { ...base, istioVersion, kubernetesVersion, ...given };
}

function versionOf(text: string): Version {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${JSON.stringify(text)} is no version such as "1.24"`);
  return version;
}

function joinExternals(base: Externals | undefined, given: Partial<Externals>): Externals {
  const join = (key: keyof Externals): readonly string[] => [...(base?.[key] ?? []), ...(given[key] ?? [])];
  return {
    namespaces: join('namespaces'),
    hosts: join('hosts'),
    services: join('services'),
    gateways: join('gateways'),
    workloads: join('workloads'),
  };
}

/** How a name found its rules: as the id, as an id of former days, or as another tool's code. */
export type NameKind = 'id' | 'former' | 'code';

/** The rules behind a name, and what kind of name it was. */
export interface FoundRules<R extends RuleHead = RuleHead> {
  readonly kind: NameKind;
  /** One for an id; every rule that has the code for a code. */
  readonly rules: readonly R[];
}

/** Rules by all the names they go by. */
export interface RuleIndex<R extends RuleHead = RuleHead> {
  readonly rules: readonly R[];
  find(name: string): FoundRules<R> | undefined;
  /** Every name that `find` knows, sorted, codes as the rules write them: what "did you mean" chooses from. */
  readonly names: readonly string[];
}

/** Makes an index of rules by id, former id and code. */
export function ruleIndex<R extends RuleHead>(rules: readonly R[]): RuleIndex<R> {
  const ids = new Map<string, R>();
  const former = new Map<string, R>();
  const codes = new Map<string, { name: string; rules: R[] }>();
  for (const rule of rules) {
    ids.set(rule.meta.id, rule);
    for (const id of rule.meta.formerly ?? []) former.set(id, rule);
    for (const written of rule.meta.codes ?? []) {
      for (const name of new Set([written, baseCode(written)])) {
        const known = codes.get(name.toUpperCase()) ?? { name, rules: [] };
        if (!known.rules.includes(rule)) known.rules.push(rule);
        codes.set(name.toUpperCase(), known);
      }
    }
  }
  const names = new Set([...ids.keys(), ...former.keys(), ...[...codes.values()].map((code) => code.name)]);
  return {
    rules,
    names: [...names].sort(),
    find(name) {
      const rule = ids.get(name);
      if (rule) return { kind: 'id', rules: [rule] };
      const renamed = former.get(name);
      if (renamed) return { kind: 'former', rules: [renamed] };
      const code = codes.get(name.toUpperCase());
      return code && { kind: 'code', rules: code.rules };
    },
  };
}

/** The rules that go by a name: an id, a former id, or a code in any case (`IST0101` is also `IST0101/host`). */
export function findRules<R extends RuleHead>(rules: readonly R[], name: string): readonly R[] {
  return ruleIndex(rules).find(name)?.rules ?? [];
}

/** `IST0101/host` narrows `IST0101`: the part before the slash is what the other tool prints. */
function baseCode(code: string): string {
  const slash = code.indexOf('/');
  return slash < 0 ? code : code.slice(0, slash);
}

/** What is said of a rule for some places only, or after that. */
export interface LocalSeverity {
  /** undefined: everywhere. */
  readonly matches: ((place: FindingPlace) => boolean) | undefined;
  readonly severity: RuleSeverity | undefined;
  readonly byCode: ReadonlyMap<string, RuleSeverity>;
}

/** A rule that runs, and how severe its findings are. */
export interface ResolvedRule<R extends RuleHead = RuleHead> {
  readonly rule: R;
  /** Of every finding, because the user named the rule; only a code that was named later has more to say. */
  readonly severity: RuleSeverity | undefined;
  /** Of a finding when nothing else is said; `off` when the rule runs only for the codes the user turned on. */
  readonly usual: RuleSeverity;
  /** What a finding has at least, also where the rule thinks it mild (preset `strict`). */
  readonly floor: Severity | undefined;
  /** What becomes of a finding that is advice in the case at hand, although the rule as a whole is not. */
  readonly advice: 'left-out' | 'raised' | 'kept';
  /** What the user said of codes after the rule itself, by code in upper case; the last one that fits counts. */
  readonly byCode: ReadonlyMap<string, RuleSeverity>;
  /** What counts more than all above, the later the more. Empty for nearly every rule of nearly every run. */
  readonly local: readonly LocalSeverity[];
  /** The rule's defaults with the user's options laid over. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What decides which rules run. `settings` is `rules` of the config. */
export interface RuleChoice {
  readonly preset: PresetName;
  readonly profile: ProfileName;
  readonly istioVersion: Version;
  readonly settings?: Readonly<Record<string, RuleSetting>> | undefined;
  /** `overrides` of the config: they beat `settings`. */
  readonly local?: readonly OverrideConfig[] | undefined;
  /** Said later, flag by flag: each beats all of the config and those before it. */
  readonly overrides?: readonly Readonly<Record<string, RuleSetting>>[] | undefined;
}

/**
 * The rules that run, in the order given.
 *
 * The rule's own severity, or what the profile makes of it; then the preset; then the user, who wins: by code for the
 * findings with that code, by id for the whole rule, of two the later. A severity turns on what profile and preset
 * leave out, options alone do not. What is said of single places (`local`) beats `settings`, `overrides` beats both: also
 * where the later speaks of a code and the earlier of the rule. Only the Istio release is stronger than the user: outside
 * `since` and `until` what the rule says is not true.
 */
export function resolveRules<R extends RuleHead>(rules: readonly R[], choice: RuleChoice): readonly ResolvedRule<R>[] {
  const asked = new Map<RuleHead, Wish>();
  const index = ruleIndex(rules);
  const wishOf = (rule: RuleHead): Wish => {
    const wish = asked.get(rule) ?? {
      severity: undefined,
      byCode: new Map<string, RuleSeverity>(),
      options: {},
      local: [],
    };
    asked.set(rule, wish);
    return wish;
  };
  const lay = (layer: Readonly<Record<string, RuleSetting>>): void => {
    for (const [found, name, setting] of codesFirst(layer, index)) {
      const { severity, options } = typeof setting === 'string' ? { severity: setting, options: undefined } : setting;
      for (const rule of found.rules) {
        const wish = wishOf(rule);
        if (severity !== undefined && found.kind !== 'code') {
          wish.severity = severity;
          wish.byCode.clear();
          wish.local = [];
        }
        if (severity !== undefined && found.kind === 'code') {
          if (wish.local.length === 0) setLast(wish.byCode, name, severity);
          else wish.local.push(localSeverity(undefined, found, name, severity));
        }
        if (options !== undefined && found.kind !== 'code') wish.options = { ...wish.options, ...options };
      }
    }
  };
  lay(choice.settings ?? {});
  for (const entry of choice.local ?? []) {
    const matches = overrideMatcher(entry);
    for (const [found, name, severity] of codesFirst(entry.rules, index)) {
      for (const rule of found.rules) wishOf(rule).local.push(localSeverity(matches, found, name, severity));
    }
  }
  for (const layer of choice.overrides ?? []) lay(layer);

  const resolved: ResolvedRule<R>[] = [];
  for (const rule of rules) {
    const wish = asked.get(rule);
    if (!holdsFor(rule, choice.istioVersion)) continue;
    const { usual, floor } = presetSeverity(rule, choice.preset, choice.profile);
    const byCode = wish?.byCode ?? new Map<string, RuleSeverity>();
    const local = wish?.local ?? [];
    const speaks = wish?.severity ?? usual;
    const said = [
      speaks,
      ...[{ severity: undefined, byCode }, ...local].flatMap((one) => [one.severity, ...one.byCode.values()]),
    ];
    if (said.every((severity) => severity === undefined || severity === 'off')) continue;
    resolved.push({
      rule,
      severity: wish?.severity,
      usual,
      floor,
      advice: choice.preset === 'recommended' ? 'left-out' : choice.preset === 'strict' ? 'raised' : 'kept',
      byCode,
      local,
      options: { ...(rule.options?.defaults as object | undefined), ...wish?.options },
    });
  }
  return resolved;
}

/** What the user said of one rule. */
interface Wish {
  severity: RuleSeverity | undefined;
  readonly byCode: Map<string, RuleSeverity>;
  options: object;
  local: LocalSeverity[];
}

function localSeverity(
  matches: LocalSeverity['matches'],
  found: FoundRules,
  name: string,
  severity: RuleSeverity,
): LocalSeverity {
  return found.kind === 'code'
    ? { matches, severity: undefined, byCode: new Map([[name.toUpperCase(), severity]]) }
    : { matches, severity, byCode: new Map() };
}

/** A Map keeps the place of the first setting of a key: taken out, so that the last one is last. */
function setLast(byCode: Map<string, RuleSeverity>, code: string, severity: RuleSeverity): void {
  byCode.delete(code.toUpperCase());
  byCode.set(code.toUpperCase(), severity);
}

/** The settings of one layer, codes before ids: what is said of a whole rule has the last word there. */
function codesFirst<S extends RuleSetting>(
  layer: Readonly<Record<string, S>>,
  index: RuleIndex,
): [FoundRules, string, S][] {
  const all = Object.entries(layer).map(([name, setting]): [FoundRules, string, S] => {
    const found = index.find(name);
    if (!found) throw new Error(`There is no rule ${JSON.stringify(name)}`);
    return [found, name, setting];
  });
  return [...all.filter(([found]) => found.kind === 'code'), ...all.filter(([found]) => found.kind !== 'code')];
}

function holdsFor({ meta }: RuleHead, version: Version): boolean {
  if (meta.since !== undefined && !atLeast(version, meta.since)) return false;
  if (meta.until === undefined) return true;
  const last = versionOf(meta.until);
  return version[0] < last[0] || (version[0] === last[0] && version[1] <= last[1]);
}

function presetSeverity(
  { meta }: RuleHead,
  preset: PresetName,
  profile: ProfileName,
): { usual: RuleSeverity; floor: Severity | undefined } {
  const nothing = { usual: 'off', floor: undefined } as const;
  const seen: RuleSeverity = meta.profiles?.[profile] ?? meta.severity;
  if (preset === 'all') return { usual: seen === 'off' ? meta.severity : seen, floor: undefined };
  if (seen === 'off' || (meta.advice && preset !== 'strict')) return nothing;
  if (preset !== 'strict') return { usual: seen, floor: undefined };
  const floor = meta.strict ?? (meta.advice ? 'warning' : undefined);
  // Advice has a severity of its own under `strict`; for any other rule `strict` only lifts.
  const usual = meta.advice && meta.strict !== undefined ? meta.strict : worse(seen, floor);
  return { usual, floor };
}

function worse(severity: Severity, floor: Severity | undefined): Severity {
  return floor !== undefined && SEVERITIES.indexOf(floor) < SEVERITIES.indexOf(severity) ? floor : severity;
}

/**
 * How severe one finding is. `reported` is what the rule said for the case at hand, if anything; `codes` are those of
 * the finding (all of the rule's where it names none); `advice` tells that the case at hand is good advice only; `place`
 * is asked for where something is said of single places.
 */
export function effectiveSeverity(
  resolved: ResolvedRule,
  reported: Severity | undefined,
  codes: readonly string[],
  advice = false,
  place?: () => FindingPlace,
): RuleSeverity {
  if (resolved.local.length > 0) {
    const here = place?.();
    for (let i = resolved.local.length - 1; i >= 0; i--) {
      const { matches, severity, byCode } = resolved.local[i] as LocalSeverity;
      const said = severity ?? severityByCode(byCode, codes);
      if (said !== undefined && (!matches || (here && matches(here)))) return said;
    }
  }
  const said = severityByCode(resolved.byCode, codes);
  if (said !== undefined) return said;
  if (resolved.severity !== undefined) return resolved.severity;
  if (resolved.usual === 'off' || (advice && resolved.advice === 'left-out')) return 'off';
  if (advice && resolved.advice === 'raised')
    return worse(worse(reported ?? resolved.usual, 'warning'), resolved.floor);
  return reported === undefined ? resolved.usual : worse(reported, resolved.floor);
}

function severityByCode(byCode: ReadonlyMap<string, RuleSeverity>, codes: readonly string[]): RuleSeverity | undefined {
  if (byCode.size === 0) return undefined;
  const own = new Set(codes.flatMap((code) => [code.toUpperCase(), baseCode(code).toUpperCase()]));
  let said: RuleSeverity | undefined;
  for (const [code, severity] of byCode) if (own.has(code)) said = severity;
  return said;
}

/** A folder that is a mesh of its own. */
export interface Project {
  /** The folder itself, not the glob that found it: relative to the config file, with `/`; '' for the config's own. */
  readonly folder: string;
  readonly settings: ProjectConfig;
}

/**
 * Tells which project a file belongs to: the deepest folder above it that an entry names, of two entries for one
 * folder the later. undefined: none, the file is of the mesh around. Paths are relative to the config file, with `/`.
 */
export function projectMatcher(projects: Config['projects'] = []): (path: string) => Project | undefined {
  if (projects.length === 0) return () => undefined;
  const entries = projects
    .map((project) => (typeof project === 'string' ? { folder: project } : project))
    .map((settings) => ({ settings, matches: folderMatcher(settings.folder) }))
    .reverse();
  const known = new Map<string, Project | undefined>();
  const ofFolder = (path: string): Project | undefined => {
    const passed: string[] = [];
    let project: Project | undefined;
    for (let folder = path; ; folder = above(folder)) {
      if (known.has(folder)) {
        project = known.get(folder);
        break;
      }
      passed.push(folder);
      const entry = entries.find(({ matches }) => matches(folder));
      if (entry) project = { folder, settings: entry.settings };
      if (entry || folder === '') break;
    }
    for (const folder of passed) known.set(folder, project);
    return project;
  };
  return (path) => {
    const tidy = tidyPath(path);
    return isOutside(tidy) ? undefined : ofFolder(above(tidy));
  };
}

/** As `projectMatcher`, for one file. */
export function projectOf(path: string, config: Config): Project | undefined {
  return projectMatcher(config.projects)(path);
}

function folderMatcher(glob: string): (folder: string) => boolean {
  const tidy = tidyPath(glob);
  return tidy === '' ? (folder) => folder === '' : matchAny([tidy]);
}

function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith('../') || path.startsWith('/');
}

/** Whether a file is left unread: a glob of `ignore` matches it, or a folder above it. */
export function ignores(config: Config): (path: string) => boolean {
  const globs = (config.ignore ?? []).map((glob) => tidyPath(glob) || '**');
  if (globs.length === 0) return () => false;
  const matches = matchAny(globs.flatMap((glob) => [glob, `${glob}/**`]));
  return (path) => matches(tidyPath(path));
}

/** The externals as questions. */
export function compileExternals(externals: Externals): ExternalMatchers {
  if (Object.values(externals).every((globs: readonly string[]) => globs.length === 0)) return NO_EXTERNAL_MATCHERS;
  const hosts = matchAny(externals.hosts.map((glob) => glob.toLowerCase()));
  const inNamespace = (globs: readonly string[]) => {
    const matches = matchAny(globs);
    return (namespace: string, name: string) => matches(`${namespace}/${name}`);
  };
  return {
    namespace: matchAny(externals.namespaces),
    // Names of DNS are the same in any case.
    host: (name) => hosts(name.toLowerCase()),
    service: inNamespace(externals.services),
    gateway: inNamespace(externals.gateways),
    workload: inNamespace(externals.workloads),
  };
}
