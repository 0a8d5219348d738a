#!/usr/bin/env node
// What the pre-commit hooks start, in pre-commit's clone of this repository: builds the command line when it is first
// run there, and then is the command line. Only what the bundle is made of is installed (`--prod`: `esbuild` is a
// dependency of the workspace for this), by the lockfile, and nobody's install script runs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'packages/cli/dist/built-by-pre-commit');
const lock = join(root, '.building');
/** A build takes seconds; a lock that is older was left by one that was killed. */
const LOCK_MILLISECONDS = 5 * 60_000;

/** Why the tool could not be built, for whoever commits. */
class BuildFailure extends Error {}

if (await isBuilt()) await import(pathToFileURL(join(root, 'packages/cli/bin/meshvet.js')).href);
// The status of a job that could not be done: never that of findings, and never success.
else process.exitCode = 2;

async function isBuilt() {
  try {
    if (!existsSync(built)) await buildOnce();
    return true;
  } catch (error) {
    if (!(error instanceof BuildFailure)) throw error;
    process.stderr.write(`meshvet: the hook could not build the tool: ${error.message}\n`);
    return false;
  }
}

/** Two commits at the same time may both be the first one. */
async function buildOnce() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`it needs Node 20.19 or later, and this is ${process.versions.node}`);
  while (!take()) {
    await new Promise((wake) => setTimeout(wake, 200));
    if (existsSync(built)) return;
  }
  try {
    if (existsSync(built)) return;
    step('npx', ['--yes', 'pnpm@10.34.9', 'install', '--prod', '--frozen-lockfile', '--ignore-scripts']);
    step(process.execPath, ['scripts/build.mjs']);
    writeFileSync(built, '');
  } finally {
    rmdirSync(lock);
  }
}

/** Whether the lock is ours now. */
function take() {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`cannot write to ${root}: ${error.message}`);
  }
  const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > LOCK_MILLISECONDS) {
    try {
      rmdirSync(lock);
    } catch {
      // Somebody else took it away.
    }
  }
  return false;
}

function step(program, args) {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    // Nothing may ask: no terminal is there to answer.
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32' && program === 'npx',
  });
  if (error) fail(`cannot start ${program}: ${error.message}`);
  if (status !== 0) fail(`"${[program, ...args].join(' ')}" ended with ${status}\n${stdout}${stderr}`);
}

function fail(reason) {
  throw new BuildFailure(reason);
}
