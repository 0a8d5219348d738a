import { didYouMean, FORMAT_FILES, FORMATS, type FormatName, PRESETS, PROFILES, visibleText } from '@meshvet/core';
import { UsageError } from './errors.ts';

// Not by `import`: see host.ts.
const { parseArgs } = process.getBuiltinModule('node:util');

export const COMMANDS = [
  'lint',
  'why',
  'trace',
  'baseline',
  'init',
  'print-config',
  'explain',
  'rules',
  'completion',
  'help',
] as const;

export type CommandName = (typeof COMMANDS)[number];

/** A flag as its author sees it: parsing, checks and help are all made from this. */
export interface Flag {
  readonly short?: string;
  /** Stands for the value in the help; a flag without it takes none. */
  readonly value?: string;
  /** All values there are. */
  readonly choices?: readonly string[];
  /** May be given several times; of other flags the last one counts. */
  readonly repeat?: boolean;
  readonly commands: readonly CommandName[];
  readonly group: string;
  readonly help: string;
}

const lint: readonly CommandName[] = ['lint'];
/** The commands that lint. */
const lints: readonly CommandName[] = ['lint', 'why', 'baseline'];
/** The commands that read manifests. */
const reads: readonly CommandName[] = ['lint', 'why', 'trace', 'baseline'];
const trace: readonly CommandName[] = ['trace'];
/** The commands whose findings are told by a baseline. */
const known: readonly CommandName[] = ['lint', 'baseline'];
/** The commands that read a config. */
const configured: readonly CommandName[] = [...reads, 'print-config'];
/** The commands that judge by the rules of a config. */
const ruled: readonly CommandName[] = [...lints, 'print-config'];
const all: readonly CommandName[] = COMMANDS;

const INPUT = 'What is read';
const MESH = 'What is known of the mesh';
const RULES = 'Which rules speak';
const KNOWN_OF = 'Which workloads are told of';
const REQUEST = 'What is asked';
const KNOWN = 'What is known or old';
const FIX = 'What is changed';
const OUTPUT = 'What is printed';
const STATUS = 'When it fails';

// biome-ignore format: a table is read by its rows.
/** One row a flag, in the order of the help. */
export const FLAGS = {
  config: { short: 'c', value: 'FILE', commands: configured, group: INPUT, help: 'Config file; else meshvet.config.yaml, .json, .ts or .js is looked for, from here up to the root of the repository' },
  'no-config': { commands: configured, group: INPUT, help: 'Read no config file' },
  'no-plugins': { commands: configured, group: INPUT, help: 'Run no code of a config: one that names plugins or is a program is an error' },
  'no-js-config': { commands: configured, group: INPUT, help: 'Run no config that is a program (.ts, .mts, .js, .mjs): one is an error' },
  'no-ignore': { commands: reads, group: INPUT, help: 'Read also what .gitignore and .meshvetignore leave out' },
  'stdin-filename': { value: 'NAME', commands: reads, group: INPUT, help: 'Read standard input as this file' },
  helm: { value: 'CHART', repeat: true, commands: reads, group: INPUT, help: 'Read what "helm template" makes of a chart; without PATHS nothing else is read' },
  values: { value: 'FILE', repeat: true, commands: reads, group: INPUT, help: 'Values for each chart of --helm' },
  kustomize: { value: 'DIR', repeat: true, commands: reads, group: INPUT, help: 'Read what "kustomize build" or "kubectl kustomize" makes of a folder; without PATHS nothing else is read' },

  profile: { value: 'NAME', choices: PROFILES, commands: configured, group: MESH, help: 'Point of view, with its facts and severities' },
  'istio-version': { value: 'VERSION', commands: configured, group: MESH, help: 'Release of Istio, such as 1.24' },
  'kubernetes-version': { value: 'VERSION', commands: configured, group: MESH, help: 'Release of Kubernetes, such as 1.31' },
  'closed-world': { commands: configured, group: MESH, help: 'The files are the whole mesh: what is not there does not exist' },
  'expect-mesh': { value: 'WHICH', choices: ['all', 'evidence', 'none'], commands: configured, group: MESH, help: 'Which workloads ought to be in the mesh: all, those with evidence of it (default), or none' },
  'mesh-config': { value: 'FILE', commands: reads, group: MESH, help: 'MeshConfig as YAML' },
  'mesh-networks': { value: 'FILE', commands: reads, group: MESH, help: 'MeshNetworks as YAML' },
  cluster: { value: 'NAME=PATH', repeat: true, commands: reads, group: MESH, help: 'Manifests of another cluster of the same mesh' },

  preset: { value: 'NAME', choices: PRESETS, commands: ruled, group: RULES, help: 'recommended (default), strict (adds advice) or all (adds what the profile leaves out)' },
  rule: { value: 'ID:SEVERITY', repeat: true, commands: ruled, group: RULES, help: 'Set one rule, by id or code, to error, warning, info or off' },

  workload: { value: 'KIND/NAME', commands: ['why'], group: KNOWN_OF, help: 'Tell all of one workload, such as deployment/cart; the kind may be left out' },
  namespace: { short: 'n', value: 'NAME', commands: ['why', 'trace'], group: KNOWN_OF, help: 'Only workloads of a namespace; manifests that name none are taken to go there' },

  from: { value: 'WORKLOAD', commands: trace, group: REQUEST, help: 'Who calls: deployment/web or web, where -n says the namespace or there is but one, shop/web, or deployment/shop/web' },
  gateway: { value: 'WORKLOAD', commands: trace, group: REQUEST, help: 'The requests come from outside and reach this gateway, such as istio-system/istio-ingressgateway' },
  method: { short: 'X', value: 'METHOD', commands: trace, group: REQUEST, help: 'Method of the requests; GET by default' },
  header: { short: 'H', value: 'NAME:VALUE', repeat: true, commands: trace, group: REQUEST, help: 'Header of the requests' },
  http2: { commands: trace, group: REQUEST, help: 'The caller speaks HTTP/2, as gRPC does' },
  sni: { value: 'NAME', commands: trace, group: REQUEST, help: 'Server name in the TLS of the caller; the host of the URL by default' },
  requests: { value: 'FILE', commands: trace, group: REQUEST, help: 'Many requests at once: a list, JSON or YAML' },
  'all-from': { value: 'WORKLOAD', commands: trace, group: REQUEST, help: 'What this workload can call, as a table' },

  baseline: { value: 'FILE', commands: known, group: KNOWN, help: 'File of findings that are let through; else the key baseline of the config, if it is there' },
  'no-baseline': { commands: lint, group: KNOWN, help: 'Let no finding through' },
  changed: { commands: lint, group: KNOWN, help: 'Report only what touches lines that are not committed; everything is read all the same' },
  staged: { commands: lint, group: KNOWN, help: 'Report only what touches lines that are staged' },
  since: { value: 'REF', commands: lint, group: KNOWN, help: 'Report only what touches lines that came after the common ancestor of REF and HEAD' },
  force: { commands: ['baseline'], group: KNOWN, help: 'Let "baseline create" write over a file' },

  fix: { commands: lint, group: FIX, help: 'Make the safe fixes in the files, and report what remains' },
  'fix-dry-run': { commands: lint, group: FIX, help: 'Print what --fix would change, as a diff, and change nothing' },
  'fix-suggested': { commands: lint, group: FIX, help: 'Make the suggested fixes too, which are a guess; goes with one of the two' },

  format: { short: 'f', value: 'FORMAT[=FILE]', repeat: true, commands: ['lint', 'why', 'trace', 'rules', 'print-config'], group: OUTPUT, help: `${FORMATS[0]} (default), ${FORMATS.slice(1, -1).join(', ')} or ${FORMATS.at(-1)}, to standard output or to a file; meshvet why, trace, rules and print-config have text and json` },
  quiet: { short: 'q', commands: lint, group: OUTPUT, help: 'Show errors only; the exit status stays the same' },
  fold: { commands: lint, group: OUTPUT, help: 'Tell findings that say the same by the first two and a number, in text; so it is on a terminal' },
  'no-fold': { commands: lint, group: OUTPUT, help: 'Tell all findings in full; so it is in pipes, files and logs' },
  statistics: { commands: lint, group: OUTPUT, help: 'End the text with the rules that have the most findings, and how to silence one; so it is on a terminal when there are many' },
  color: { commands: all, group: OUTPUT, help: 'Use colours; else FORCE_COLOR, NO_COLOR and the terminal decide' },
  'no-color': { commands: all, group: OUTPUT, help: 'Use no colours' },
  stats: { commands: lint, group: OUTPUT, help: 'Say on standard error where the time went' },
  help: { short: 'h', commands: all, group: OUTPUT, help: 'Show this help' },
  version: { short: 'v', commands: all, group: OUTPUT, help: 'Show the version' },

  'fail-on': { value: 'SEVERITY', choices: ['error', 'warning', 'info', 'never'], commands: lint, group: STATUS, help: 'Least severity that makes the exit status 1: error (default), warning, info or never' },
  'max-warnings': { value: 'NUMBER', commands: lint, group: STATUS, help: 'Exit with 1 when there are more warnings' },
  'pass-on-no-manifests': { commands: known, group: STATUS, help: 'Exit with 0 when there is no manifest; else that is 2' },
} as const satisfies Readonly<Record<string, Flag>>;

export type FlagName = keyof typeof FLAGS;

/** The flags that were given. */
export interface GivenFlags {
  has(name: FlagName): boolean;
  /** The value given last. */
  last(name: FlagName): string | undefined;
  all(name: FlagName): readonly string[];
  /** Which of two flags that undo each other came last. */
  later(a: FlagName, b: FlagName): FlagName | undefined;
}

export interface Arguments {
  readonly command: CommandName;
  /** Whether the command was written, and not assumed. */
  readonly named: boolean;
  readonly operands: readonly string[];
  readonly flags: GivenFlags;
}

/** Reads the command line. Throws a `UsageError` of one line for what it does not know. */
export function parseArguments(argv: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(FLAGS).map(([name, flag]: [string, Flag]) => [
        name,
        { type: flag.value ? 'string' : 'boolean', ...(flag.short ? { short: flag.short } : {}) } as const,
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const operands: string[] = [];
  const given: { name: FlagName; written: string; value: string | undefined }[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    if (!isFlag(name)) throw unknownFlag(rawName);
    const flag: Flag = FLAGS[name];
    if (!flag.value && value !== undefined) throw new UsageError(`${rawName} takes no value`);
    if (flag.value && (value === undefined || (!inlineValue && value.startsWith('-')))) {
      throw new UsageError(`${rawName} needs a value: ${rawName} ${flag.value}`);
    }
    if (flag.choices && value !== undefined) oneOf(rawName, value, flag.choices);
    given.push({ name, written: rawName, value });
  }

  const [first] = operands;
  const named = first !== undefined && isCommand(first);
  const command = named ? first : 'lint';
  if (named) operands.shift();
  for (const { name, written } of given) {
    const flag: Flag = FLAGS[name];
    if (flag.commands.includes(command)) continue;
    const theirs = flag.commands
      .map((name) => `meshvet ${name}`)
      .join(', ')
      .replace(/, (?=[^,]*$)/, ' and ');
    throw new UsageError(`${written} is a flag of ${theirs}, not of meshvet ${command}`);
  }
  return { command, named, operands, flags: givenFlags(given) };
}

/** A value that must be one of a few. Throws with all of them, and the one that was probably meant. */
export function oneOf<T extends string>(flag: string, value: string, choices: readonly T[]): T {
  if ((choices as readonly string[]).includes(value)) return value as T;
  throw new UsageError(
    `${flag}: unknown value "${visibleText(value)}"${meant(value, choices)}; it is one of ${choices.join(', ')}`,
  );
}

/** `, did you mean "x"?`, or nothing. */
export function meant(word: string, candidates: Iterable<string>): string {
  const near = didYouMean(word, candidates);
  return near === undefined ? '' : `, did you mean "${visibleText(near)}"?`;
}

/** A format and the file it goes to; no file is standard output. */
export interface FormatTarget {
  readonly format: FormatName;
  readonly file: string | undefined;
}

/** The values of `--format`. */
export function parseFormats(values: readonly string[], formats: readonly FormatName[] = FORMATS): FormatTarget[] {
  const targets: FormatTarget[] = [];
  for (const value of values.length > 0 ? values : ['text']) {
    const equals = value.indexOf('=');
    const format = oneOf('--format', equals < 0 ? value : value.slice(0, equals), formats);
    const file = equals < 0 ? undefined : value.slice(equals + 1);
    if (file === '')
      throw new UsageError(`--format ${format}= needs a file name: --format ${format}=${FORMAT_FILES[format]}`);
    if (!targets.some((known) => known.format === format && known.file === file)) targets.push({ format, file });
  }
  const files = targets.map(({ file }) => file);
  for (const [i, { format, file }] of targets.entries()) {
    const first = targets[files.indexOf(file)] as FormatTarget;
    if (files.indexOf(file) === i) continue;
    const where = file === undefined ? 'standard output' : `"${visibleText(file)}"`;
    throw new UsageError(
      `--format ${first.format} and --format ${format} both go to ${where}; give one of them another file, as in --format json=report.json`,
    );
  }
  return targets;
}

function isFlag(name: string): name is FlagName {
  return Object.hasOwn(FLAGS, name);
}

function isCommand(word: string): word is CommandName {
  return (COMMANDS as readonly string[]).includes(word);
}

function unknownFlag(written: string): UsageError {
  const near = didYouMean(written.replace(/^-+/, ''), Object.keys(FLAGS));
  const hint = near === undefined ? '; meshvet --help lists all' : `, did you mean --${near}?`;
  return new UsageError(`unknown flag ${visibleText(written)}${hint}`);
}

function givenFlags(given: readonly { name: FlagName; value: string | undefined }[]): GivenFlags {
  return {
    has: (name) => given.some((flag) => flag.name === name),
    last: (name) => given.findLast((flag) => flag.name === name)?.value,
    all: (name) => given.flatMap((flag) => (flag.name === name && flag.value !== undefined ? [flag.value] : [])),
    later: (a, b) => given.findLast(({ name }) => name === a || name === b)?.name,
  };
}
