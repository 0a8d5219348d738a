import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Host, nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { startProgress } from '../src/progress.ts';
import { temporaryFolder } from './temporary-folder.ts';

const service = (i: number) => `apiVersion: v1
kind: Service
metadata: { name: web-${i}, namespace: shop }
spec:
  selector: { app: web }
  ports:
    - port: 80${i}
`;
const MESHED =
  '---\napiVersion: v1\nkind: Namespace\nmetadata: { name: other, labels: { istio-injection: enabled } }\n';
const MANY = Array.from({ length: 14 }, (_, i) => service(i)).join('---\n') + MESHED;
const ASKED = ['--rule', 'port-name-missing:warning', '.'];

async function run(argv: string[], terminal: boolean, more: Partial<Host> = {}) {
  const printed = { stdout: '', stderr: '' };
  const host: Host = {
    ...nodeHost(),
    cwd: temporaryFolder({ 'web.yaml': MANY }),
    env: {},
    isTerminal: () => terminal,
    columns: () => 80,
    print(stream, text) {
      printed[stream] += text;
    },
    ...more,
  };
  return { status: await main(argv, host), ...printed };
}

describe('the screen', () => {
  it('folds, breaks lines and counts by rule on a terminal; the exit status is the same', async () => {
    const seen = await run(ASKED, true);
    expect(seen.stdout).toContain('more places: web.yaml:');
    expect(seen.stdout).toContain('Most frequent rules');
    expect(seen.stdout).toContain('--rule port-name-missing:off');
    for (const line of seen.stdout.replace(new RegExp(`${'\u001b'}\\[\\d+m`, 'g'), '').split('\n'))
      expect(line.length).toBeLessThanOrEqual(80);
    const strict = [...ASKED, '--fail-on', 'warning'];
    expect((await run(strict, true)).status).toBe(1);
    expect((await run([...strict, '--fold'], false)).status).toBe(1);
  });

  // `script` of util-linux gives a program a terminal; that of BSD takes other arguments.
  const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
  it.skipIf(!hasScript)('is wrapped and folded by the real bin on a terminal, to the width that it has', () => {
    const bin = fileURLToPath(new URL('../bin/meshvet.js', import.meta.url));
    const command = `stty cols 70; "${process.execPath}" "${bin}" --no-color ${ASKED.join(' ')}`;
    const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: temporaryFolder({ 'web.yaml': MANY }),
      encoding: 'utf8',
      env: { PATH: process.env.PATH, SHELL: '/bin/sh', CI: '1' },
    });
    const lines = stdout.split('\r\n');
    expect(stdout).toMatch(/more places[\s\S]*Most frequent/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(70);
    expect(lines.some((line) => line.length > 55)).toBe(true);
  });

  it('tells all in a pipe, and what the flags ask for wherever it goes', async () => {
    const all = await run(ASKED, false);
    expect(all.stdout).not.toMatch(/more places|Most frequent/);
    expect(all.stdout.split('port-name-missing')).toHaveLength(15);
    const asked = await run([...ASKED, '--fold', '--statistics'], false);
    expect(asked.stdout).toMatch(/more places[\s\S]*Most frequent/);
    expect((await run([...ASKED, '--no-fold'], true)).stdout).not.toContain('more places');
  });

  it('leaves the formats for programs as they are', async () => {
    for (const format of ['json', 'sarif', 'compact']) {
      const asked = [...ASKED, '--format', format];
      expect((await run([...asked, '--fold', '--statistics'], true)).stdout).toBe((await run(asked, false)).stdout);
    }
  });

  it('counts the workloads, in JSON too', async () => {
    const report = JSON.parse((await run([...ASKED, '--format', 'json'], false)).stdout);
    expect(report.summary.workloads).toEqual({ inMesh: 0, outside: 0, unknown: 0 });
  });
});

describe('the sign of life', () => {
  const slow = () => {
    let now = 0;
    return () => (now += 600);
  };

  it('speaks after a second, and clears its line', async () => {
    const { stderr } = await run(ASKED, true, { clock: slow() });
    expect(stderr).toContain('\r\u001b[2Kmeshvet: judging resource 15 of 15');
    expect(stderr.endsWith('\r\u001b[2K')).toBe(true);
  });

  it('is silent in a quick run, in CI, when quiet, and where there is no terminal', async () => {
    expect((await run(ASKED, true, { clock: () => 0 })).stderr).toBe('');
    expect((await run(ASKED, true, { clock: slow(), env: { CI: 'true' } })).stderr).toBe('');
    expect((await run(ASKED, true, { clock: slow(), env: { TERM: 'dumb' } })).stderr).toBe('');
    expect((await run([...ASKED, '--quiet'], true, { clock: slow() })).stderr).toBe('');
    expect((await run(ASKED, false, { clock: slow() })).stderr).toBe('');
  });

  it('clears nothing when it said nothing', () => {
    let printed = '';
    const host: Host = {
      ...nodeHost(),
      env: {},
      isTerminal: () => true,
      clock: () => 0,
      print: (_, text) => (printed += text),
    };
    const progress = startProgress(host, false);
    progress.say(() => 'reading');
    progress.end();
    expect(printed).toBe('');
  });
});
