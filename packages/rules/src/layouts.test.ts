import { lint, type Rule } from '@meshvet/core';
import { dedent } from '@meshvet/core/testing';
import { describe, expect, test } from 'vitest';
import { allRules } from './index.ts';

// One fault in two folders is still a fault, and what is applied together is one mesh however many files it stands in.
// Each bad example of each rule is laid out as people lay out repositories, and keeps its findings.

const examples = allRules
  .filter((rule) => rule.meta.subject !== 'problem')
  .flatMap((rule) => rule.examples.bad.map((example, i) => ({ rule, example, key: `${rule.meta.id} ${i + 1}` })));

async function found(rule: Rule, files: readonly (readonly [string, string])[], settings: object): Promise<string[]> {
  const input = files.map(([path, text]) => ({ path, text }));
  const result = await lint(input, { rules: [rule], config: { preset: 'all', ...settings } });
  expect(result.failures).toEqual([]);
  return result.findings
    .map((f) => `${f.location.file} ${f.messageId} ${f.resource?.kind}/${f.resource?.namespace}/${f.resource?.name}`)
    .sort();
}

const bare = (list: readonly string[]) => list.map((f) => f.slice(f.indexOf(' ') + 1)).sort();

describe('layouts', () => {
  test('two', async () => {
    const silent: string[] = [];
    for (const { rule, example, key } of examples) {
      const text = dedent(example.yaml);
      const one = bare(await found(rule, [['x.yaml', text]], example.settings ?? {}));
      const both = await found(rule, [['clusters/eu/x.yaml', text], ['clusters/us/x.yaml', text]], example.settings ?? {});
      for (const side of ['clusters/eu/', 'clusters/us/']) {
        const here = bare(both.filter((f) => f.startsWith(side)));
        if (JSON.stringify(here) !== JSON.stringify(one)) { silent.push(`${key}: ${side} ${here.length}/${one.length}`); }
      }
    }
    console.log(examples.length, 'TWO', silent.length, '\n' + silent.join('\n'));
  }, 300000);
  test('split', async () => {
    const silent: string[] = [];
    for (const { rule, example, key } of examples) {
      const text = dedent(example.yaml);
      const parts = text.split(/^---[ \t]*\n/m).filter((p) => p.trim() !== '');
      if (parts.length < 2) continue;
      const one = bare(await found(rule, [['x.yaml', text]], example.settings ?? {}));
      const many = bare(await found(rule, parts.map((p, i) => [`app/${String(i).padStart(2, '0')}.yaml`, p] as const), example.settings ?? {}));
      if (JSON.stringify(many) !== JSON.stringify(one)) silent.push(`${key}: ${many.length}/${one.length} ${one.join(', ')}`);
    }
    console.log('SPLIT', silent.length, '\n' + silent.join('\n'));
  }, 300000);
});
