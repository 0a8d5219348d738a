/** Plain data as YAML: mappings and lists in blocks, scalars as JSON writes them, which YAML reads alike. */
export function yamlText(value: unknown): string {
  return `${block(value, 0).trimStart()}\n`;
}

/** What stands behind a key or a dash: on the same line, or on lines of its own. */
function block(value: unknown, depth: number): string {
  const indent = '  '.repeat(depth);
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item) => `\n${indent}- ${inner(item, depth)}`).join('');
  }
  const entries = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length > 0)
    return entries.map(([key, inside]) => `\n${indent}${keyText(key)}:${behind(inside, depth)}`).join('');
  return JSON.stringify(value);
}

function behind(value: unknown, depth: number): string {
  const text = block(value, depth + 1);
  return text.startsWith('\n') ? text : ` ${text}`;
}

function inner(value: unknown, depth: number): string {
  return block(value, depth + 1).trimStart();
}

/** Names of rules and keys of a config as they are; whatever might be read as something else in quotes. */
function keyText(key: string): string {
  const word = /^[A-Za-z][\w./-]*$/.test(key) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(key);
  return word ? key : JSON.stringify(key);
}
