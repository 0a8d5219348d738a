import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '@meshvet/core';
import { allRules } from '@meshvet/rules';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const bin = join(root, 'packages/cli/bin/meshvet.js');

function meshvet(...args: string[]): string {
  return execFileSync(process.execPath, [bin, 'lint', '--fail-on', 'never', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  });
}

// The expected output beside each example is what the real bin prints; `vitest -u` writes it anew after a wanted change.
describe('examples', () => {
  for (const name of ['monitor-2018', 'flask-redis', 'bookinfo-broken', 'bookinfo-clean']) {
    const folder = `examples/${name}`;
    test(`${name} as text`, async () => {
      await expect(meshvet(folder)).toMatchFileSnapshot(join(root, folder, 'expected.txt'));
    });
    test(`${name} as JSON`, async () => {
      const report = JSON.parse(meshvet('--format', 'json', folder));
      // Releases change the version, and nothing else of the report.
      report.tool.version = '0.0.0';
      await expect(`${JSON.stringify(report, null, 2)}\n`).toMatchFileSnapshot(join(root, folder, 'expected.json'));
    });
  }

  test('bookinfo-clean is silent under every rule, with and without an open world', () => {
    for (const flags of [[], ['--closed-world'], ['--preset', 'strict', '--closed-world']]) {
      const report = JSON.parse(meshvet('--format', 'json', ...flags, 'examples/bookinfo-clean'));
      expect(report.findings).toEqual([]);
      expect(report.summary.resources).toBeGreaterThan(10);
    }
  });

  test('bookinfo-broken shows mistakes of every topic', () => {
    const report = JSON.parse(meshvet('--format', 'json', 'examples/bookinfo-broken'));
    const topics = new Set(report.findings.map((f: { ruleId: string }) => f.ruleId.split('-')[0]));
    expect([...topics].sort()).toEqual(['inject', 'labels', 'port', 'service', 'yaml']);
  });

  for (const file of readdirSync(join(root, 'examples/configurations'))) {
    test(`configuration ${file} is one`, async () => {
      const path = `examples/configurations/${file}`;
      expect(await readConfig({ path, text: readFileSync(join(root, path), 'utf8') }, allRules)).not.toHaveProperty(
        'errors',
      );
    });
  }
});
