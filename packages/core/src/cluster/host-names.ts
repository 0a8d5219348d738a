/** Whether a text is one label of a domain name, as Istio reads them: letters of either case. */
export function isDnsLabel(text: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(text);
}

/** Whether a text is a whole domain name. An IPv4 address is none: its last label is a number. */
export function isDomainName(text: string): boolean {
  return isName(text, isDnsLabel);
}

/** As `isDomainName`; the first label may be `*`, and may begin with `*` or `*-`. */
export function isWildcardDomain(text: string): boolean {
  return isName(
    text,
    (label, i) =>
      isDnsLabel(i === 0 && label !== '*' ? label.replace(/^\*-?/, '') : label) || (i === 0 && label === '*'),
  );
}

/** Whether a text has a wildcard that is not a whole first label: `*.example.com` and `*` have none. */
export function isPartialWildcard(text: string): boolean {
  return text.length > 1 && text.includes('*') && !text.startsWith('*.');
}

// Istio's source: ValidateFQDN and ValidateWildcardDomain of pkg/config/validation/agent/validation.go.
function isName(text: string, isLabel: (label: string, index: number) => boolean): boolean {
  if (text.length === 0 || text.length > 255) return false;
  const labels = (text.endsWith('.') ? text.slice(0, -1) : text).split('.');
  return labels.every(isLabel) && !/^\d+$/.test(labels.at(-1) ?? '');
}

/** Why a text is no domain name, as a clause behind "no domain name"; for texts that are none. */
export function nameFault(text: string): string {
  if (text === '') return 'it is empty';
  if (text.length > 255) return 'it is longer than 255 characters';
  if (/\s/.test(text)) return 'it has a blank in it';
  if (text.includes('://')) return 'a host is written without a scheme';
  if (text.includes('/')) return 'a host is written without a path';
  if (/^[^:]*:\d+$/.test(text)) return 'a host is written without a port';
  if (text.includes('_')) return 'an underscore is not allowed';
  if (/.\*/.test(text) && !/^\*[^*]*$/.test(text)) return 'a * stands only at the beginning';
  if (/(?:^|\.)\d+\.?$/.test(text)) return 'the last part is a number, as in an IP address';
  if (/^\.|\.\./.test(text) || text === '.') return 'a part between the dots is empty';
  if (text.split('.').some((label) => label.length > 63)) return 'a part is longer than 63 characters';
  return 'each part between the dots has letters, digits and hyphens only, and begins and ends with a letter or a digit';
}

/**
 * Whether two hosts overlap for Istio: a wildcard covers what ends with the text after its `*`. Source: `Name.Matches` of
 * pkg/config/host/name.go.
 */
export function hostsOverlap(a: string, b: string): boolean {
  if (a.startsWith('*') && b.startsWith('*')) {
    const [short, long] = a.length < b.length ? [a, b] : [b, a];
    return long.slice(1).endsWith(short.slice(1));
  }
  if (a.startsWith('*')) return b.endsWith(a.slice(1));
  if (b.startsWith('*')) return a.endsWith(b.slice(1));
  return a === b;
}

/** Whether a host covers another whole: it is the same, or a wildcard that the other ends with. */
export function hostCovers(host: string, other: string): boolean {
  return host.startsWith('*') ? other.replace(/^\*/, '').endsWith(host.slice(1)) : host === other;
}
