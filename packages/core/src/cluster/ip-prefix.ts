/** Whether a text is an IPv4 address: four numbers without zeros before them. */
export function isIpv4Address(text: string): boolean {
  return /^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/.test(text) && text.split('.').every((n) => Number(n) <= 255);
}

/** Whether a text is an IPv6 address, without a zone. */
export function isIpv6Address(text: string): boolean {
  if (!text.includes(':') || text.length > 45 || /[^0-9A-Fa-f:.]/.test(text)) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [i, half] of halves.entries()) {
    if (half === '') continue;
    const parts = half.split(':');
    for (const [j, part] of parts.entries()) {
      const last = i === halves.length - 1 && j === parts.length - 1;
      if (last && part.includes('.')) {
        if (!isIpv4Address(part)) return false;
        groups += 2;
      } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups++;
      else return false;
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/** Whether a text is an address. */
export function isIpAddress(text: string): boolean {
  return isIpv4Address(text) || isIpv6Address(text);
}

/** Whether a text is an address with a prefix length, as Go's `netip.ParsePrefix` takes it. */
export function isIpPrefix(text: string): boolean {
  const slash = text.lastIndexOf('/');
  if (slash < 0) return false;
  const bits = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(bits)) return false;
  const address = text.slice(0, slash);
  if (isIpv4Address(address)) return Number(bits) <= 32;
  return isIpv6Address(address) && Number(bits) <= 128;
}

/** Whether two ranges have addresses in common; both have to be such, as `isIpPrefix` tells. */
export function prefixesOverlap(a: string, b: string): boolean {
  const [first, second] = [bitsOf(a), bitsOf(b)];
  return first.family === second.family && (first.bits.startsWith(second.bits) || second.bits.startsWith(first.bits));
}

/** Whether all addresses of one range are in another; both have to be such, as `isIpPrefix` tells. */
export function prefixContains(outer: string, inner: string): boolean {
  const [around, within] = [bitsOf(outer), bitsOf(inner)];
  return around.family === within.family && within.bits.startsWith(around.bits);
}

/** An address or a range, as a range; undefined for what is neither. */
export function asIpPrefix(text: string): string | undefined {
  if (isIpPrefix(text)) return text;
  return isIpv4Address(text) ? `${text}/32` : isIpv6Address(text) ? `${text}/128` : undefined;
}

/** The leading bits that all addresses of a range have. */
function bitsOf(prefix: string): { family: 4 | 6; bits: string } {
  const slash = prefix.lastIndexOf('/');
  const address = prefix.slice(0, slash);
  const length = Number(prefix.slice(slash + 1));
  if (isIpv4Address(address)) return { family: 4, bits: ipv4Bits(address).slice(0, length) };
  const [head = '', tail] = address.split('::');
  const left = groupBits(head);
  const right = tail === undefined ? '' : groupBits(tail);
  return {
    family: 6,
    bits: (left + '0'.repeat(Math.max(0, 128 - left.length - right.length)) + right).slice(0, length),
  };
}

function groupBits(groups: string): string {
  if (groups === '') return '';
  return groups
    .split(':')
    .map((group) => (group.includes('.') ? ipv4Bits(group) : Number.parseInt(group, 16).toString(2).padStart(16, '0')))
    .join('');
}

function ipv4Bits(address: string): string {
  return address
    .split('.')
    .map((n) => Number(n).toString(2).padStart(8, '0'))
    .join('');
}
