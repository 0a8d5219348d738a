/**
 * 16 hexadecimal digits for a text: FNV-1a over its UTF-16 units, twice with different starts. No secret hangs on it; it only has to
 * be the same on every machine and rarely equal for different texts.
 */
export function hashText(text: string): string {
  let a = 0x811c9dc5;
  let b = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit ^ (a >>> 15), 0x01000193);
  }
  return hex(a) + hex(b);
}

function hex(number: number): string {
  return (number >>> 0).toString(16).padStart(8, '0');
}
