import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** What a clone does not have; nobody's half-made change of the moment may be in what a test packs either. */
const NOT_IN_A_CLONE = new Set(['node_modules', 'dist', '.git', '.bench', 'coverage']);

/** What a program that was run printed, and how it ended. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A new folder for files of a test, with a name without links (macOS has its temporary folder behind one). */
export function temporaryFolder(purpose: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `meshvet-${purpose}-`)));
}

/** The named files and folders of the repository as a clone has them, in another folder: without anything that was built or installed. */
export function copyTree(names: readonly string[], to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of names) {
    cpSync(join(ROOT, name), join(to, name), {
      recursive: true,
      // The bundle of the Action is committed, so a clone has it.
      filter: (path) => !NOT_IN_A_CLONE.has(basename(path)) || path.endsWith(join('github-action', 'dist')),
    });
  }
}

/** Runs a program to its end, whatever that is. Throws when it cannot be started or takes too long. */
export function run(
  program: string,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly input?: string;
  },
): Ran {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: 180_000,
    maxBuffer: 64 * 1024 * 1024,
    // npm and its like are scripts on Windows.
    shell: process.platform === 'win32' && !program.endsWith('.exe'),
    ...options,
    env: cleanEnvironment(options.env),
    input: options.input ?? '',
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** As `run`, for what has to end with 0: throws what was printed else. */
export function mustRun(program: string, args: readonly string[], options: Parameters<typeof run>[2]): string {
  const { status, stdout, stderr } = run(program, args, options);
  if (status === 0) return stdout;
  throw new Error(`${[program, ...args].join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
}

/** pnpm in the version of the repository, started through npm. */
export function pnpm(args: readonly string[], cwd: string): string {
  return mustRun('npx', ['--yes', 'pnpm@10.34.9', ...args], { cwd });
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Without what the package manager that runs the tests leaves in it for its own children. */
function cleanEnvironment(more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_|^PNPM_|^VITEST|^NODE_ENV$|^NODE_OPTIONS$/i.test(name),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', FORCE_COLOR: undefined, ...more };
}
