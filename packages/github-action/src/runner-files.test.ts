import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLog, readOutputs } from '../test/runner.ts';
import { outputText } from './runner-files.ts';
import { annotation, freeText, withinLimits } from './workflow-command.ts';

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\n',
        '\r\n',
        '\r',
        '<<',
        '=',
        'EOF',
        'meshvet_',
        '::',
        '::error::',
        '##[error]',
        '%0A',
        '%25',
        ']',
        ' ',
      ),
      fc.constantFrom('::stop-commands::a', '::a::', '::endgroup::', '\u001b[31m', '\u2028', '__proto__'),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

test('every value comes out of the file of outputs as it went in', () => {
  fc.assert(
    fc.property(hostile, hostile, (a, b) => {
      expect(Object.fromEntries(readOutputs(outputText({ a, b })))).toEqual({ a, b });
    }),
  );
});

test('free text has no command in it, and the next line may be one again', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const { commands } = readLog(`${freeText(text)}::error::real\n`);
      expect(commands).toEqual([{ name: 'error', properties: {}, data: 'real' }]);
    }),
  );
});

test('an annotation is one command, whatever its message holds', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const { commands, lines } = readLog(annotation('warning', text));
      expect(commands).toMatchObject([{ name: 'warning', properties: { title: 'meshvet' } }]);
      expect(lines).toEqual([]);
    }),
  );
});

test('never more than ten of a kind, own ones first, and nothing but annotations', () => {
  const kinds = fc.constantFrom('error', 'warning', 'notice', 'add-mask', 'set-output');
  const lines = fc.array(kinds, { maxLength: 40 }).map((list) => list.map((kind, i) => `::${kind} title=${i}::words`));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), lines, (own, others) => {
      const first = Array.from({ length: own }, (_, i) => annotation('error', `own ${i}`));
      const kept = withinLimits(first, others);
      expect(kept.filter((line) => !/^::(?:error|warning|notice) /.test(line))).toEqual([]);
      for (const kind of ['error', 'warning', 'notice']) {
        const of = (list: readonly string[]) => list.filter((line) => line.startsWith(`::${kind} `)).length;
        expect(of(kept)).toBe(
          Math.min(of(first) > 9 ? 9 + of(others) + (of(others) > 0 ? 1 : 0) : of(first) + of(others), 10),
        );
      }
    }),
  );
});
