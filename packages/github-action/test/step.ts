import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { type Command, readLog, readOutputs } from './runner.ts';

export const ROOT = join(import.meta.dirname, '../../..');

const work = realpathSync(mkdtempSync(join(tmpdir(), 'meshvet-action-')));
afterAll(() => rmSync(work, { recursive: true, force: true, maxRetries: 3 }));

let folders = 0;

/** A new folder with files by their path; it is gone when the tests are over. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = join(work, `${++folders}`);
  mkdirSync(folder);
  for (const [path, text] of Object.entries(files)) write(folder, path, text);
  return folder;
}

export function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Bundles the sources as they are now, into a folder that has nothing else: as a runner has it, without libraries. */
export function bundle(): string {
  const folder = folderWith({ 'package.json': '{ "type": "module" }' });
  const made = spawnSync(process.execPath, [join(ROOT, 'scripts/build-action.mjs'), '--out', join(folder, 'dist')], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  expect(made.stderr).toBe('');
  return join(folder, 'dist/index.js');
}

/** What a step left behind. */
export interface Step {
  readonly status: number | null;
  readonly stdout: string;
  readonly outputs: ReadonlyMap<string, string>;
  /** Annotations, as the runner understood them. */
  readonly annotations: readonly Command[];
  /** What is for people. */
  readonly log: string;
  readonly summary: string;
}

export interface StepOptions {
  readonly workspace: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly event?: object | string;
  readonly eventName?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What an earlier part of the step left in the summary. */
  readonly summary?: string;
}

/** Starts the bundle as the runner does, and checks what has to hold whatever the step is about. */
export function runStep(entry: string, { workspace, inputs = {}, event, eventName, env, summary }: StepOptions): Step {
  const files = folderWith({ output: '', summary: summary ?? '' });
  if (event !== undefined) write(files, 'event.json', typeof event === 'string' ? event : JSON.stringify(event));
  const temp = folderWith();
  const { PATH, SystemRoot } = process.env;
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [entry], {
    cwd: workspace,
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
    input: '',
    env: {
      PATH,
      ...(SystemRoot === undefined ? {} : { SystemRoot }),
      ...{ GITHUB_ACTIONS: 'true', CI: 'true', RUNNER_TEMP: temp, GITHUB_WORKSPACE: workspace },
      ...{ GITHUB_OUTPUT: join(files, 'output'), GITHUB_STEP_SUMMARY: join(files, 'summary') },
      ...(event === undefined ? {} : { GITHUB_EVENT_PATH: join(files, 'event.json') }),
      ...(eventName === undefined ? {} : { GITHUB_EVENT_NAME: eventName }),
      ...gitEnvironment(),
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...env,
    },
  });
  if (error) throw error;
  expect(stderr).toBe('');
  const { commands, lines } = readLog(stdout);
  // Nothing but annotations, ten of a kind, none longer than the runner takes.
  expect(commands.filter(({ name }) => !['error', 'warning', 'notice'].includes(name))).toEqual([]);
  for (const kind of ['error', 'warning', 'notice']) {
    expect(commands.filter(({ name }) => name === kind).length).toBeLessThanOrEqual(10);
  }
  for (const { data } of commands) expect(data.length).toBeLessThanOrEqual(4096);
  const written = readFileSync(join(files, 'summary'), 'utf8');
  expect(Buffer.byteLength(written)).toBeLessThanOrEqual(1024 * 1024);
  const outputs = readOutputs(readFileSync(join(files, 'output'), 'utf8'));
  expect(outputs.get('exit-code')).toBe(String(status));
  expect(outputs.get('incomplete')).toBe(String(status === 2));
  expect([...outputs.keys()].sort()).toEqual(OUTPUTS);
  expect(readdirSync(temp).every((name) => name.startsWith('meshvet-'))).toBe(true);
  return { status, stdout, outputs, annotations: commands, log: lines.join('\n'), summary: written };
}

/** The outputs, as action.yml has them. */
export const OUTPUTS = [
  ...['error-count', 'exit-code', 'incomplete', 'info-count', 'report-json', 'sarif-file', 'warning-count'],
];

/** git without the settings of this machine, and without a repository that a hook names. */
export function gitEnvironment(): Record<string, string> {
  const config = join(work, 'gitconfig');
  writeFileSync(
    config,
    '[user]\nname = test\nemail = test@example.com\n[init]\ndefaultBranch = main\n[core]\nautocrlf = false\n[protocol "file"]\nallow = always\n',
  );
  return { GIT_CONFIG_GLOBAL: config, GIT_CONFIG_SYSTEM: config };
}

/** Runs git, which must succeed, and answers what it printed. */
export function git(cwd: string, ...args: readonly string[]): string {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd,
    encoding: 'utf8',
    env: { ...Object.fromEntries(kept), ...gitEnvironment() },
  });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** Commits everything, and answers the commit. */
export function commitAll(folder: string): string {
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'change');
  return git(folder, 'rev-parse', 'HEAD');
}

/** A Pod with one error in its last line but three, unless the label is "true". */
export function pod(name: string, inject = 'yes'): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  labels:
    app: ${name}
    version: v1
    sidecar.istio.io/inject: "${inject}"
spec:
  containers:
    - { name: main, image: example.com/main }
`;
}

/** A Service that has a port without a protocol: a warning with preset strict, and advice else. */
export function service(name: string): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec:
  ports:
    - { name: ${name}, port: 80 }
`;
}
