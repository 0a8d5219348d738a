import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../source/field.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { type CommandLine, type OptionSpec, readCommandLine } from './command-line.ts';

type Name = 'envoy-port' | 'range' | 'uid' | 'mode' | 'dry-run' | 'force';

const OPTIONS: readonly OptionSpec<Name>[] = [
  { name: 'envoy-port', letter: 'p', variable: 'ENVOY_PORT' },
  { name: 'range', letter: 'i' },
  { name: 'uid', letter: 'u' },
  { name: 'mode', letter: 'm' },
  { name: 'dry-run', letter: 'n', alone: true },
  { name: 'force', alone: true },
];
const PROGRAMS = new Set(['tool', 'tool.sh']);

async function fieldOf(container: object): Promise<Field> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'a', image: 'a:1', ...container }] },
  };
  const mesh = await makeMesh(JSON.stringify(pod));
  return mesh.workloads[0]?.containers[0]?.field as Field;
}

async function read(container: object): Promise<CommandLine<Name>> {
  return readCommandLine(await fieldOf(container), OPTIONS, PROGRAMS);
}

async function valuesOf(container: object): Promise<Record<string, string | undefined>> {
  const line = await read(container);
  return Object.fromEntries(
    OPTIONS.flatMap(({ name }) => {
      const given = line.get(name);
      return given ? [[name, given.value]] : [];
    }),
  );
}

describe('spellings', () => {
  test.each<[string, object, Record<string, string>]>([
    ['two items', { args: ['-p', '15001'] }, { 'envoy-port': '15001' }],
    ['numbers', { args: ['-p', 15001, '-u', 1337] }, { 'envoy-port': '15001', uid: '1337' }],
    ['one item', { args: ['-p 15001'] }, { 'envoy-port': '15001' }],
    ['one item for all', { args: ['-p 15001 -u 1337'] }, { 'envoy-port': '15001', uid: '1337' }],
    ['grown together', { args: ['-p15001', '-u=1337'] }, { 'envoy-port': '15001', uid: '1337' }],
    ['long', { args: ['--envoy-port', '15001', '--uid=1337'] }, { 'envoy-port': '15001', uid: '1337' }],
    ['the empty text', { args: ['-i', '', '--mode='] }, { range: '', mode: '' }],
    ['a value with a dash', { args: ['-p', '-1'] }, { 'envoy-port': '-1' }],
    ['a value with a blank', { args: ['-i', '10.0.0.0/8, ::/0'] }, { range: '10.0.0.0/8, ::/0' }],
    ['a blank behind the equals sign', { args: ['--range=10.0.0.0/8, ::/0'] }, { range: '10.0.0.0/8, ::/0' }],
    [
      'one that stands alone',
      { args: ['-n', '--force', '-p', '1'] },
      { 'dry-run': 'true', force: 'true', 'envoy-port': '1' },
    ],
    ['letters in a row', { args: ['-np', '1'] }, { 'dry-run': 'true', 'envoy-port': '1' }],
    ['the last one counts', { args: ['-p', '1', '--envoy-port=2'] }, { 'envoy-port': '2' }],
    ['the program first', { args: ['tool', '-p', '1'] }, { 'envoy-port': '1' }],
    ['in command', { command: ['/bin/tool', '-p', '1'] }, { 'envoy-port': '1' }],
    ['in both', { command: ['tool'], args: ['-p', '1'] }, { 'envoy-port': '1' }],
    ['a script', { command: ['sh', '-c', 'tool -p 1 -i "*"; echo -u 7'] }, { 'envoy-port': '1', range: '*' }],
    [
      'a script in args',
      { command: ['/bin/sh', '-ec'], args: ["set -u\ntool -p '1' \\\n  -m X && b"] },
      { 'envoy-port': '1', mode: 'X' },
    ],
    [
      'an option that nobody knows',
      { args: ['--new', 'x', '-p', '1', '--other=-u', '--flag', '-u', '2'] },
      { 'envoy-port': '1', uid: '2' },
    ],
    ['what follows the end of the options', { args: ['-p', '1', '--', '-u', '2'] }, { 'envoy-port': '1' }],
    [
      'the environment',
      { env: [{ name: 'ENVOY_PORT', value: '7' }], args: ['-u', '1'] },
      { 'envoy-port': '7', uid: '1' },
    ],
    [
      'an option wins over the environment',
      { env: [{ name: 'ENVOY_PORT', value: '7' }], args: ['-p', '1'] },
      { 'envoy-port': '1' },
    ],
  ])('%s', async (_, container, expected) => {
    expect(await valuesOf(container)).toEqual(expected);
    expect((await read(container)).complete).toBe(true);
  });

  test.each<[string, object, Record<string, undefined>]>([
    ['a value that is filled in later', { args: ['-p', '${PORT}'] }, { 'envoy-port': undefined }],
    ['a variable of the container', { args: ['--envoy-port=$(PORT)'] }, { 'envoy-port': undefined }],
    ['a variable of the shell', { command: ['sh', '-c', 'tool -p $PORT'] }, { 'envoy-port': undefined }],
    ['a variable from elsewhere', { env: [{ name: 'ENVOY_PORT', valueFrom: {} }] }, { 'envoy-port': undefined }],
  ])('%s is given, and nobody knows what', async (_, container, expected) => {
    const line = await read(container);
    expect(await valuesOf(container)).toEqual(expected);
    expect(line.lacks('envoy-port')).toBe(false);
    expect(line.lacks('uid')).toBe(true);
  });

  test.each<[string, object]>([
    ['words that are filled in later', { args: ['$(MORE)'] }],
    ['a list that is filled in later', { args: '${ARGS}' }],
    ['a script without the program', { command: ['sh', '-c', 'start.sh'] }],
    ['an item that is no text', { args: [{}] }],
    ['an environment from elsewhere', { args: ['-p', '1'], envFrom: [{ configMapRef: { name: 'a' } }] }],
  ])('%s may give any option', async (_, container) => {
    expect((await read(container)).lacks('uid')).toBe(false);
  });

  test('options that add up', async () => {
    const line = await read({ args: ['-i', 'a', '--range=b'] });
    expect(line.all('range').map((a) => a.value)).toEqual(['a', 'b']);
    expect(line.all('uid')).toEqual([]);
  });

  test('an argument knows the item that it stands in', async () => {
    const line = await read({ args: ['tool', '-p', '1', '--uid=2'] });
    expect([line.get('envoy-port')?.field.key, line.get('uid')?.field.key]).toEqual([2, 3]);
    expect(line.words).toEqual(['tool']);
  });
});

describe('laws', () => {
  const value = fc.stringMatching(/^[0-9A-Za-z*][0-9A-Za-z*.,:/]{0,12}$/);
  const options = fc.uniqueArray(fc.tuple(fc.constantFrom(...OPTIONS.filter((o) => !o.alone)), value), {
    selector: ([option]) => option.name,
    minLength: 1,
  });
  const style = fc.constantFrom('letter value', 'letter=value', 'lettervalue', 'long value', 'long=value');
  const frame = fc.constantFrom('args', 'command', 'both', 'one item', 'script', 'script in args');

  function spelt(option: OptionSpec, text: string, how: string): string[] {
    switch (how) {
      case 'letter value':
        return [`-${option.letter}`, text];
      case 'letter=value':
        return [`-${option.letter}=${text}`];
      case 'lettervalue':
        return [`-${option.letter}${text}`];
      case 'long value':
        return [`--${option.name}`, text];
      default:
        return [`--${option.name}=${text}`];
    }
  }

  function container(words: readonly string[], how: string, quotes: boolean): object {
    const line = words.map((word) => (quotes || word.includes('*') ? `'${word}'` : word)).join(' ');
    switch (how) {
      case 'args':
        return { args: words };
      case 'command':
        return { command: ['tool', ...words] };
      case 'both':
        return { command: ['/usr/bin/tool'], args: words };
      case 'one item':
        return { args: [`tool ${line}`] };
      case 'script':
        return { command: ['sh', '-c', `set -e; tool ${line} && sleep 1`] };
      default:
        return { command: ['/bin/bash', '-c'], args: [`tool.sh ${line}`] };
    }
  }

  test('however options are spelt, they are read alike', async () => {
    await fc.assert(
      fc.asyncProperty(
        options,
        fc.array(style, { minLength: 4, maxLength: 4 }),
        frame,
        fc.boolean(),
        async (given, styles, how, quotes) => {
          const words = given.flatMap(([option, text], i) => spelt(option, text, styles[i % styles.length] as string));
          const line = await read(container(words, how, quotes));
          expect(line.complete).toBe(true);
          for (const { name } of OPTIONS)
            expect(line.get(name)?.value, name).toBe(given.find(([option]) => option.name === name)?.[1]);
        },
      ),
    );
  });

  test('any words are read without a fault, and a placeholder is never a value', async () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('-', '--', '-p', '--uid', '--range=', '${A}', '$(B)', '-p=${C}', '"', '\\'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 8 }), fc.boolean(), async (words, script) => {
        const line = await read(script ? { command: ['sh', '-c', `tool ${words.join(' ')}`] } : { args: words });
        for (const { name } of OPTIONS)
          for (const { value: text } of line.all(name))
            if (text !== undefined) expect(text).not.toMatch(/\$\{A\}|\$\(B\)/);
      }),
    );
  });
});
