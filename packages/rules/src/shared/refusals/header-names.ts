/** Whether a text is a name of an HTTP header: the token characters of RFC 9110. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** The pseudo headers that a VirtualService may match. */
const PSEUDO_HEADERS: ReadonlySet<string> = new Set([':method', ':scheme', ':authority', ':path', ':status']);

/** Whether a name is a claim of the request's token, and no header: `@request.auth.claims.sub`, `@request.auth.claims[sub]`. */
export function isClaim(name: string): boolean {
  const rest = /^@request\.auth\.claims(.*)$/is.exec(name)?.[1] ?? '';
  return /^\../s.test(rest) || /^\[.+\]$/s.test(rest);
}

/** Why a match on a header of that name is refused; undefined when it is not. */
export function matchedHeaderFault(name: string): string | undefined {
  if (name === '') return 'a header has no name';
  if (isClaim(name) || PSEUDO_HEADERS.has(name) || isToken(name)) return undefined;
  if (name.startsWith('@request.auth.claims'))
    return 'a claim is written as @request.auth.claims.NAME or @request.auth.claims[NAME]';
  if (name.startsWith(':')) return `the only names with a colon before them are ${[...PSEUDO_HEADERS].join(', ')}`;
  return 'a name of a header has no blanks, colons or other separators in it';
}

/** How a header is changed. */
export type HeaderChange =
  | 'request.set'
  | 'request.add'
  | 'request.remove'
  | 'response.set'
  | 'response.add'
  | 'response.remove';

/** Why a header of that name cannot be changed; undefined when it can. */
export function changedHeaderFault(name: string, change: HeaderChange): string | undefined {
  if (name === '') return 'a header has no name';
  const writesRequest = change === 'request.set' || change === 'request.add';
  if (name.startsWith(':') && !(writesRequest && name === ':authority'))
    return writesRequest
      ? 'of the names with a colon before them, only :authority can be written'
      : 'a name with a colon before it cannot be changed';
  if (!writesRequest && name.toLowerCase() === 'host') return 'the host header cannot be changed here';
  return undefined;
}

/**
 * Why a value of a header is refused; undefined when it is not. Envoy fills in `%NAME%` and `%NAME(args)%`, and a percent sign of its own
 * is doubled.
 */
export function headerValueFault(value: string): string | undefined {
  for (const character of value) {
    const code = character.charCodeAt(0);
    if ((code < 0x20 && code !== 9) || code === 0x7f) return 'it has a line break or another control character in it';
  }
  let rest = value;
  for (let at = rest.indexOf('%'); at >= 0; at = rest.indexOf('%')) {
    rest = rest.slice(at);
    if (rest.startsWith('%%')) {
      rest = rest.slice(2);
      continue;
    }
    const end = commandEnd(rest);
    if (end === undefined) return 'a percent sign begins %NAME% or %NAME(ARGUMENTS)%, and a plain one is written %%';
    rest = rest.slice(end);
  }
  return undefined;
}

// The length of a command at the beginning of a text: `%REQ(x-user):10%`. Arguments may have brackets and percent signs of their own.
function commandEnd(text: string): number | undefined {
  const name = /^%[A-Za-z0-9_]+/.exec(text)?.[0];
  if (name === undefined) return undefined;
  if (text[name.length] === '%') return name.length + 1;
  const end = text[name.length] === '(' ? /\)(?::\d{1,9})?%/.exec(text) : undefined;
  return end ? end.index + end[0].length : undefined;
}
