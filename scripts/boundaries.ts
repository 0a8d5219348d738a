import { builtinModules } from 'node:module';
import { posix } from 'node:path';

/** Folders of core, lowest first: a folder imports from itself and from those before it. */
export const CORE_FOLDERS = [
  'source',
  'manifest',
  'schema',
  'installation',
  'cluster',
  'proxy',
  'injection',
  'mesh',
  'pods',
  'sidecar',
  'linkerd',
  'ports',
  'enrolment',
  'webhooks',
  'names',
  'ambient',
  'gateway-api',
  'routing',
  'envoy',
  'security',
  'linkerd-policy',
  'traffic',
  'rule',
  'config',
  'lint',
  'fix',
  'reporters',
] as const;

/** Rooms of the code that rules share, lowest first: a room imports from itself and from those before it. What is a fact about the mesh belongs to core. */
export const SHARED_ROOMS = ['words', 'codes', 'edits', 'schema', 'refusals', 'severity'] as const;

/** The packages, lowest first, with the name that the others import them by. */
export const PACKAGES = [
  { folder: 'core', name: '@meshvet/core' },
  { folder: 'rules', name: '@meshvet/rules' },
  { folder: 'cli', name: 'meshvet' },
  { folder: 'github-action', name: '@meshvet/github-action' },
] as const;

/** Folders this list speaks of. One that is gone would make a line of it true of nothing. */
export const NAMED_FOLDERS = [
  ...CORE_FOLDERS.map((folder) => `packages/core/src/${folder}`),
  'packages/core/src/testing',
  ...SHARED_ROOMS.map((room) => `packages/rules/src/shared/${room}`),
  'packages/cli/src/commands',
  'packages/github-action',
  'scripts',
] as const;

/** Files this list speaks of. */
export const NAMED_FILES = [
  'packages/core/src/index.ts',
  'packages/core/src/lint/result.ts',
  'packages/core/src/lint/workload-result.ts',
  'packages/core/src/lint/trace-result.ts',
  'packages/rules/src/index.ts',
  'packages/cli/src/host.ts',
  'packages/cli/src/load-plugins.ts',
  'packages/cli/src/code-config.ts',
] as const;

/** The results that reporters turn into text. */
const RESULTS: readonly string[] = ['result', 'trace-result', 'workload-result'].map(
  (name) => `packages/core/src/lint/${name}.ts`,
);

/** They import what the user's config names, or the config itself. */
const CODE_LOADERS: readonly string[] = ['packages/cli/src/load-plugins.ts', 'packages/cli/src/code-config.ts'];

/** Libraries of core that only one folder may import. */
const LIBRARY_OWNERS: ReadonlyMap<string, string> = new Map([
  ['yaml', 'source'],
  ['js-yaml', 'source'],
  ['ajv', 'config'],
  ['picomatch', 'config'],
  ['@bufbuild/cel', 'schema'],
  ['@bufbuild/re2', 'schema'],
]);

const BUILT_IN: ReadonlySet<string> = new Set(builtinModules);

/** An import as the file writes it. */
export interface ImportLine {
  readonly line: number;
  readonly specifier: string;
  /** Gone when the file is compiled: `import type` and `export type`. */
  readonly typeOnly: boolean;
}

/** What a package may import beside its own files. */
export interface Dependencies {
  readonly runtime: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

const STATIC =
  /^[ \t]*(import|export)\b(?:[ \t]+(type)\b(?![ \t]*(?:,|from\b)))?([^'"`;=]*?\bfrom\b)?[ \t\n]*(['"])([^'"\n]+)\4/gm;
const DYNAMIC = /\b(?:import|require)\s*\(\s*(?:(['"`])([^'"`\n$]+)\1|([^)\s'"`]))/g;

/** The imports of a file: static ones, `import()`, `require()` and types that are imported in place. */
export function importLines(text: string): ImportLine[] {
  const found: ImportLine[] = [];
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  for (const match of text.matchAll(STATIC)) {
    if (match[1] === 'export' && match[3] === undefined) continue;
    found.push({ line: lineOf(match.index), specifier: match[5] as string, typeOnly: match[2] !== undefined });
  }
  for (const match of text.matchAll(DYNAMIC)) {
    const line = lineOf(match.index);
    const before = (text.split('\n')[line - 1] ?? '').trimStart();
    if (before.startsWith('//') || before.startsWith('*') || before.startsWith('/*')) continue;
    found.push({ line, specifier: match[2] ?? '', typeOnly: false });
  }
  return found;
}

/** Every import that points where it must not, one line each. Paths are relative to the repository, with `/`. */
export function boundaryFaults(
  files: ReadonlyMap<string, string>,
  dependencies: ReadonlyMap<string, Dependencies>,
): string[] {
  const faults: string[] = [];
  for (const [path, text] of files) {
    for (const one of importLines(text)) {
      for (const fault of faultsOf(path, one, dependencies)) faults.push(`${path}:${one.line} ${fault}`);
    }
  }
  return faults;
}

/**
 * The circles in which files import each other, each as the files of one circle, sorted; tests apart. An import of types ties two files as
 * one of values does: neither can be read, moved or changed without the other. So does a late import: `import()` is there to load less
 * at the start, and a file that loads another late must stand above it all the same. There is no exception.
 */
export function importCircles(files: ReadonlyMap<string, string>): string[][] {
  const targets = new Map<string, readonly string[]>();
  for (const [path, text] of files) {
    if (/\.test\.ts$/.test(path)) continue;
    const inside = importLines(text)
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => posix.join(posix.dirname(path), specifier));
    targets.set(
      path,
      [...new Set(inside)].filter((target) => target === path || files.has(target)),
    );
  }
  return circlesOf(targets);
}

/** The strongly connected parts of more than one node, or of one that points at itself (Tarjan). */
function circlesOf(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const numbers = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const circles: string[][] = [];
  const visit = (path: string): number => {
    const number = numbers.size;
    numbers.set(path, number);
    open.push(path);
    isOpen.add(path);
    let low = number;
    for (const target of targets.get(path) ?? []) {
      if (!numbers.has(target)) low = Math.min(low, visit(target));
      else if (isOpen.has(target)) low = Math.min(low, numbers.get(target) as number);
    }
    if (low < number) return low;
    const part = open.splice(open.indexOf(path));
    for (const one of part) isOpen.delete(one);
    if (part.length > 1 || targets.get(path)?.includes(path)) circles.push(part.sort());
    return low;
  };
  for (const path of targets.keys()) if (!numbers.has(path)) visit(path);
  return circles.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

function faultsOf(path: string, one: ImportLine, dependencies: ReadonlyMap<string, Dependencies>): string[] {
  const { specifier } = one;
  const owner = path.startsWith('scripts/') ? 'scripts' : (/^packages\/([^/]+)\//.exec(path)?.[1] ?? '');
  const isTest = /\.test\.ts$/.test(path) || /^packages\/[^/]+\/test\//.test(path);
  if (specifier === '' && CODE_LOADERS.includes(path)) return [];
  if (specifier === '') return isTest ? [] : ['imports something that is not written out, so nobody can tell what'];
  const faults: string[] = [];
  const say = (fault: string | false | undefined) => {
    if (fault) faults.push(fault);
  };
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    say(!target.endsWith('.ts') && !target.endsWith('.json') && `imports ${specifier} without its ending`);
    // Scripts may look inside the packages: they document and measure what is not public.
    if (owner === 'scripts') return faults;
    say(!target.startsWith(`packages/${owner}/`) && `leaves its package: ${specifier}`);
    say(!isTest && /\.test\.ts$/.test(target) && `imports a test: ${specifier}`);
    if (owner === 'core') say(coreFault(path, target, one, isTest));
    if (owner === 'rules') say(rulesFault(path, target, isTest));
    if (owner === 'cli') say(cliFault(path, target));
    return faults;
  }
  const name = packageName(specifier);
  if (isBuiltIn(specifier)) {
    say(!isTest && (owner === 'core' || owner === 'rules') && `imports ${specifier}: core and rules run without Node`);
    const isFileSystem = /^(?:node:)?(?:fs|child_process)(?:\/|$)/.test(specifier);
    say(
      !isTest &&
        owner === 'cli' &&
        isFileSystem &&
        path !== 'packages/cli/src/host.ts' &&
        `imports ${specifier}: only host.ts touches files and programs`,
    );
    return faults;
  }
  say(packageFault(owner, name, specifier, isTest));
  if (owner === 'core' && !isTest) {
    const folder = coreFolder(path);
    const only = LIBRARY_OWNERS.get(name);
    say(only !== undefined && folder !== only && `imports ${name}: only ${only} does`);
  }
  if (owner === 'rules' && !isTest) {
    say(specifier !== '@meshvet/core' && `imports ${specifier}: rules import @meshvet/core and shared code only`);
  }
  const known = dependencies.get(owner);
  const testing = isTest || owner === 'scripts' || path.startsWith('packages/core/src/testing/');
  // Types that come from elsewhere than the library are gone when the file is compiled.
  if (one.typeOnly && known?.all.has(`@types/${name}`)) return faults;
  say(
    !(testing ? known?.all : known?.runtime)?.has(name) &&
      `imports ${name}, which is not among the dependencies of ${owner}`,
  );
  return faults;
}

/** The direction between packages. */
function packageFault(owner: string, name: string, specifier: string, isTest: boolean): string | undefined {
  const own = PACKAGES.findIndex(({ folder }) => folder === owner);
  const other = PACKAGES.findIndex((one) => one.name === name);
  if (other < 0 || own < 0) return undefined;
  if (other >= own)
    return `imports ${specifier}: packages point from ${PACKAGES.map((p) => p.folder)
      .reverse()
      .join(' to ')}`;
  if (specifier === '@meshvet/core/testing' && !isTest) return 'imports @meshvet/core/testing outside a test';
  return undefined;
}

function coreFolder(path: string): string {
  return /^packages\/core\/src\/([^/]+)\//.exec(path)?.[1] ?? '';
}

function coreFault(path: string, target: string, one: ImportLine, isTest: boolean): string | undefined {
  // Tests and what serves them see all; the public surface is there to name everything.
  if (isTest || path === 'packages/core/src/index.ts') return undefined;
  const from = coreFolder(path);
  const to = coreFolder(target);
  if (from === 'testing') return undefined;
  const rank = (folder: string) => (CORE_FOLDERS as readonly string[]).indexOf(folder);
  if (rank(from) < 0) return 'stands in a folder of core that has no place in the row';
  if (rank(to) < 0 || rank(to) > rank(from))
    return `${from} imports ${to || 'index.ts'}: the row is ${CORE_FOLDERS.join(' < ')}`;
  if (from !== 'reporters' || to === 'reporters' || to === 'source') return undefined;
  if (RESULTS.includes(target)) return undefined;
  if (to === 'rule') return one.typeOnly ? undefined : 'reporters take types only from rule';
  return 'reporters see the results of lint, source and the types of rule only';
}

function rulesFault(path: string, target: string, isTest: boolean): string | undefined {
  const inside = (file: string) => file.slice('packages/rules/src/'.length);
  const from = inside(path);
  const to = inside(target);
  if (!from.includes('/'))
    return to.startsWith('shared/') && !isTest ? 'the list of rules imports rules only' : undefined;
  if (to.startsWith('shared/')) return from.startsWith('shared/') && !isTest ? sharedFault(from, to) : undefined;
  if (isTest)
    return to === from.replace(/\.test\.ts$/, '.ts') || to === 'index.ts'
      ? undefined
      : `a test of a rule imports that rule, not ${to}`;
  return from.startsWith('shared/')
    ? 'shared imports core and shared only'
    : 'a rule imports core and ../shared only, never another rule';
}

function sharedFault(from: string, to: string): string | undefined {
  const rank = (file: string) => (SHARED_ROOMS as readonly string[]).indexOf(file.split('/')[1] ?? '');
  if (rank(from) < 0) return 'stands in no room of shared';
  return rank(to) < 0 || rank(to) > rank(from)
    ? `${from.split('/')[1]} imports ${to}: the rooms of shared are ${SHARED_ROOMS.join(' < ')}`
    : undefined;
}

function cliFault(path: string, target: string): string | undefined {
  const commands = 'packages/cli/src/commands/';
  if (/\.test\.ts$/.test(path) || !path.startsWith(commands)) return undefined;
  return target.startsWith(commands) ? 'commands never import each other' : undefined;
}

function isBuiltIn(specifier: string): boolean {
  return specifier.startsWith('node:') || BUILT_IN.has(specifier) || BUILT_IN.has(specifier.split('/')[0] as string);
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
