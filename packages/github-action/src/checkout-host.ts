import { lstatSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { type Host, UsageError } from 'meshvet';

/** What a run printed and would have written. */
export interface Captured {
  /** Standard output. */
  out: string;
  /** Standard error. */
  err: string;
  /** Texts by the full path they were written to. */
  readonly written: Map<string, string>;
}

export interface CheckoutOptions {
  /** GITHUB_WORKSPACE, without links. */
  readonly workspace: string;
  /** Full path of the folder to work in, without links. */
  readonly cwd: string;
  /** Full paths of files and folders outside of the workspace that may be read: those that inputs name. */
  readonly outside: readonly string[];
  /** Full paths that are kept in memory only. */
  readonly memory: ReadonlySet<string>;
  /** Whether config files may be programs. */
  readonly allowCode: boolean;
}

/** A config file that is a program. The command line may not know such files; then it is better to be told than to run without. */
const CODE_CONFIG = /^meshvet\.config\.[cm]?[jt]s$/;

/**
 * The machine as a run over a checkout may see it: printing and some files are caught, and neither links nor the config lead out of
 * the checkout. Whoever opens a pull request makes both, and what they lead to is on the machine of somebody else.
 */
export function checkoutHost(
  machine: Host,
  { workspace, cwd, outside, memory, allowCode }: CheckoutOptions,
): { host: Host; captured: Captured } {
  const captured: Captured = { out: '', err: '', written: new Map() };
  const guarded = <P extends string | Uint8Array>(path: P, real: string): P => {
    const named = typeof path === 'string' ? path : Buffer.from(path).toString();
    const intoGit = hasGitFolder(relative(workspace, real)) && !hasGitFolder(relative(workspace, named));
    if (isInside(real, workspace) && !intoGit) return path;
    if (isInside(named, workspace)) {
      throw refusal('a symbolic link that leads out of the checkout; the Action does not follow it');
    }
    if (outside.some((folder) => isInside(named, folder))) return path;
    throw refusal('it lies outside of the checkout, and no input names it');
  };
  const write = (path: string, text: string): void => {
    if (memory.has(path)) {
      captured.written.set(path, text);
      return;
    }
    // Outside it is the workflow that named the place, and whoever wrote the workflow made it.
    if (isInside(path, workspace)) guarded(path, resolve(machine.realPath(dirname(path)), basename(path)));
    if (isInside(path, workspace) && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw refusal('a symbolic link of the checkout is in its place; the Action does not write through it');
    }
    machine.write(path, text);
    captured.written.set(path, text);
  };
  const trusted = repositoryFolder(machine, cwd, workspace);
  const host: Host = {
    ...machine,
    cwd,
    isTerminal: () => false,
    kind(path) {
      const kind = machine.kind(path);
      if (kind === 'file' && !allowCode) refuseCode(path.toString());
      // Without git on the machine actions/checkout downloads an archive, and nothing marks the root of the repository.
      return kind ?? (path === resolve(workspace, '.git') ? 'folder' : undefined);
    },
    read: (path, limit) => machine.read(guarded(path, machine.realPath(path)), limit),
    write,
    replace: () => {
      throw refusal('the Action changes no file');
    },
    run: (program, args, options) =>
      machine.run(program, args, { ...options, env: { ...trustEnvironment(machine.env, trusted), ...options.env } }),
    print: (stream, text) => {
      captured[stream === 'stdout' ? 'out' : 'err'] += text;
    },
  };
  return { host, captured };
}

/** Throws for the path of a config file that is a program. */
function refuseCode(path: string): void {
  if (!CODE_CONFIG.test(basename(path))) return;
  throw new UsageError(
    `the config file ${JSON.stringify(basename(path))} is a program, and the Action runs no code of the repository unless its input allow-js-config is true`,
  );
}

/**
 * Variables that let git read a repository of another user. In a job container the checkout belongs to the user of the runner, and
 * git refuses it; that this folder is meant is what the workflow says.
 */
function trustEnvironment(env: Host['env'], folder: string | undefined): Readonly<Record<string, string>> {
  if (folder === undefined) return {};
  const count = /^\d{1,4}$/.test(env.GIT_CONFIG_COUNT ?? '') ? Number(env.GIT_CONFIG_COUNT) : 0;
  return {
    GIT_CONFIG_COUNT: String(count + 1),
    [`GIT_CONFIG_KEY_${count}`]: 'safe.directory',
    [`GIT_CONFIG_VALUE_${count}`]: sep === '/' ? folder : folder.replaceAll(sep, '/'),
  };
}

/** The folder with `.git`, from a folder up to the workspace. */
function repositoryFolder(machine: Host, from: string, workspace: string): string | undefined {
  for (let folder = from; isInside(folder, workspace); folder = dirname(folder)) {
    if (machine.kind(resolve(folder, '.git')) !== undefined) return folder;
    if (folder === dirname(folder)) break;
  }
  return undefined;
}

/** Whether a full path is a folder or lies in it, by its name. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function hasGitFolder(path: string): boolean {
  return path.split(/[\\/]/).some((part) => part.toLowerCase() === '.git');
}

/** With a code, as errors of the file system have one: what cannot be read is told, and the rest is linted. */
function refusal(message: string): Error {
  return Object.assign(new UsageError(message), { code: 'MESHVET_REFUSED' });
}
