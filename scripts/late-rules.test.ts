import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRules } from '../packages/rules/src/index.ts';

// What the command line opens to judge one small file: the fewer and the smaller, the sooner it is done.

const ROOT = join(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'meshvet-late-'));
const built = join(work, 'meshvet');

beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', '--out', built], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
}, 120_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

/** What a run prints, and the names of the chunks that it loads. */
function run(args: readonly string[], text = ''): { stdout: string; chunks: string[] } {
  const file = join(work, 'one.yaml');
  writeFileSync(file, text);
  const hook = join(work, 'loads.mjs');
  writeFileSync(
    hook,
    `import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(\`
      import { writeSync } from 'node:fs';
      export async function load(url, context, next) {
        if (url.includes('/chunks/')) writeSync(2, 'LOADS ' + url.split('/').pop() + '\\\\n');
        return next(url, context);
      }\`));`,
  );
  const start = `const { main, nodeHost } = await import(${JSON.stringify(join(built, 'main.js'))});
    process.exitCode = await main(process.argv.slice(1), nodeHost());`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', hook, '--input-type=module', '-e', start, '--', ...args.map((arg) => (arg === 'FILE' ? file : arg))],
    { cwd: work, encoding: 'utf8' },
  );
  return { stdout, chunks: [...stderr.matchAll(/^LOADS (.+)$/gm)].map((match) => match[1] as string) };
}

const groupsOf = (chunks: readonly string[]) =>
  chunks
    .map((chunk) => chunk.replace(/-[A-Z0-9]+\.js$/, ''))
    .filter((name) => name !== 'chunk')
    .sort();

const of = (apiVersion: string, kind: string, spec: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: cart, namespace: shop }\nspec: ${spec}\n`;

describe('the bundle of the command line', () => {
  test('opens few files for one Service, and none of them needs two bytes for a letter', () => {
    const { chunks } = run(['--no-config', 'FILE'], of('v1', 'Service', '{ ports: [{ port: 80, name: http }] }'));
    expect(groupsOf(chunks)).toEqual(['common']);
    expect(chunks.length).toBeLessThan(8);
    // Each 100 kB are 2 ms of every run. A rule that names its `types` is loaded when there are some.
    const sizes = chunks.map((chunk) => statSync(join(built, 'chunks', chunk)).size);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(1_150_000);
    const texts = chunks.map((chunk) => readFileSync(join(built, 'chunks', chunk), 'latin1'));
    for (const text of texts) expect(/[\x80-\xff]/.test(text)).toBe(false);
  });

  test.each([
    ['workloads', of('v1', 'Pod', '{ containers: [{ name: x, image: x }] }')],
    ['istio', of('networking.istio.io/v1', 'DestinationRule', '{ host: cart }')],
    ['kubernetes', of('networking.k8s.io/v1', 'Ingress', '{}')],
  ])('loads rules about %s when there is something for them', (group, text) => {
    const groups = groupsOf(run(['--no-config', 'FILE'], text).chunks);
    expect(groups).toContain(group);
    expect(groups.filter((name) => ['workloads', 'istio', 'kubernetes'].includes(name))).toEqual([group]);
  });

  test('has every rule, with all it says', () => {
    const { rules } = JSON.parse(run(['rules', '--format', 'json']).stdout) as { rules: { id: string }[] };
    expect(rules.map(({ id }) => id)).toEqual(allRules.map(({ meta }) => meta.id));
    expect(readdirSync(join(built, 'chunks')).length).toBeLessThan(55);
  });

  test('accepts a right config without the validator of the whole language', () => {
    const config = join(work, 'meshvet.config.yaml');
    writeFileSync(config, 'preset: strict\nrules: { port-name-missing: off }\n');
    const { chunks } = run(['--config', config, 'FILE'], of('v1', 'Service', '{ ports: [{ port: 80 }] }'));
    expect(groupsOf(chunks)).not.toContain('ajv');
    expect(groupsOf(chunks)).toContain('seldom-read');
  });
});
