import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits, ChosenEdits, inTextOrder, placesAfter, type TextEdit } from './apply-edits.ts';

/** A text, and edits of it that do not overlap, in any order. */
const editedText = fc
  .tuple(fc.string({ maxLength: 60 }), fc.array(fc.tuple(fc.nat(60), fc.nat(60), fc.string({ maxLength: 5 }))))
  .map(([text, raw]) => {
    const edits: TextEdit[] = [];
    for (const [a, b, inserted] of raw) {
      const edit = { start: Math.min(a, b, text.length), end: Math.min(Math.max(a, b), text.length), text: inserted };
      if (edits.every((e) => e.end < edit.start || edit.end < e.start)) edits.push(edit);
    }
    return { text, edits };
  });

describe('applyEdits', () => {
  test('replaces, inserts and takes out', () => {
    expect(
      applyEdits('abcdef', [
        { start: 4, end: 6, text: 'X' },
        { start: 0, end: 0, text: '_' },
        { start: 1, end: 2, text: '' },
      ]),
    ).toBe('_acdX');
  });

  test('puts an insertion before what is taken out at its place', () => {
    const edits = [
      { start: 1, end: 3, text: '' },
      { start: 1, end: 1, text: '-' },
    ];
    expect(applyEdits('abcd', edits)).toBe('a-d');
  });

  test.each([
    [
      [
        { start: 0, end: 3, text: '' },
        { start: 2, end: 4, text: '' },
      ],
    ],
    [[{ start: 0, end: 9, text: '' }]],
    [[{ start: -1, end: 1, text: '' }]],
    [[{ start: 2, end: 1, text: '' }]],
    [[{ start: Number.NaN, end: 1, text: '' }]],
  ])('refuses edits that overlap or lie outside', (edits) => {
    expect(() => applyEdits('abcdef', edits)).toThrow(RangeError);
  });

  test('leaves everything else as it was, in whatever order the edits come', () => {
    fc.assert(
      fc.property(editedText, ({ text, edits }) => {
        const after = applyEdits(text, edits);
        expect(applyEdits(text, [...edits].reverse())).toBe(after);
        const places = placesAfter(edits);
        let left = '';
        let at = 0;
        for (const { start, end } of places) {
          left += after.slice(at, start);
          at = end;
        }
        left += after.slice(at);
        expect(left).toBe(
          applyEdits(
            text,
            edits.map((edit) => ({ ...edit, text: '' })),
          ),
        );
        expect(places.map(({ start, end }) => after.slice(start, end))).toEqual(
          inTextOrder(edits).map((edit) => edit.text),
        );
      }),
    );
  });
});

describe('ChosenEdits', () => {
  test('takes what stands apart, and of two that touch the first', () => {
    const chosen = new ChosenEdits();
    expect(chosen.take([{ start: 4, end: 6, text: 'a' }])).toBe(true);
    expect(chosen.take([{ start: 6, end: 7, text: 'b' }])).toBe(false);
    expect(chosen.take([{ start: 4, end: 4, text: 'b' }])).toBe(false);
    expect(
      chosen.take([
        { start: 0, end: 2, text: 'b' },
        { start: 5, end: 5, text: '' },
      ]),
    ).toBe(false);
    expect(chosen.take([{ start: 0, end: 3, text: 'b' }])).toBe(true);
  });

  test('takes different insertions at one place, the same one once', () => {
    const chosen = new ChosenEdits();
    expect(chosen.take([{ start: 4, end: 4, text: 'a' }])).toBe(true);
    expect(chosen.take([{ start: 4, end: 4, text: 'a' }])).toBe(false);
    expect(chosen.take([{ start: 4, end: 4, text: 'b' }])).toBe(true);
  });

  test('takes nothing that cannot be applied together, however many there are', () => {
    const one = fc.tuple(fc.nat(40), fc.nat(5), fc.string({ maxLength: 2 }));
    fc.assert(
      fc.property(fc.array(fc.array(one, { maxLength: 2 })), (findings) => {
        const chosen = new ChosenEdits();
        const taken: TextEdit[] = [];
        for (const finding of findings) {
          const edits = finding.map(([start, length, text]) => ({ start, end: start + length, text }));
          // A finding's own edits are its author's affair.
          if (edits.length === 2 && !new ChosenEdits().take(edits.slice(0, 1))) continue;
          const [a, b] = edits;
          if (a && b && !(a.end < b.start || b.end < a.start)) continue;
          if (chosen.take(edits)) taken.push(...edits);
        }
        const text = '.'.repeat(50);
        expect(applyEdits(text, taken)).toHaveLength(
          50 + taken.reduce((sum, edit) => sum + edit.text.length - (edit.end - edit.start), 0),
        );
      }),
    );
  });
});
