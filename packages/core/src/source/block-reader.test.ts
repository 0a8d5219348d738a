import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBlock } from './block-reader.ts';
import type { BuiltDocument } from './document-builder.ts';
import { Scratch } from './document-builder.ts';
import { readFast } from './fast-reader.ts';
import { DEFAULT_LIMITS } from './read-limits.ts';
import { refusedBefore, suspicionOf } from './refused-text.ts';
import { type DocumentText, splitDocuments } from './split-documents.ts';

const WORKLOAD = `# a comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1 # another
  labels: {app: reviews, "version": 'v1', deep: [a, {b: 1}]}
  annotations: {}
spec:
  replicas: 0x2
  template:
    spec:
      containers:
      - name: reviews
        args: ["--port", '9080', -v]
        command: [
          sh,
          {"a":1,
           b: 2},
          ]
        env:
          - name: PATH
            value: "/bin:\\"$HOME\\"\\n"

          # in between
          -
            name: 'it''s'
            value:
          - - -1
            - ~
          -
        image: docker.io/reviews:1.20
        description: plain text
          that goes on

          and on # to here
        quoted: 'one
          two  

          ''three'''
      nothing:
      listed:
        []
`;

const CONFIG = `apiVersion: v1
kind: ConfigMap
data:
  .hidden: yes
  0755: 0755
  "quoted key": =
  'other': :8080
  script: |
    #!/bin/sh
    if true; then

      echo "x: y"
    fi
  kept: |+ # comment

    x

  stripped: |-
    x
  folded: >-
    one
    two

    three
  empty: ""
  kept: again
`;

const SEEDS = [WORKLOAD, CONFIG];

const PIECES = [
  ...[' ', '  ', '\n', '\n\n', '\n  ', '\t', '\r\n', '\r', ':', ': ', ':\n', '-', '- ', '- - ', '\n- ', '?', '? '],
  ...['"', "'", "''", '\\', '\\n', '#', ' #', '# c\n', '&a ', '*a', '!!str ', '<<: ', '|', '|-\n', '>', '>+\n', '|2\n'],
  ...['{', '}', '[', ']', ',', '{}', '[]', '[a, b]', '{a: 1}', '{"a":1}', '{a:1}', '{a : 1}', 'a: b\n', 'a:\n', 'a: b'],
  ...['~', 'null', 'yes', '0755', '1e3', '.inf', '..', '...', '---', '%', '@', '`', '=', '$', 'é', '\ufeff', '\u2028'],
  ...['😀', '\u0085', '\ud800', '\u0000'],
];

type Edit = (text: string, at: number, by: number) => string;

function onLines(change: (lines: string[], line: number, by: number) => void): Edit {
  return (text, at, by) => {
    const lines = text.split('\n');
    change(lines, at % lines.length, by);
    return lines.join('\n');
  };
}

const EDITS: readonly Edit[] = [
  (text, at, by) => text.slice(0, at) + PIECES[by % PIECES.length] + text.slice(at),
  (text, at, by) => text.slice(0, at) + PIECES[by % PIECES.length] + text.slice(at + 1 + (by % 3)),
  (text, at, by) => text.slice(0, at) + String.fromCharCode(32 + (by % 95)) + text.slice(at + 1),
  (text, at, by) => text.slice(0, at) + text.slice(at + 1 + (by % 8)),
  (text, at) => text.slice(0, at),
  (text) => text.replaceAll('\n', '\r\n'),
  onLines((lines, line, by) => {
    lines[line] = ' '.repeat(1 + (by % 4)) + lines[line];
  }),
  onLines((lines, line, by) => {
    lines[line] = (lines[line] as string).slice(1 + (by % 3));
  }),
  onLines((lines, line, by) => lines.splice(line, 0, ...lines.splice(by % lines.length, 1))),
  onLines((lines, line, by) => lines.splice(line, 1, ...lines.slice(line, line + (by % 3)))),
  onLines((lines, line, by) => {
    lines[line] += PIECES[by % PIECES.length] as string;
  }),
  onLines((lines, line, by) => {
    lines[line] = (lines[line] as string).replace(/[:-] +/, (mark) => mark + PIECES[by % PIECES.length]);
  }),
];

const mutated = fc
  .record({
    seed: fc.constantFrom(...SEEDS),
    edits: fc.array(fc.tuple(fc.constantFrom(...EDITS), fc.nat({ max: 5000 }), fc.nat({ max: 5000 })), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .map(({ seed, edits }) => edits.reduce((text, [edit, at, by]) => edit(text, at % (text.length + 1), by), seed));

// Where the block reader takes a document, js-yaml must take it too and read the same. Tells whether it took it.
function agrees(part: DocumentText): boolean {
  const suspicion = suspicionOf(part.text);
  if (part.separatorText || (suspicion && refusedBefore(part, suspicion))) return false;
  const block = readBlock(part, DEFAULT_LIMITS, new Scratch());
  if (!block) return false;
  const fast = readFast(part, DEFAULT_LIMITS, new Scratch());
  expect(fast).toHaveProperty('table');
  const { value, table, keys, notices } = fast as BuiltDocument;
  // The order of keys counts as well.
  expect(JSON.stringify(block.value)).toBe(JSON.stringify(value));
  expect(Array.from(block.table)).toEqual(Array.from(table));
  expect(block.keys).toEqual(keys);
  expect(block.notices).toEqual(notices);
  return true;
}

function whole(text: string): DocumentText {
  return { text, base: 7, separatorText: undefined, afterEnd: undefined };
}

const FUZZ = process.env.MESHVET_FUZZ_RUNS;
const RUNS = Number(FUZZ ?? 3000);

describe('the block reader', () => {
  it('takes what manifests are written in, and reads it as js-yaml does', () => {
    for (const seed of SEEDS) {
      expect(agrees(whole(seed))).toBe(true);
      expect(agrees(whole(seed.trimEnd()))).toBe(true);
    }
  });

  it('reads every beginning of a document as js-yaml does, or gives up', () => {
    for (const seed of SEEDS) for (let end = 0; end < seed.length; end++) agrees(whole(seed.slice(0, end)));
  });

  it('reads mutated documents as js-yaml does, or gives up', { timeout: 600_000 }, () => {
    let taken = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        for (const part of splitDocuments(text)) if (agrees(part)) taken++;
      }),
      FUZZ === undefined ? { numRuns: RUNS, seed: 20 } : { numRuns: RUNS },
    );
    // Otherwise this would prove nothing.
    expect(taken).toBeGreaterThan(RUNS / 10);
  });

  it.each([
    'a: &x 1\n',
    'a: *x\n',
    'a: !!str 1\n',
    '<<: {a: 1}\n',
    '? a\n: b\n',
    'a:\tb\n',
    'a: b\r\n',
    'a: .inf\n',
    'null: 1\n',
    'a: b: c\n',
    'a: - b\n',
    'a:\n  b: 1\n c: 2\n',
    'a: 1\n  b: 2\n',
    'a: 1\n- b\n',
    'a: "b" c\n',
    "a: 'b'#c\n",
    'a: {b:1}\n',
    'a: {b : 1}\n',
    'a: [b c]\n',
    'a: [1,#c\n 2]\n',
    'a: [\n]\n',
    'a: |\nb: 1\n',
    'a: |\n   \n  b\n',
    'a: |2\n   b\n',
    'a: "b\nc"\n',
    '- a\n',
    '{"a": 1}\n',
    'a\n',
    `${'k'.repeat(1001)}: 1\n`,
  ])('gives up on %j', (text) => {
    expect(readBlock(whole(text), DEFAULT_LIMITS, new Scratch())).toBeUndefined();
  });

  it('goes no deeper than the limit', () => {
    const dashes = (depth: number) => whole(`a:\n${'- '.repeat(depth - 1)}x\n`);
    const brackets = (depth: number) => whole(`a: ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}\n`);
    for (const nested of [dashes, brackets]) {
      expect(agrees(nested(DEFAULT_LIMITS.depth))).toBe(true);
      expect(readBlock(nested(DEFAULT_LIMITS.depth + 1), DEFAULT_LIMITS, new Scratch())).toBeUndefined();
      expect(readBlock(nested(200_000), DEFAULT_LIMITS, new Scratch())).toBeUndefined();
    }
  });

  const MANY = 100_000;
  it.each([
    ['empty lines behind a text', `a: b${'\n'.repeat(MANY)}c: d\n`],
    ['lines of one text', `a: b\n${'  c\n\n'.repeat(MANY)}`],
    ['lines of one quoted text', `a: "b\n${'  c\n\n'.repeat(MANY)}  "\n`],
    ['quotes that never close', `a:\n${'- "b\n'.repeat(MANY)}`],
    ['spaces', `a: b${' '.repeat(MANY)}c\n`],
    ['empty lines of blocks', `${'a: |+\n x\n\n\n\n\n'.repeat(MANY / 10)}`],
    ['items of one list in brackets', `a: [${'b,\n '.repeat(MANY)}c]\n`],
    ['lists in each other', `${`a:\n${' -'.repeat(90)} x\n`.repeat(MANY / 100)}`],
    ['a key that never ends', 'k'.repeat(MANY * 10)],
  ])('takes linear time for %s', { timeout: 5_000 }, (_, text) => {
    agrees(whole(text));
  });
});
