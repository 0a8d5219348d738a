import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FLAGS } from '../packages/cli/src/arguments.ts';
import { configSchema } from '../packages/core/src/config/config-schema.ts';
import { findRules } from '../packages/core/src/config/resolve-config.ts';
import { readConfig } from '../packages/core/src/config/validate-config.ts';
import { lint } from '../packages/core/src/index.ts';
import { allRules } from '../packages/rules/src/index.ts';

// What people wrote about the tool has to be true of it.

const ROOT = join(import.meta.dirname, '..');
const DOCS = ['README.md', 'CONTRIBUTING.md', 'examples/README.md', ...pages('docs'), ...pages('docs/rules')];

function pages(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

function blocksOf(text: string): string[] {
  return [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => match[1] as string);
}

describe.each(DOCS.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const))('%s', (path, text) => {
  test('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] as string)
      .filter((link) => !/^https?:/.test(link));
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(path), link)))).toEqual([]);
  });

  test('shows configs that are valid', async () => {
    for (const block of blocksOf(text).filter((block) => block.startsWith('# meshvet.config.yaml'))) {
      const result = await readConfig({ path: path, text: block }, allRules);
      expect(
        'errors' in result ? result.errors.map(({ message, location }) => `${location.start.line}: ${message}`) : [],
        block,
      ).toEqual([]);
    }
  });

  test('shows suppressions of rules that there are', () => {
    const named = [...text.matchAll(/# meshvet-disable(?:-next-line|-line|-document|-file)? ([a-z][\w-]*) --/g)].map(
      (match) => match[1] as string,
    );
    expect(named.filter((name) => findRules(allRules, name).length === 0)).toEqual([]);
  });

  test('names flags that there are', () => {
    // Lines that start another tool have the flags of that tool, and pages of rules show arguments of containers.
    const lines = text
      .replace(/`(?:istioctl|kube-linter|helm) [^`]*`/g, '')
      .split('\n')
      .filter((line) => !/npx|pnpm|git |node --|pre-commit try-repo|npm publish/.test(line))
      .filter((line) => !path.startsWith('docs/rules/') || /\bmeshvet /.test(line));
    const flags = lines.flatMap((line) =>
      [...line.matchAll(/(?<![\w-])--([a-z][a-z\d-]+)/g)].map((match) => match[1] as string),
    );
    expect(flags.filter((flag) => !Object.hasOwn(FLAGS, flag))).toEqual([]);
  });
});

test('the page on configuration has every key', () => {
  const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
  const properties = configSchema(allRules).properties as Readonly<Record<string, unknown>>;
  expect(Object.keys(properties).filter((key) => key !== '$schema' && !page.includes(`| \`${key}\` |`))).toEqual([]);
});

test.each([
  ['on its own line', ['- port: 80 # meshvet-disable port-name-missing -- why', '- port: 81'], 1],
  [
    'on its own line, by its long name',
    ['- port: 80 # meshvet-disable-line port-name-missing -- why', '- port: 81'],
    1,
  ],
  [
    'on the next line with something on it',
    ['# meshvet-disable-next-line IST0118 -- why', '', '# more', '- port: 80', '- port: 81'],
    1,
  ],
  ['in the document', ['- port: 80', '- port: 81', '# meshvet-disable-document * -- why'], 0],
  ['in the file', ['- port: 80', '- port: 81', '# meshvet-disable-file KIA0601, port-name-missing -- why'], 0],
])('the page on suppressions is right about: %s', async (_where, lines, left) => {
  const ports = lines.map((line) => `    ${line}`).join('\n');
  const text = `apiVersion: v1\nkind: Service\nmetadata: { name: cart, namespace: shop }\nspec:\n  selector: { app: cart }\n  ports:\n${ports}\n`;
  const rules = findRules(allRules, 'port-name-missing');
  const { findings, suppressed, unusedSuppressions } = await lint([{ path: 'a.yaml', text }], {
    rules,
    assumeMesh: true,
  });
  expect(findings.length).toBe(left);
  expect(suppressed.map(({ suppression }) => suppression.reason)).toEqual(Array(2 - left).fill('why'));
  expect(unusedSuppressions).toEqual([]);
});

test('the annotations on the page on suppressions silence', async () => {
  const page = readFileSync(join(ROOT, 'docs/suppressions.md'), 'utf8');
  const shown = [...page.matchAll(/^ {4}(meshvet\/ignore: .*)$|`((?:galley|kiali)\S+: \S+)`/gm)].map(
    ([, own, other]) => (own ?? other) as string,
  );
  expect(shown).toHaveLength(3);
  const rules = findRules(allRules, 'port-name-missing');
  for (const annotation of shown) {
    const text = `apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n  annotations:\n    ${annotation}\nspec:\n  selector: { app: cart }\n  ports: [{ port: 80 }]\n`;
    const { findings, suppressed, unusedSuppressions } = await lint([{ path: 'a.yaml', text }], {
      rules,
      assumeMesh: true,
    });
    expect([findings, suppressed.length, unusedSuppressions], annotation).toEqual([[], 1, []]);
  }
});

test('the workflow runs the gate, and its token can only read', () => {
  const workflow = readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8');
  expect(workflow).toContain('bash .ci/run');
  expect(workflow).toMatch(/^permissions:\n {2}contents: read\n$/m);
  for (const [, version] of workflow.matchAll(/uses: [\w/-]+@(\S+)/g))
    expect(version).toMatch(/^(?:v\d+\.\d+\.\d+|[0-9a-f]{40})$/);
});

test('both commands of the README are scripts', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const commands = [...readme.matchAll(/^ {4}npx --yes pnpm@[\d.]+ ([\w-]+)/gm)].map((match) => match[1] as string);
  expect(commands).toEqual(['demo', 'test']);
  for (const command of commands) expect(scripts).toHaveProperty(command);
});

test('every pnpm command that is named is a script', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = ['README.md', 'CONTRIBUTING.md', 'docs/how-the-house-is-built.md', '.ci/run'].flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(/(?:`|step \w+ |pnpm@[\d.]+ )pnpm (run )?([a-z-]+)/g)].map(
      (match) => ({ path, run: match[1] !== undefined, name: match[2] as string }),
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  const own = ['exec', 'install', 'pack'];
  expect(named.filter(({ name }) => !own.includes(name) && !Object.hasOwn(scripts, name))).toEqual([]);
  // pnpm has commands of its own by these names; only with `run` is it the script. The text that says so is left out.
  const shadowed = named.filter(({ name, run, path }) => name === 'docs' && !run && path !== 'CONTRIBUTING.md');
  expect(shadowed).toEqual([]);
});
