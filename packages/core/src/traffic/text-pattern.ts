/** A value of an AuthorizationPolicy as istiod reads it: a star counts alone, first, or last; everywhere else it is a character. */
export interface TextPattern {
  readonly kind: 'present' | 'exact' | 'prefix' | 'suffix';
  readonly text: string;
}

/** Source: `pilot/pkg/security/authz/matcher/string.go`, StringMatcherWithPrefix: a star in front is looked at first. */
export function textPattern(written: string): TextPattern {
  if (written === '*') return { kind: 'present', text: '' };
  if (written.startsWith('*')) return { kind: 'suffix', text: written.slice(1) };
  if (written.endsWith('*')) return { kind: 'prefix', text: written.slice(0, -1) };
  return { kind: 'exact', text: written };
}

/** Whether a text that is there matches. */
export function matchesPattern({ kind, text }: TextPattern, found: string, ignoreCase = false): boolean {
  const [wanted, given] = ignoreCase ? [text.toLowerCase(), found.toLowerCase()] : [text, found];
  switch (kind) {
    case 'present':
      return true;
    case 'exact':
      return given === wanted;
    case 'prefix':
      return given.startsWith(wanted);
    case 'suffix':
      return given.endsWith(wanted);
  }
}

/** Whether a pattern has a star that stands for itself: in the middle, or at the end of one that begins with a star. */
export function hasLiteralStar(pattern: TextPattern): boolean {
  return pattern.text.includes('*');
}

/**
 * Whether a text fits a pattern in which each star stands for any characters and a dot for any single one, as in the regular expressions
 * that istiod makes of namespaces and service accounts. undefined where other characters have a meaning there. Linear but for the stars, of
 * which each begins a search of its own.
 */
export function matchesLooseGlob(glob: string, text: string): boolean | undefined {
  if (/[\\^$+?()[\]{}|]/.test(glob)) return undefined;
  const parts = glob.split('*');
  const [first = ''] = parts;
  if (parts.length === 1) return text.length === first.length && fitsAt(first, text, 0);
  const last = parts.at(-1) as string;
  if (text.length < first.length + last.length) return false;
  if (!fitsAt(first, text, 0) || !fitsAt(last, text, text.length - last.length)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    while (at + part.length <= end && !fitsAt(part, text, at)) at++;
    if (at + part.length > end) return false;
    at += part.length;
  }
  return true;
}

function fitsAt(part: string, text: string, at: number): boolean {
  for (let i = 0; i < part.length; i++) if (part[i] !== '.' && part[i] !== text[at + i]) return false;
  return true;
}

/** Whether a path of a policy has templates, `{*}` for one segment and `{**}` for the rest. Since 1.22. */
export function hasTemplate(path: string): boolean {
  return path.includes('{*}') || path.includes('{**}');
}

/**
 * Whether a path fits one with templates; undefined where Envoy refuses the template. Source: Envoy
 * `source/extensions/path/uri_template_lib/uri_template_internal.cc`: `*` is one segment that is not empty, `**` any characters.
 */
export function matchesTemplate(template: string, path: string): boolean | undefined {
  const wanted = template.split('/');
  const rest = wanted.indexOf('{**}');
  const isTemplate = (segment: string) => segment === '{*}' || segment === '{**}';
  if (!template.startsWith('/') || wanted.some((segment) => !isTemplate(segment) && /[{}*]/.test(segment)))
    return undefined;
  if (rest >= 0 && wanted.slice(rest + 1).some(isTemplate)) return undefined;
  const given = path.split('/');
  if (rest < 0) return wanted.length === given.length && wanted.every((segment, i) => fitsSegment(segment, given[i]));
  const tail = wanted.slice(rest + 1);
  // What `**` stands for may be nothing, behind its slash all the same.
  if (given.length < rest + 1 + tail.length) return false;
  const start = given.length - tail.length;
  return (
    wanted.slice(0, rest).every((segment, i) => fitsSegment(segment, given[i])) &&
    given.slice(rest, start).every((segment) => PATH_CHARACTERS.test(segment)) &&
    tail.every((segment, i) => segment === given[start + i])
  );
}

const PATH_CHARACTERS = /^[A-Za-z0-9\-._~%!$&'()+,;:@=]*$/;

function fitsSegment(wanted: string, given: string | undefined): boolean {
  if (wanted !== '{*}') return wanted === given;
  return given !== undefined && given !== '' && PATH_CHARACTERS.test(given);
}
