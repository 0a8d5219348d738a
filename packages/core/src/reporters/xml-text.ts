import { visibleText } from './visible-text.ts';

const MARKUP: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Text for XML, in an attribute or between tags. XML 1.0 has no way to write control codes, not even as references, so
 * they become visible first; U+FFFE and U+FFFF are the only other characters that it forbids.
 */
export function xmlText(text: string): string {
  return visibleText(text)
    .replace(/[&<>"']/g, (character) => MARKUP[character] as string)
    .replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
