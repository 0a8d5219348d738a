/** What Go's `net/url` reads from a text that `ParseRequestURI` takes; undefined where it refuses the text. */
export interface RequestUrl {
  readonly scheme: string;
  /** Host with its port. */
  readonly host: string;
  readonly path: string;
}

/** Reads a URL as the CEL functions `isURL` and `url` of Kubernetes do. */
export function parseRequestUrl(text: string): RequestUrl | undefined {
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) return undefined;
  if (text.startsWith(':')) return undefined;
  const colon = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(text)?.[0] ?? '';
  const scheme = colon.toLowerCase();
  const hash = text.indexOf('#');
  let rest = text.slice(colon === '' ? 0 : colon.length + 1, hash < 0 ? text.length : hash);
  const question = rest.indexOf('?');
  if (question >= 0) rest = rest.slice(0, question);
  // A scheme and something behind it that is no path is taken as it is.
  if (!rest.startsWith('/')) return scheme === '' ? undefined : { scheme, host: '', path: '' };
  if (scheme === '' || !rest.startsWith('//'))
    return hasGoodEscapes(rest) ? { scheme, host: '', path: rest } : undefined;
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const path = slash < 0 ? '' : rest.slice(slash);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return isHost(host) && hasGoodEscapes(path) ? { scheme, host, path } : undefined;
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    return end > 0 && /^(?::\d*)?$/.test(host.slice(end + 1));
  }
  const colon = host.lastIndexOf(':');
  if (colon >= 0 && !/^\d*$/.test(host.slice(colon + 1))) return false;
  return !/[\s\\^{}|`]/.test(host) && !/%(?![89A-Fa-f][0-9A-Fa-f])/.test(host);
}

function hasGoodEscapes(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}
