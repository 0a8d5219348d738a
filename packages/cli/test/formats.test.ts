import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FORMAT_FILES, FORMATS } from '@meshvet/core';
import { allRules } from '@meshvet/rules';
import type { Log } from 'sarif';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

// The formats for other programs, through the real bin.

const root = fileURLToPath(new URL('../../..', import.meta.url));
const bin = join(root, 'packages/cli/bin/meshvet.js');
const env = { PATH: process.env.PATH, NO_COLOR: '1' };
const UNNAMED = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  selector: { app: web }
  ports:
    - port: 8080
`;
// A Service alone shows no mesh.
const ONE = ['--expect-mesh', 'all', '--rule', 'port-name-missing:error'];

function meshvet(cwd: string, ...args: string[]): string {
  return execFileSync(process.execPath, [bin, 'lint', '--fail-on', 'never', ...args], { cwd, encoding: 'utf8', env });
}

function sarifOf(cwd: string, ...args: string[]): Log['runs'][number] {
  const [run] = (JSON.parse(meshvet(cwd, '--format', 'sarif', ...args)) as Log).runs;
  if (!run) throw new Error('no run');
  return run;
}

describe('bookinfo-broken', () => {
  const folder = 'examples/bookinfo-broken';
  // None ends in .json or .yaml: what stands in the folder is read as a manifest.
  const expected = {
    sarif: 'expected.sarif',
    github: 'expected-github.txt',
    gitlab: 'expected-gitlab.txt',
    junit: 'expected-junit.xml',
    checkstyle: 'expected-checkstyle.xml',
    markdown: 'expected-markdown.md',
    compact: 'expected-compact.txt',
  };

  test.each(Object.entries(expected))('as %s', async (format, file) => {
    const output = meshvet(root, '--format', format, folder);
    // Releases change the version, and nothing else of the report.
    const same = output.replace(
      /"(version|semanticVersion)": "\d+\.\d+\.\d+(?:-[\w.]+)?"(?!,\s*"runs")/g,
      '"$1": "0.0.0"',
    );
    await expect(format === 'sarif' ? same : output).toMatchFileSnapshot(join(root, folder, file));
  });

  test('every format is compared', () => {
    expect(['text', 'json', ...Object.keys(expected)].sort()).toEqual([...FORMATS].sort());
  });

  test('all formats have the same findings', () => {
    const { findings } = JSON.parse(meshvet(root, '--format', 'json', folder));
    const all = findings.length;
    expect(all).toBeGreaterThan(15);
    expect(sarifOf(root, folder).results?.length).toBe(all);
    expect(JSON.parse(meshvet(root, '--format', 'gitlab', folder)).length).toBe(all);
    expect(meshvet(root, '--format', 'compact', folder).split('\n').length - 1).toBe(all);
    expect(meshvet(root, '--format', 'checkstyle', folder).match(/<error /g)?.length).toBe(all);
    expect(meshvet(root, '--format', 'junit', folder).match(/<(?:failure|skipped) /g)?.length).toBe(all);
    expect(meshvet(root, '--format', 'markdown', folder).match(/^\| (?:error|warning|info) /gm)?.length).toBe(all);
  });
});

describe('sarif', () => {
  test('lists the rules that run', () => {
    const ids = (...flags: string[]) =>
      sarifOf(root, ...flags, 'examples/bookinfo-clean').tool.driver.rules?.map((r) => r.id);
    expect(ids('--preset', 'all')?.length).toBeGreaterThan(allRules.length / 2);
    expect(ids('--preset', 'all')?.length).toBeGreaterThan(ids()?.length ?? 0);
    expect(ids()).toContain('port-name-missing');
    expect(ids('--rule', 'port-name-missing:off')).not.toContain('port-name-missing');
    expect(sarifOf(root, 'examples/bookinfo-clean').results).toEqual([]);
  });

  test('has paths from the root of the repository, wherever it is started', () => {
    const cwd = temporaryFolder({ '.git/HEAD': '', 'k8s/a b/web.yaml': UNNAMED });
    const places = (from: string, ...args: string[]) =>
      sarifOf(join(cwd, from), ...ONE, '--rule', 'service-selects-nothing:off', ...args).results?.map(
        ({ locations }) => locations?.[0]?.physicalLocation?.artifactLocation,
      );
    const place = [{ uri: 'k8s/a%20b/web.yaml', uriBaseId: '%SRCROOT%' }];
    expect(places('.')).toEqual(place);
    expect(places('k8s')).toEqual(place);
    expect(places('k8s/a b')).toEqual(place);
    expect(places('.git', '../k8s')).toEqual(place);
  });

  test.skipIf(process.platform === 'win32')('takes whatever a file is called', () => {
    const cwd = temporaryFolder({ '.git/HEAD': '' });
    const name = 'x\n::error::y"<script>%0A|`\u001b[31m,:.yaml';
    mkdirSync(join(cwd, 'k8s'));
    writeFileSync(join(cwd, 'k8s', name), UNNAMED);
    const [result] = sarifOf(cwd, ...ONE).results ?? [];
    expect(decodeURIComponent(result?.locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '')).toBe(
      `k8s/${name}`,
    );
    for (const format of FORMATS) {
      const output = meshvet(cwd, ...ONE, '--format', format);
      expect(output).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
      expect(output).not.toMatch(/^::error::/m);
    }
  });
});

test.each(FORMATS)('%s has the exit status of its findings, and goes to a file', (format) => {
  const cwd = temporaryFolder({ '.git/HEAD': '', 'web.yaml': UNNAMED });
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [bin, 'lint', ...args], { cwd, encoding: 'utf8', env });
  expect(run(...ONE, '--format', format).status).toBe(1);
  expect(
    run('--rule', 'port-name-missing:off', '--rule', 'service-selects-nothing:off', '--format', format).status,
  ).toBe(0);
  expect(run(...ONE, '--format', format, 'gone.yaml').status).toBe(2);
  const file = FORMAT_FILES[format];
  const quiet = run(...ONE, '--format', `${format}=out/${file}`);
  expect(quiet.status).toBe(2);
  expect(quiet.stderr).toContain(`cannot write the ${format} report`);
  mkdirSync(join(cwd, 'out'));
  expect(run(...ONE, '--format', `${format}=out/${file}`)).toMatchObject({ status: 1, stdout: '', stderr: '' });
});

test('meshvet rules has two formats only', () => {
  const run = spawnSync(process.execPath, [bin, 'rules', '--format', 'sarif'], { encoding: 'utf8', env });
  expect(run.status).toBe(2);
  expect(run.stderr).toBe('meshvet: --format: unknown value "sarif"; it is one of text, json\n');
});
