/** What is told of an X.509 certificate: the time it is valid for, as `2026-12-31T23:59:59Z`. */
export interface Certificate {
  readonly notBefore: string;
  readonly notAfter: string;
}

/**
 * The first certificate of a PEM text; undefined when there is none, or it cannot be read. A reader of a dozen lines, and no library: two
 * fields are wanted out of forty, and packages that read all of them weigh more than the rest of the tool. It looks at the outer shape
 * only, so that an odd serial number or an algorithm that nobody knows is no reason to refuse one.
 */
export function readCertificate(pem: string): Certificate | undefined {
  const bytes = firstBlock(pem, 'CERTIFICATE');
  return bytes && validityOf(bytes);
}

/** The bytes of a Base64 text; undefined when it is none. Blanks and line breaks are passed over. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  let characters = 0;
  let ended = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13 || code === 32 || code === 9) continue;
    characters++;
    if (code === 61) {
      ended = true;
      continue;
    }
    const value = ended ? -1 : sextet(code);
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[length++] = (bits >> count) & 0xff;
    }
  }
  return characters % 4 === 0 ? bytes.subarray(0, length) : undefined;
}

/** Bytes as text, one character each: what is looked for in PEM is ASCII. */
export function asciiOf(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 4096) parts.push(String.fromCharCode(...bytes.subarray(i, i + 4096)));
  return parts.join('');
}

function sextet(code: number): number {
  if (code >= 65 && code <= 90) return code - 65;
  if (code >= 97 && code <= 122) return code - 71;
  if (code >= 48 && code <= 57) return code + 4;
  return code === 43 ? 62 : code === 47 ? 63 : -1;
}

function firstBlock(pem: string, label: string): Uint8Array | undefined {
  const begin = `-----BEGIN ${label}-----`;
  const start = pem.indexOf(begin);
  if (start < 0) return undefined;
  const end = pem.indexOf(`-----END ${label}-----`, start);
  return end < 0 ? undefined : decodeBase64(pem.slice(start + begin.length, end));
}

/** One value of DER: its tag, and where its content begins and ends. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

function elementAt(bytes: Uint8Array, at: number, limit: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const size = first & 0x7f;
    if (size === 0 || size > 4) return undefined;
    length = 0;
    for (let i = 0; i < size; i++) length = length * 256 + (bytes[start++] ?? 0);
  }
  const end = start + length;
  return end > limit ? undefined : { tag, start, end };
}

const SEQUENCE = 0x30;
const VERSION = 0xa0;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;

// Certificate: [ tbs: [ version?, serial, algorithm, issuer, validity: [ notBefore, notAfter ], ... ], ... ]. Source: RFC 5280, 4.1.
function validityOf(bytes: Uint8Array): Certificate | undefined {
  const outer = elementAt(bytes, 0, bytes.length);
  const tbs = outer?.tag === SEQUENCE ? elementAt(bytes, outer.start, outer.end) : undefined;
  if (tbs?.tag !== SEQUENCE) return undefined;
  let field = elementAt(bytes, tbs.start, tbs.end);
  if (field?.tag === VERSION) field = elementAt(bytes, field.end, tbs.end);
  for (let skipped = 0; field && skipped < 3; skipped++) field = elementAt(bytes, field.end, tbs.end);
  if (field?.tag !== SEQUENCE) return undefined;
  const from = elementAt(bytes, field.start, field.end);
  const until = from && elementAt(bytes, from.end, field.end);
  const notBefore = from && timeOf(bytes, from);
  const notAfter = until && timeOf(bytes, until);
  return notBefore && notAfter ? { notBefore, notAfter } : undefined;
}

function timeOf(bytes: Uint8Array, { tag, start, end }: Element): string | undefined {
  const text = asciiOf(bytes.subarray(start, end));
  if (tag === UTC_TIME && /^\d{12}Z$/.test(text)) {
    // Two digits of the year: 50 and above are of the last century.
    const century = Number(text.slice(0, 2)) >= 50 ? '19' : '20';
    return written(century + text);
  }
  return tag === GENERALIZED_TIME && /^\d{14}Z$/.test(text) ? written(text) : undefined;
}

function written(t: string): string {
  const [year, month, day] = [t.slice(0, 4), t.slice(4, 6), t.slice(6, 8)];
  return `${year}-${month}-${day}T${t.slice(8, 10)}:${t.slice(10, 12)}:${t.slice(12, 14)}Z`;
}
