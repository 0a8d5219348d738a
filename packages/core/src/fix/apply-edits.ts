import type { Edit } from '../source/severity.ts';

/** An edit of one text: offsets of the text as it was read, in UTF-16 units. */
export type TextEdit = Omit<Edit, 'file'>;

/** The edits in the order of the text. At one place an insertion comes before what is taken out there; equals keep their order. */
export function inTextOrder<E extends TextEdit>(edits: readonly E[]): E[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}

/**
 * Makes the edits in a text; all else stays as it is. Throws a RangeError for edits that overlap or lie outside the text:
 * whoever has several authors asks `areApart` first.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: inserted } of inTextOrder(edits)) {
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= at && end >= start && end <= text.length)) {
      throw new RangeError(`edit ${start}-${end} overlaps another or lies outside the text`);
    }
    parts.push(text.slice(at, start), inserted);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** Where the texts that edits put in stand afterwards, in the order of the text. */
export function placesAfter(edits: readonly TextEdit[]): { readonly start: number; readonly end: number }[] {
  let shift = 0;
  return inTextOrder(edits).map(({ start, end, text }) => {
    const place = { start: start + shift, end: start + shift + text.length };
    shift += text.length - (end - start);
    return place;
  });
}

/**
 * The edits of one file that were chosen so far. Those of another finding may not even touch them: what stands side by side may
 * belong together. Different insertions at one place can be made, one after the other.
 */
export class ChosenEdits {
  /** In the order of the text. Apart as they are, their ends are in order too. */
  readonly #edits: TextEdit[] = [];

  /** Takes the edits of a finding; false, and none of them, where one touches an edit that was taken before. */
  take(edits: readonly TextEdit[]): boolean {
    if (!edits.every((edit) => this.#isApart(edit))) return false;
    for (const edit of edits) this.#edits.splice(this.#firstFrom(edit.end + 1), 0, edit);
    return true;
  }

  #isApart(edit: TextEdit): boolean {
    for (let i = this.#firstFrom(edit.start); i < this.#edits.length; i++) {
      const other = this.#edits[i] as TextEdit;
      if (other.start > edit.end) return true;
      const insertions = edit.start === edit.end && other.start === other.end;
      if (!insertions || edit.text === other.text) return false;
    }
    return true;
  }

  /** Index of the first edit that ends at a place or behind it. */
  #firstFrom(place: number): number {
    let low = 0;
    let high = this.#edits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#edits[middle] as TextEdit).end < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
