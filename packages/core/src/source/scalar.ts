/** What a scalar is for Kubernetes, or `REFUSED` when it is refused. */
export type ScalarValue = string | number | boolean | null;

/** A scalar that kubectl refuses: `.inf` and `.nan`, which JSON cannot say, and values that do not fit their tag. */
export const REFUSED: unique symbol = Symbol('refused');

// kubectl reads with sigs.k8s.io/yaml, that is go-yaml v2 and then JSON: neither YAML 1.1 nor 1.2. What stands here was
// compared with `kubectl label --local` on thousands of spellings; test-data/kubectl holds recorded ones.
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const NOT_IN_JSON = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;

/** What a plain scalar without a tag is. The first character decides nearly all of them. */
export function plainScalar(text: string): ScalarValue | typeof REFUSED {
  if (text === '') return null;
  const first = text.charCodeAt(0);
  if (first >= ZERO && first <= NINE) return numberOrText(text);
  switch (first) {
    case PLUS:
    case MINUS:
    case DOT:
      if (NOT_IN_JSON.test(text)) return REFUSED;
      // Underscores are taken out of numbers, but not of those that begin with a point.
      return first === DOT ? floatOrText(text, text) : numberOrText(text);
    case 121: // y
    case 89: // Y
    case 110: // n
    case 78: // N
    case 116: // t
    case 84: // T
    case 102: // f
    case 70: // F
    case 111: // o
    case 79: // O
    case 126: // ~
      return text.length > 5 ? text : word(text);
    default:
      return text;
  }
}

function word(text: string): ScalarValue {
  switch (text) {
    case 'y':
    case 'Y':
    case 'yes':
    case 'Yes':
    case 'YES':
    case 'true':
    case 'True':
    case 'TRUE':
    case 'on':
    case 'On':
    case 'ON':
      return true;
    case 'n':
    case 'N':
    case 'no':
    case 'No':
    case 'NO':
    case 'false':
    case 'False':
    case 'FALSE':
    case 'off':
    case 'Off':
    case 'OFF':
      return false;
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    default:
      return text;
  }
}

function numberOrText(text: string): ScalarValue {
  // Short decimal integers are nearly all numbers there are.
  const length = text.length;
  const first = text.charCodeAt(0);
  if (length < 10 && first >= ZERO && first <= NINE && (first > ZERO || length === 1)) {
    let value = 0;
    let i = 0;
    for (; i < length; i++) {
      const digit = text.charCodeAt(i) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (i === length) return value;
  }
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  const integer = integerOf(digits);
  return integer === undefined ? floatOrText(digits, text) : Number(integer);
}

function floatOrText(digits: string, text: string): ScalarValue {
  if (!FLOAT.test(digits)) return text;
  const value = Number(digits);
  // Go refuses to parse what overflows, and the text stays; -0 is 0 in what kubectl prints.
  return Number.isFinite(value) ? value + 0 || 0 : text;
}

// Go reads integers from -2^63 up to, without, 2^64; the rest are floats, if they are decimal.
function integerOf(digits: string): bigint | undefined {
  const match = INTEGER.exec(digits);
  if (!match) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const written = hex ?? binary ?? octal ?? (decimal as string);
  if (written.length > 66) return undefined;
  const prefix = hex !== undefined ? '0x' : binary !== undefined ? '0b' : octal !== undefined ? '0o' : '';
  const value = BigInt(prefix + written);
  if (sign === '-') return value <= 1n << 63n ? -value : undefined;
  return value < 1n << 64n ? value : undefined;
}

/**
 * What a scalar with an explicit tag is. Quotes make no difference then: `!!int "3"` is 3. Tags that go-yaml does not
 * know are dropped, and the text stays.
 */
export function taggedScalar(text: string, tag: string): ScalarValue | typeof REFUSED {
  const name = tagName(tag);
  if (name === 'binary') return binary(text);
  if (name === undefined || name === 'str' || name === 'timestamp') return text;
  const value = plainScalar(text);
  switch (name) {
    case 'null':
      return value === null ? value : REFUSED;
    case 'bool':
      return typeof value === 'boolean' ? value : REFUSED;
    case 'int':
      return typeof value === 'number' && isInteger(text) ? value : REFUSED;
    default:
      return typeof value === 'number' ? value : REFUSED;
  }
}

function isInteger(text: string): boolean {
  return text.charCodeAt(0) !== DOT && integerOf(text.replaceAll('_', '')) !== undefined;
}

const TAGS: ReadonlySet<string> = new Set(['str', 'int', 'float', 'bool', 'null', 'binary', 'timestamp']);

function tagName(tag: string): string | undefined {
  const name = tag.startsWith('!!') ? tag.slice(2) : /^(?:!<)?tag:yaml\.org,2002:([^>]*)>?$/.exec(tag)?.[1];
  return name !== undefined && TAGS.has(name) ? name : undefined;
}

/**
 * A scalar as the key of a mapping; undefined when Kubernetes refuses it (null, and integers of 2^63 and more).
 * `tag` is the written tag, `plain` says that it stands there without quotes.
 */
export function keyOf(text: string, plain: boolean, tag: string | undefined): string | undefined {
  if (!plain && tag === undefined) return text;
  const value = tag === undefined ? plainScalar(text) : taggedScalar(text, tag);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'number') return undefined;
  const float = tag !== undefined && tagName(tag) === 'float';
  return numberKey(text, value, float);
}

function numberKey(text: string, value: number, float: boolean): string | undefined {
  const integer = text.charCodeAt(0) === DOT ? undefined : integerOf(text.replaceAll('_', ''));
  if (integer === undefined || float) return goFloat(value);
  return integer < 1n << 63n ? integer.toString() : undefined;
}

/** An alias of a scalar as a key: only its value is left. */
export function keyOfValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'number') return undefined;
  return Number.isInteger(value) ? BigInt(value).toString() : goFloat(value);
}

// sigs.k8s.io/yaml writes float keys with strconv.FormatFloat(key, 'g', -1, 32): the shortest digits that a 32 bit float
// needs, with an exponent below 1e-4 and from 1e6 on.
function goFloat(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single < 0 ? '-.inf' : '.inf';
  if (single === 0) return '0';
  let shortest = single.toExponential();
  for (let digits = 0; digits < 9; digits++) {
    const candidate = single.toExponential(digits);
    if (Math.fround(Number(candidate)) === single) {
      shortest = candidate;
      break;
    }
  }
  const cut = shortest.indexOf('e');
  const mantissa = shortest.slice(0, cut);
  const exponent = Number(shortest.slice(cut + 1));
  if (exponent < -4 || exponent >= 6) {
    const size = Math.abs(exponent);
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
  }
  return plainDigits(mantissa, exponent);
}

function plainDigits(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

// !!binary is base64 of UTF-8 here: Go makes a string of the bytes, and JSON replaces those that are no text.
function binary(text: string): string | typeof REFUSED {
  const clean = text.replaceAll(/[\r\n]/g, '');
  if (clean.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(clean)) return REFUSED;
  let escaped = '';
  let bytes = '';
  let buffer = 0;
  let bits = 0;
  for (let i = 0; i < clean.length && clean[i] !== '='; i++) {
    buffer = ((buffer << 6) | BASE64.indexOf(clean[i] as string)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const byte = (buffer >> bits) & 0xff;
    escaped += `%${byte < 16 ? '0' : ''}${byte.toString(16)}`;
    bytes += byte < 0x80 ? String.fromCharCode(byte) : '\ufffd';
  }
  try {
    return decodeURIComponent(escaped);
  } catch {
    return bytes;
  }
}
