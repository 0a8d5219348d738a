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
