/** A range of addresses as istio-iptables reads it; undefined for what it takes for none. Source: Go's `netip.ParsePrefix`. */
export interface AddressRange {
  readonly version: 4 | 6;
  readonly address: bigint;
  readonly bits: number;
}

/** Reads `10.0.0.0/8` or `fd00::/8`. Blanks, a missing length and numbers out of range make it none. */
export function addressRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const length = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const bits = Number(length);
  const head = text.slice(0, slash);
  const four = readFour(head);
  if (four !== undefined) return bits <= 32 ? { version: 4, address: four, bits } : undefined;
  const six = readSix(head);
  return six !== undefined && bits <= 128 ? { version: 6, address: six, bits } : undefined;
}

/** Whether a text is one address, without the length of a range. */
export function isAddress(text: string): boolean {
  return readFour(text) !== undefined || readSix(text) !== undefined;
}

/** Whether two ranges have an address in common. */
export function overlap(a: AddressRange, b: AddressRange): boolean {
  if (a.version !== b.version) return false;
  const width = a.version === 4 ? 32 : 128;
  const shift = BigInt(width - Math.min(a.bits, b.bits));
  return a.address >> shift === b.address >> shift;
}

function readFour(text: string): bigint | undefined {
  const parts = text.split('.', 5);
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function readSix(text: string): bigint | undefined {
  if (text.length > 45 || !text.includes(':')) return undefined;
  const halves = text.split('::', 3);
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map(groupsOf);
  if (!before || (halves.length === 2 && !after)) return undefined;
  const known = before.length + (after?.length ?? 0);
  if (halves.length === 2 ? known > 7 : known !== 8) return undefined;
  const zeros = Array.from({ length: 8 - known }, () => 0n);
  return [...before, ...zeros, ...(after ?? [])].reduce((sum, group) => (sum << 16n) | group, 0n);
}

// Groups of four digits; the last two may be written as an address of version 4.
function groupsOf(text: string): bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':', 9);
  const last = parts.at(-1) ?? '';
  const four = last.includes('.') ? readFour(last) : undefined;
  const groups = four === undefined ? parts : parts.slice(0, -1);
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const numbers = groups.map((group) => BigInt(`0x${group}`));
  return four === undefined ? numbers : [...numbers, four >> 16n, four & 0xffffn];
}
