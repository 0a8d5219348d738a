import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  baselineOf,
  baselineText,
  type Config,
  type InputFile,
  lint,
  readBaseline,
  withBaseline,
} from '../packages/core/src/index.ts';
import { allRules } from '../packages/rules/src/index.ts';

// What a baseline is for, on every repository that stands beside this one.

const CORPORA = join(import.meta.dirname, '../../shared/corpora');
const here = existsSync(CORPORA);
if (!here) console.warn('The open corpora are not beside this repository: baselines are not tried on them.');

function manifests(): InputFile[] {
  return readdirSync(CORPORA, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(CORPORA, path), text: readFileSync(path, 'utf8') }));
}

/** Every document ten lines lower, and the last one first. */
function moved({ path, text }: InputFile): InputFile {
  if (/json$/i.test(path)) return { path, text: '\n'.repeat(10) + text };
  const documents: string[] = [''];
  for (const line of text.split(/(?<=\n)/)) {
    if (/^---(?:\s|$)/.test(line)) documents.push(line);
    else documents.push((documents.pop() as string) + line);
  }
  const lower = documents
    .filter((document) => document.trim() !== '')
    .map((document) => {
      const [head] = /^---.*(?:\n|$)/.exec(document) ?? [''];
      const body = document.slice(head.length);
      const begin = head === '' ? '---\n' : head.endsWith('\n') ? head : `${head}\n`;
      return `${begin}${'# lower\n'.repeat(10)}${body}${body === '' || body.endsWith('\n') ? '' : '\n'}`;
    });
  return { path, text: lower.reverse().join('') };
}

const configs: Config[] = [{}, { preset: 'all' }, { preset: 'all', profile: 'istio-1.0' }];

describe.skipIf(!here)('a baseline of the open corpora', () => {
  const files = here ? manifests() : [];

  test.each(configs)('lets all through, also from ten lines lower and in another order: %j', async (config) => {
    const setup = { rules: allRules, config };
    const before = await lint(files, setup);
    expect(before.findings.length).toBeGreaterThan(300);
    const read = await readBaseline({ path: 'b.json', text: baselineText(baselineOf(before.findings)) });
    if ('error' in read) throw new Error(read.error.message);
    const left = (result: typeof before) => {
      const { findings, baselined, baselineGone } = withBaseline(result, read.baseline);
      const shown = findings.map(({ ruleId, location }) => `${location.file}:${location.start.line} ${ruleId}`);
      return { findings: shown, baselined: baselined?.length, baselineGone };
    };
    const none = { findings: [], baselined: before.findings.length, baselineGone: 0 };
    expect(left(before)).toEqual(none);
    expect(left(await lint(files.map(moved), setup))).toEqual(none);
  });
});
