/** Takes the indentation in common off, and an empty first and last line: manifests can be indented with the test. */
export function dedent(text: string): string {
  const lines = text
    .replace(/^[ \t]*\r?\n/, '')
    .replace(/\n[ \t]*$/, '\n')
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const indent = indents.length > 0 ? Math.min(...indents) : 0;
  const body = lines.map((line) => line.slice(indent)).join('\n');
  return body.endsWith('\n') ? body : `${body}\n`;
}

/** Tag for manifests in tests: yaml`...`, dedented; escapes stay as they are written. */
export function yaml(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return dedent(String.raw({ raw: strings.raw }, ...values));
}
