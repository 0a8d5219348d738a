/**
 * Text that some later step fills in, so that nothing can be said about its value. One reader for all tools: shells, envsubst and Flux (`$VAR`,
 * `${VAR}`), kustomize and the kubelet (`$(VAR)`), Helm, Jinja and Zarf (`{{ x }}`, `[[ x ]]`, `###ZARF_VAR_X###`), Octopus (`#{X}`), the Argo CD Vault
 * plugin (`<path:a#b>`), SOPS (`ENC[...]`), Maven (`@x@`), sed (`%X%`, `__X__`, `@@X@@`, `{X}`, `<X>`), Spruce (`((x))`), and the words that
 * people write for "put yours here".
 */
export function isPlaceholder(text: string): boolean {
  // Nearly no text has any of these characters: looking for them is much cheaper than the expressions.
  return hasMark(text) && (TOKEN.test(text) || WORD.test(text));
}

/** As `isPlaceholder`, for the value of a key: where a name or an address belongs, a bare word in capitals stands for one. */
export function isPlaceholderFor(key: string | undefined, text: string): boolean {
  return isPlaceholder(text) || (key !== undefined && CAPITALS.test(text) && PLACES.has(key));
}

// By character code: whether a text that has it may be a placeholder. A capital E is in each of the words.
const MARKS = new Uint8Array(128);
for (const character of '{$<%#_@[(E') MARKS[character.charCodeAt(0)] = 1;

function hasMark(text: string): boolean {
  const length = Math.min(text.length, LONGEST);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 128 && MARKS[code] === 1) return true;
  }
  return false;
}

// Nobody judges a text that is longer, such as a script in a ConfigMap.
const LONGEST = 20_000;

// What each leaves out: `$` at the end of a regular expression, `\p{L}`, `(?<name>...)`, `%20`, `{2,3}`, `{*}`, `[[:alpha:]]`, an e-mail address.
const FORMS: readonly RegExp[] = [
  /\$\{|\{\{|\{%|<%/,
  /\$\([A-Za-z_]/,
  /(?<![\\\w])\$[A-Za-z_]/,
  /(?<!\\[pPx])\{[A-Z][A-Z0-9_]+\}/,
  /(?<!\?|\?P|\\)<[A-Za-z_$][^<>\n]{0,200}>/,
  /%[A-Z][A-Z0-9_]{2,}%/,
  /#\{[^{}\n]{1,200}\}/,
  /__[A-Z][A-Z0-9_]*__/,
  /###[\w.-]+###/,
  /@@[\w.-]+@@|(?<![\w.])@[A-Za-z_][\w.]*@/,
  /\[\[[ \t.$][^\n]{0,200}?\]\]/,
  /^ENC\[[A-Z0-9_]+,/,
  /^\(\([ \t]*[\w./-]+[ \t]*\)\)$/,
  // A part of a host in capitals with an underscore: `cart.TEAM_NAMESPACE.svc.cluster.local`. Words of enums have no dots beside them.
  /\.[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?:[./:]|$)|(?:^|\/)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\./,
];
const TOKEN = new RegExp(FORMS.map((form) => `(?:${form.source})`).join('|'));
const WORD = /(?:^|[^A-Za-z])(?:PLACEHOLDER|REPLACE_?ME|CHANGE_?ME|REPLACE_THIS)(?:$|[^A-Za-z])/;

const CAPITALS = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
// Fields with names and addresses, which nobody writes in capitals.
const PLACES: ReadonlySet<string> = new Set(
  'address addresses bind host hosts hostname hostnames ipBlocks jwksUri notIpBlocks notRemoteIpBlocks remoteIpBlocks sniHosts targetHost url'.split(
    ' ',
  ),
);

/**
 * A text that is no YAML before its placeholders are filled in, with harmless text of the same length in their place: a line that is nothing but one becomes
 * a comment. `undefined` when there is none. What still is no YAML then is broken whatever is filled in.
 */
export function filledIn(text: string): string | undefined {
  let any = false;
  const fill = (token: string) => {
    any = true;
    return 'x'.repeat(token.length);
  };
  const filled = text
    .replace(
      /^([ \t]*)(?:- +)?(<[A-Za-z_$][^<>\n]*>|%[A-Z][A-Z0-9_]*%|@[A-Za-z_][\w.]*@|\{[A-Z][A-Z0-9_]*\})[ \t]*$/gm,
      (line: string, blanks: string) => {
        any = true;
        return `${blanks}#${' '.repeat(Math.max(0, line.length - blanks.length - 1))}`;
      },
    )
    .replace(
      /%%?[A-Z][A-Z0-9_]*%%?|<[A-Za-z_$][^<>\n]*>|\{[A-Z][A-Z0-9_]*\}|@@?[A-Za-z_][\w.]*@@?|#\{[^{}\n]*\}|\[\[[^\]\n]*\]\]/g,
      fill,
    );
  return any ? filled : undefined;
}
