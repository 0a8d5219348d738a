const ASCII = /^[ -~]*$/;
// Marks that stand on the character before them, joiners, and the vowels and finals of a decomposed Hangul syllable.
const ZERO = /[\p{Mn}\p{Me}\u1160-\u11ff\u200c\u200d]/u;
// East Asian Wide and Fullwidth (Unicode, UAX 11) in ranges, and emoji that are drawn as pictures.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{1f300}-\u{1f5ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;

/** How many columns of a terminal a text takes. The text must be printable already. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
