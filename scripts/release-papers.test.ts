import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { copyTree, removeFolder, run, temporaryFolder } from './clean-copy.ts';

const ROOT = join(import.meta.dirname, '..');
const PUBLISHED = ['core', 'rules', 'cli'] as const;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const manifests = PUBLISHED.map((folder) => ({
  folder,
  ...JSON.parse(read(`packages/${folder}/package.json`)),
})) as readonly {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly repository: { readonly url: string; readonly directory: string };
  readonly scripts?: object;
}[];

describe('the packages', () => {
  test('have one version and one repository, and run nothing when they are installed', () => {
    expect(new Set(manifests.map(({ version }) => version)).size).toBe(1);
    expect(new Set(manifests.map(({ repository }) => repository.url)).size).toBe(1);
    for (const { folder, repository, scripts } of manifests) {
      expect(repository.directory).toBe(`packages/${folder}`);
      expect(scripts).toBeUndefined();
    }
  });

  test('are the ones that changesets keep together, and each changeset is about them', () => {
    const { fixed, access } = JSON.parse(read('.changeset/config.json')) as { fixed: string[][]; access: string };
    const names = manifests.map(({ name }) => name).sort();
    expect([[...(fixed[0] ?? [])].sort(), access]).toEqual([names, 'public']);
    for (const file of readdirSync(join(ROOT, '.changeset')).filter(
      (name) => name.endsWith('.md') && name !== 'README.md',
    )) {
      const [, head = '', text = ''] = /^---\n(.*?)\n---\n\n(.+)$/s.exec(read(`.changeset/${file}`)) ?? [];
      const named = head.split('\n').map((line) => /^"([^"]+)": (?:patch|minor|major)$/.exec(line)?.[1]);
      expect(names, file).toEqual(expect.arrayContaining(named));
      expect(text.trim().length, file).toBeGreaterThan(20);
    }
  });
});

describe('the workflow of a release', () => {
  const workflow = read('.github/workflows/release.yml');

  test('signs where the packages are from, stores no token, and may do nothing else', () => {
    expect(workflow).toMatch(/^permissions: \{\}$/m);
    expect(workflow.match(/^ {4}permissions:\n((?: {6}.*\n)+)/m)?.[1]?.match(/[\w-]+: (?:read|write)/g)).toEqual([
      'contents: read',
      'id-token: write',
    ]);
    expect(workflow).not.toMatch(/secrets\.|NPM_TOKEN|NODE_AUTH_TOKEN/);
    expect(workflow).toContain('--provenance');
    // What is run never holds text of an event.
    expect(workflow).not.toContain('${{');
  });

  test('checks, runs the gate, and only then publishes', () => {
    const steps = ['node scripts/release-check.mjs', 'bash .ci/run', ' pack ', 'npm publish'];
    const places = steps.map((step) => workflow.indexOf(step));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const [, version] of workflow.matchAll(/uses: [\w/-]+@(\S+)/g))
      expect(version).toMatch(/^(?:v\d+\.\d+\.\d+|[0-9a-f]{40})$/);
  });
});

describe('the check before a release', () => {
  const work = temporaryFolder('release');
  afterAll(() => removeFolder(work));
  copyTree(
    ['scripts/release-check.mjs', '.changeset', ...PUBLISHED.map((folder) => `packages/${folder}/package.json`)],
    work,
  );
  const version = manifests[0]?.version ?? '';
  const check = (tag: string, repository: string) =>
    run(process.execPath, ['scripts/release-check.mjs', tag, repository], { cwd: work });

  test('names all that stands against it', () => {
    writeFileSync(join(work, '.changeset/some-change.md'), '');
    const { status, stderr } = check('v99.0.0', 'somebody/else');
    expect(status).toBe(1);
    expect(stderr).toContain(`@meshvet/core has version ${version}, and the tag is v99.0.0`);
    expect(stderr).toContain('published from here it is git+https://github.com/somebody/else.git');
    expect(stderr).toContain('some-change.md');
  });

  test('lets a tagged version of the right repository through', () => {
    for (const file of readdirSync(join(work, '.changeset'))) {
      if (file.endsWith('.md') && file !== 'README.md') rmSync(join(work, '.changeset', file));
    }
    const repository = /github\.com\/(.+)\.git$/.exec(manifests[0]?.repository.url ?? '')?.[1] ?? '';
    const { status, stdout, stderr } = check(`v${version}`, repository);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`v${version} of ${repository} may be published\n`);
  });
});
