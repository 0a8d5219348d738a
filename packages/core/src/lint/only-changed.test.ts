import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Change, onlyChanged } from './only-changed.ts';
import type { Finding, LintResult, Location, SuppressedFinding } from './result.ts';

const at = (file: string, from: number, to = from, endColumn = 5): Location => ({
  file,
  start: { line: from, column: 1 },
  end: { line: to, column: endColumn },
  pointer: '',
});
const finding = (location: Location, related: readonly Location[] = [], resource = true): Finding => ({
  ruleId: 'r',
  messageId: 'm',
  severity: 'error',
  message: '',
  why: '',
  fix: '',
  codes: [],
  resource: resource ? { apiVersion: 'v1', kind: 'Pod', name: 'x' } : null,
  location,
  related: related.map((one) => ({ message: '', location: one })),
  fingerprint: '',
});
const result = (findings: readonly Finding[]): LintResult =>
  ({
    files: { read: 1, skipped: {} },
    findings,
    suppressed: findings.map(
      (one): SuppressedFinding => ({ ...one, suppression: { reason: '', location: one.location } }),
    ),
    unusedSuppressions: findings.map(({ location }) => ({ location, rules: ['r'], reason: '', message: '' })),
  }) as unknown as LintResult;

const change: Change = new Map<string, 'all' | [number, number][]>([
  ['new', 'all'],
  [
    'edited',
    [
      [3, 4],
      [8, 8],
    ],
  ],
  ['shorter', []],
]);

describe('only what touches a change stays', () => {
  test.each([
    ['in a new file', finding(at('new', 99)), true],
    ['in a file that did not change', finding(at('old', 3)), false],
    ['on a changed line', finding(at('edited', 4)), true],
    ['between changed lines', finding(at('edited', 5, 7)), false],
    ['over changed lines', finding(at('edited', 1, 9)), true],
    ['up to the line before', finding(at('edited', 1, 3, 1)), false],
    ['into the line', finding(at('edited', 1, 3, 2)), true],
    ['an empty place at the start of the line', finding(at('edited', 3, 3, 1)), true],
    ['with a related place on a changed line', finding(at('old', 1), [at('old', 2), at('edited', 8)]), true],
    ['with related places on old lines', finding(at('old', 1), [at('edited', 7)]), false],
    ['of no resource, in a changed file', finding(at('edited', 1), [], false), true],
    ['of no resource, in a file that lost lines', finding(at('shorter', 1), [], false), true],
    ['of no resource, in another file', finding(at('old', 3), [], false), false],
  ])('%s', (_name, one, stays) => {
    const { findings, suppressed, unchanged } = onlyChanged(result([one]), change);
    expect({ findings: findings.length, suppressed: suppressed.length, unchanged }).toEqual({
      findings: stays ? 1 : 0,
      suppressed: stays ? 1 : 0,
      unchanged: stays ? 0 : 1,
    });
  });

  test('the comments that silence nothing are told where they changed', () => {
    const list = result([finding(at('old', 1)), finding(at('edited', 3))]);
    expect(onlyChanged(list, change).unusedSuppressions.map(({ location }) => location.file)).toEqual(['edited']);
  });
});

describe('laws', () => {
  const file = fc.constantFrom('a', 'b', '__proto__');
  const place = fc
    .tuple(file, fc.integer({ min: 1, max: 9 }), fc.nat(3))
    .map(([name, from, more]) => at(name, from, from + more));
  const findings = fc.array(
    fc.tuple(place, fc.array(place, { maxLength: 2 }), fc.boolean()).map((all) => finding(...all)),
  );
  const lines = fc.array(fc.tuple(fc.nat(9), fc.nat(3)).map(([from, more]) => [from, from + more] as const));
  const changes = fc.array(fc.tuple(file, fc.oneof(fc.constant('all' as const), lines))).map((all) => new Map(all));

  test('nothing is lost or made, order stays, and all of a change keeps all', () => {
    fc.assert(
      fc.property(findings, changes, (list, some) => {
        const { findings: left, unchanged = 0 } = onlyChanged(result(list), some);
        expect(left.length + unchanged).toBe(list.length);
        expect(left).toEqual(list.filter((one) => left.includes(one)));
        const files = new Map(['a', 'b', '__proto__'].map((name) => [name, 'all' as const]));
        expect(onlyChanged(result(list), files).findings).toEqual(list);
        expect(onlyChanged(result(list), new Map()).findings).toEqual([]);
      }),
    );
  });

  test('a larger change never has fewer findings', () => {
    fc.assert(
      fc.property(findings, changes, file, (list, some, more) => {
        const larger = onlyChanged(result(list), new Map([...some, [more, 'all']])).findings;
        for (const one of onlyChanged(result(list), some).findings) expect(larger).toContain(one);
      }),
    );
  });
});
