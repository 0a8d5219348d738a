/** What is written behind the word that suppresses: `port-name-missing, IST0118 until=2026-12-31 -- reason`. */
export interface SuppressionText {
  /** As written; `*` is all. */
  readonly names: readonly string[];
  readonly reason: string;
  /** The last day it holds, as written, which may be no day at all. */
  readonly until: string | undefined;
}

const UNTIL = /^until=/i;

/** Reads names, day and reason. The day may stand on either side of the dashes: who wrote it meant it. */
export function readSuppressionText(text: string): SuppressionText {
  const [before = '', ...after] = text.split(/(?:^|\s)--(?:\s|$)/);
  const words = before.split(/[\s,]+/).filter((word) => word !== '');
  const behind = after.join(' -- ').trim();
  const reason = behind.split(/\s+/).filter((word) => !UNTIL.test(word));
  const [day] = [...words, ...behind.split(/\s+/)].filter((word) => UNTIL.test(word));
  return {
    names: words.filter((word) => !UNTIL.test(word)),
    // As written, blanks and all, unless a day has to be taken out of it.
    reason: behind.split(/\s+/).some((word) => UNTIL.test(word)) ? reason.join(' ') : behind,
    until: day?.replace(UNTIL, ''),
  };
}

/** Whether a text is a day of the calendar, `2026-12-31`. Two of them compare as texts. */
export function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
}
