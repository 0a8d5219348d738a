import { isDeepStrictEqual } from 'node:util';
import { type ExampleSettings, lint, type Rule } from '@meshvet/core';
import { dedent } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { allRules } from './index.ts';

// One fault in two folders is still a fault, and what is applied together is one mesh however many files it stands in.
// Each bad example of each rule is laid out as people lay out repositories, and keeps its findings.

const examples = allRules
  .filter((rule) => rule.meta.subject !== 'problem')
  .flatMap((rule) => rule.examples.bad.map((example, i) => ({ rule, example, key: `${rule.meta.id} ${i + 1}` })));

async function found(
  rule: Rule,
  files: readonly (readonly [string, string])[],
  settings: ExampleSettings = {},
): Promise<string[]> {
  const input = files.map(([path, text]) => ({ path, text }));
  const result = await lint(input, { rules: [rule], config: { preset: 'all', ...settings }, assumeMesh: true });
  expect(result.failures).toEqual([]);
  return result.findings
    .map((f) => `${f.location.file} ${f.messageId} ${f.resource?.kind}/${f.resource?.namespace}/${f.resource?.name}`)
    .sort();
}

const bare = (list: readonly string[]) => list.map((f) => f.slice(f.indexOf(' ') + 1)).sort();

/** Examples that do not yet tell their fault in each of two environments. A mended one has to leave this list. */
const SILENT_IN_TWO: Readonly<Record<string, string>> = {
  'ambient-config-unread 2':
    'the workload it targets stands in both folders, and which of the two it is, is not asked of the surroundings',
  'ambient-route-without-waypoint 1': 'it accuses for a waypoint that is missing, which the other folder might hold',
  'route-host-not-called 1': 'it accuses for a host that is missing, and names the first place alone',
  'service-mixed-mesh-membership 1': 'its subject is a Service, and pods with variants are not compared',
};

test('each bad example tells its fault in each of two environments', async () => {
  expect(examples.length).toBeGreaterThan(100);
  const silent = new Set<string>();
  for (const { rule, example, key } of examples) {
    const text = dedent(example.yaml);
    const one = bare(await found(rule, [['x.yaml', text]], example.settings));
    expect(one, key).not.toEqual([]);
    const both = await found(
      rule,
      ['clusters/eu/x.yaml', 'clusters/us/x.yaml'].map((path) => [path, text]),
      example.settings,
    );
    for (const side of ['clusters/eu/', 'clusters/us/'])
      if (!isDeepStrictEqual(bare(both.filter((f) => f.startsWith(side))), one)) silent.add(key);
  }
  expect([...silent].sort()).toEqual(Object.keys(SILENT_IN_TWO).sort());
}, 120_000);

test('each bad example tells the same of one file and of one file a resource in one folder', async () => {
  const different: string[] = [];
  let split = 0;
  for (const { rule, example, key } of examples) {
    const text = dedent(example.yaml);
    const parts = text.split(/^---[ \t]*\n/m).filter((part) => part.trim() !== '');
    if (parts.length < 2) continue;
    split++;
    const one = bare(await found(rule, [['x.yaml', text]], example.settings));
    const files = parts.map((part, i) => [`app/${i}.yaml`, part] as const);
    if (!isDeepStrictEqual(bare(await found(rule, files, example.settings)), one)) different.push(key);
  }
  expect(split).toBeGreaterThan(50);
  expect(different).toEqual([]);
}, 120_000);
