/** The first `length` UTF-16 units of a text; a surrogate pair at the cut is left out whole, since its half is no character. */
export function beginning(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

/** A text that is longer than `longest` UTF-16 units: its beginning of that length, and `...` after it. */
export function cutText(text: string, longest: number): string {
  return text.length <= longest ? text : `${beginning(text, longest)}...`;
}
