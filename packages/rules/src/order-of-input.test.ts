import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, type InputFile, lint } from '@meshvet/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allRules } from './index.ts';

const examples = fileURLToPath(new URL('../../../examples', import.meta.url));
const manifests: InputFile[] = ['bookinfo-broken', 'bookinfo-clean', 'flask-redis', 'monitor-2018'].flatMap((folder) =>
  readdirSync(join(examples, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(examples, folder, name), 'utf8') })),
);

const configs: Config[] = [
  { preset: 'all' },
  { preset: 'all', closedWorld: true },
  { preset: 'all', profile: 'istio-1.0', expectMesh: 'all' },
];

async function report(files: readonly InputFile[], config: Config): Promise<string> {
  return JSON.stringify(await lint(files, { rules: allRules, config }));
}

test('whatever the order of the files, all rules say the same, byte for byte', async () => {
  for (const config of configs) {
    const expected = await report(manifests, config);
    expect(JSON.parse(expected).findings.length).toBeGreaterThan(10);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(manifests, { minLength: manifests.length }), async (shuffled) => {
        expect(await report(shuffled, config)).toBe(expected);
      }),
      { numRuns: 25 },
    );
  }
});

test('whatever the order of the documents in a file, the same is found', async () => {
  const documents = manifests.flatMap(({ text }) => text.split(/^---\n/m));
  const said = async (list: readonly string[]) => {
    const { findings, failures } = await lint([{ path: 'all.yaml', text: list.join('---\n') }], {
      rules: allRules,
      config: { preset: 'all' },
    });
    expect(failures).toEqual([]);
    // Lines move; what is said of which resource does not. Of two documents that describe one object the first may stand for both.
    return [
      ...new Set(
        findings.map((f) => `${f.ruleId} ${f.messageId} ${f.resource?.kind} ${f.resource?.name} ${f.severity}`),
      ),
    ].sort();
  };
  const expected = await said(documents);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(documents, { minLength: documents.length }), async (shuffled) => {
      expect(await said(shuffled)).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});
