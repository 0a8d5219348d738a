import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchemaText } from '../packages/core/src/config/config-schema.ts';
import type { Rule } from '../packages/core/src/index.ts';
import { codesPage } from './codes-page.ts';
import { rulePage, rulesIndex } from './rule-page.ts';
import { traceSchemaText } from './trace-schema.ts';
import { whySchemaText } from './why-schema.ts';

const PAGES = 'docs/rules';
const REPORT_SCHEMA = 'packages/core/schema/report.schema.json';

/** Everything that is generated: path relative to the repository, and text. */
export async function generatedFiles(rules: readonly Rule[], root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const rule of rules) files.set(`${PAGES}/${rule.meta.id}.md`, await rulePage(rule));
  files.set(`${PAGES}/README.md`, rulesIndex(rules));
  files.set('docs/codes.md', codesPage(rules));
  const schema = configSchemaText(rules);
  const report = readFileSync(join(root, REPORT_SCHEMA), 'utf8');
  const why = whySchemaText(report);
  const trace = traceSchemaText(report);
  for (const owner of ['core', 'cli']) {
    files.set(`packages/${owner}/schema/config.schema.json`, schema);
    files.set(`packages/${owner}/schema/why.schema.json`, why);
    files.set(`packages/${owner}/schema/trace.schema.json`, trace);
  }
  files.set('packages/cli/schema/report.schema.json', report);
  return files;
}

/** Pages of rules that are no more. */
export function leftOver(files: ReadonlyMap<string, string>, root: string): string[] {
  const folder = join(root, PAGES);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => `${PAGES}/${name}`)
    .filter((path) => path.endsWith('.md') && !files.has(path))
    .sort();
}

/** What on disk is not as it would be generated, one line a file. */
export function differences(files: ReadonlyMap<string, string>, root: string): string[] {
  const changed = [...files].flatMap(([path, text]) => {
    const full = join(root, path);
    if (!existsSync(full)) return [`${path} is missing`];
    return readFileSync(full, 'utf8') === text ? [] : [`${path} differs`];
  });
  return [...changed, ...leftOver(files, root).map((path) => `${path} belongs to no rule`)];
}
