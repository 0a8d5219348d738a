import { describe, expect, it } from 'vitest';
import { FLAGS, type Flag, parseArguments, parseFormats } from '../src/arguments.ts';
import { UsageError } from '../src/errors.ts';
import { helpText } from '../src/help.ts';
import { nodeHost } from '../src/host.ts';

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('not refused');
}

describe('parseArguments', () => {
  it('takes paths without a command for lint', () => {
    const { command, named, operands } = parseArguments(['k8s', 'a.yaml']);
    expect({ command, named, operands }).toEqual({ command: 'lint', named: false, operands: ['k8s', 'a.yaml'] });
  });

  it.each(['lint', 'explain', 'rules', 'help'])('knows the command %s', (word) => {
    const { command, operands } = parseArguments([word, 'x']);
    expect({ command, operands }).toEqual({ command: word, operands: ['x'] });
  });

  it('takes flags before and after the command, and nothing behind -- for a flag', () => {
    const { command, operands, flags } = parseArguments(['--quiet', 'lint', '-', '--', '--help', 'lint']);
    expect(command).toBe('lint');
    expect(operands).toEqual(['-', '--help', 'lint']);
    expect(flags.has('quiet')).toBe(true);
    expect(flags.has('help')).toBe(false);
  });

  it('reads values, short names and repeated flags', () => {
    const { flags } = parseArguments([
      '-f',
      'json',
      '--format=text=out=1.txt',
      '-q',
      '--rule',
      'a:off',
      '--rule',
      'b:error',
    ]);
    expect(flags.all('format')).toEqual(['json', 'text=out=1.txt']);
    expect(flags.all('rule')).toEqual(['a:off', 'b:error']);
    expect(flags.has('quiet')).toBe(true);
  });

  it('lets the last of a single flag count', () => {
    const { flags } = parseArguments(['--preset', 'all', '--preset', 'strict', '--no-color', '--color']);
    expect(flags.last('preset')).toBe('strict');
    expect(flags.later('color', 'no-color')).toBe('color');
    expect(flags.later('config', 'no-config')).toBeUndefined();
  });

  it.each([
    [['--fomat', 'json'], 'unknown flag --fomat, did you mean --format?'],
    [['--xyzzy'], 'unknown flag --xyzzy; meshvet --help lists all'],
    [['-x'], 'unknown flag -x; meshvet --help lists all'],
    [['--__proto__'], 'unknown flag --__proto__; meshvet --help lists all'],
    [['--constructor=1'], 'unknown flag --constructor; meshvet --help lists all'],
    [['--\u001b[2J'], 'unknown flag --\\x1b[2J; meshvet --help lists all'],
    [
      ['--preset', 'strit'],
      '--preset: unknown value "strit", did you mean "strict"?; it is one of recommended, strict, all',
    ],
    [['--preset', 'zzz'], '--preset: unknown value "zzz"; it is one of recommended, strict, all'],
    [
      ['--fail-on', 'Error'],
      '--fail-on: unknown value "Error", did you mean "error"?; it is one of error, warning, info, never',
    ],
    [['--format'], '--format needs a value: --format FORMAT[=FILE]'],
    [['--config', '--quiet'], '--config needs a value: --config FILE'],
    [['--quiet=yes'], '--quiet takes no value'],
    [['rules', '--fail-on', 'error'], '--fail-on is a flag of meshvet lint, not of meshvet rules'],
    [
      ['explain', '--format', 'json'],
      '--format is a flag of meshvet lint, meshvet why, meshvet trace, meshvet rules and meshvet print-config, not of meshvet explain',
    ],
  ])('refuses %j in one line', (argv, message) => {
    expect(refusal(() => parseArguments(argv))).toBe(message);
  });
});

describe('parseFormats', () => {
  it('is text on standard output without a flag', () => {
    expect(parseFormats([])).toEqual([{ format: 'text', file: undefined }]);
  });

  it('takes several, each with a file or not', () => {
    expect(parseFormats(['text', 'json=a=b.json', 'json=c.json', 'text'])).toEqual([
      { format: 'text', file: undefined },
      { format: 'json', file: 'a=b.json' },
      { format: 'json', file: 'c.json' },
    ]);
  });

  it.each([
    [
      ['yaml'],
      '--format: unknown value "yaml"; it is one of text, json, sarif, github, gitlab, junit, checkstyle, markdown, compact',
    ],
    [
      ['jsn'],
      '--format: unknown value "jsn", did you mean "json"?; it is one of text, json, sarif, github, gitlab, junit, checkstyle, markdown, compact',
    ],
    [['json='], '--format json= needs a file name: --format json=report.json'],
    [
      ['text', 'json'],
      '--format text and --format json both go to standard output; give one of them another file, as in --format json=report.json',
    ],
    [
      ['text=a', 'json=a'],
      '--format text and --format json both go to "a"; give one of them another file, as in --format json=report.json',
    ],
    [
      ['toString'],
      '--format: unknown value "toString"; it is one of text, json, sarif, github, gitlab, junit, checkstyle, markdown, compact',
    ],
  ])('refuses %j', (values, message) => {
    expect(refusal(() => parseFormats(values))).toBe(message);
  });
});

describe('help', () => {
  const { flags } = parseArguments(['--no-color']);
  const of = (topic?: string): string => helpText(topic, flags, nodeHost());

  it('names every flag and every choice', () => {
    for (const [name, flag] of Object.entries(FLAGS) as [string, Flag][]) {
      const pages = flag.commands.map((command) => of(command));
      for (const page of pages) {
        expect(page).toContain(`--${name}`);
        for (const choice of flag.choices ?? []) expect(page).toContain(choice);
      }
    }
  });

  it('is no wider than a hundred columns', () => {
    for (const topic of [undefined, 'lint', 'explain', 'rules', 'help']) {
      for (const line of of(topic).split('\n')) expect(line.length, line).toBeLessThanOrEqual(110);
    }
  });

  it('refuses a topic it does not have', () => {
    expect(refusal(() => of('lin'))).toContain('did you mean "lint"?');
  });
});
