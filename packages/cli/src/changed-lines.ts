import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Change, ChangedLines } from '@meshvet/core';
import { UsageError } from './errors.ts';
import { Git } from './git.ts';
import { type Hunk, parseNames, parsePatch, stagedLines, touchedLines } from './git-diff.ts';
import type { Host } from './host.ts';

/** What counts as changed. */
export type Since =
  | { readonly kind: 'changed' }
  | { readonly kind: 'staged' }
  /** All since the common ancestor of `ref` and HEAD, what is not committed included. */
  | { readonly kind: 'since'; readonly ref: string };

/** A file of the report. */
export interface ReportedFile {
  /** As findings have it. */
  readonly path: string;
  /** Its text, where lines of it may be counted. */
  readonly text: string | undefined;
  /** Whether what was read is what stands on the disk; standard input is not. */
  readonly onDisk: boolean;
}

const DIFF = [
  'diff',
  '-U0',
  // Also for files that .gitattributes calls binary: what has findings is text.
  '--text',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--inter-hunk-context=0',
  '--ignore-submodules=all',
  '--src-prefix=a/',
  '--dst-prefix=b/',
];
// Of a submodule only whether another commit of it is asked for.
const NAMES = ['diff', '--name-status', '-z', '--no-renames', '--no-ext-diff', '--ignore-submodules=dirty'];

// A command line has 32,767 characters on Windows.
const LONGEST_ARGUMENTS = 20_000;

/**
 * Asks git which lines of the given files changed. Files that are new, renamed or in the middle of a merge changed as a
 * whole; so did, unless what is staged was asked for, a file that git does not know: what cannot be compared is not hidden.
 */
export function changedLines(since: Since, files: readonly ReportedFile[], host: Host): Change {
  const git = new Git(host, since.kind === 'since' ? '--since' : `--${since.kind}`);
  const base = baseOf(since, git);
  const cached = since.kind === 'staged' ? ['--cached'] : [];
  const names = parseNames(git.ask(...NAMES, ...cached, base, '--'));
  const { tracked, submodules } = indexOf(git);
  const root = realPath(host, git.root);

  const change = new Map<string, 'all' | readonly ChangedLines[]>();
  const edited = new Map<string, string>();
  const unlessStaged = (path: string) => since.kind === 'staged' || change.set(path, 'all');
  for (const { path, text, onDisk } of files) {
    const places = onDisk ? placesOf(host, root, path) : undefined;
    if (!onDisk) change.set(path, 'all');
    else if (!places) unlessStaged(path);
    else {
      const [file, link] = places;
      const status = names.get(file);
      const submodule = submodules.find((folder) => file.startsWith(`${folder}/`));
      if (submodule !== undefined) {
        if (names.has(submodule)) change.set(path, 'all');
      } else if (link !== file && names.has(link)) change.set(path, 'all');
      else if (status === 'M') {
        // A carriage return alone ends a line here and none for git; a name with broken bytes cannot be asked for.
        if (file.includes('\ufffd') || /\r(?!\n)/.test(text ?? '')) change.set(path, 'all');
        else edited.set(path, file);
      } else if (status !== undefined && status !== 'D') change.set(path, 'all');
      else if (!tracked.has(file)) unlessStaged(path);
    }
  }

  const paths = [...new Set(edited.values())];
  const sinceBase = patchOf(git, [base], paths);
  const sinceIndex = since.kind === 'staged' ? patchOf(git, [], paths) : undefined;
  for (const [path, file] of edited) {
    const hunks = sinceBase.get(file) ?? [];
    change.set(path, sinceIndex ? stagedLines(hunks, sinceIndex.get(file) ?? []) : touchedLines(hunks));
  }
  return change;
}

/** The files that git knows, and the folders that are submodules: files below those are of another repository. */
function indexOf(git: Git): { readonly tracked: ReadonlySet<string>; readonly submodules: readonly string[] } {
  const tracked = new Set<string>();
  const submodules: string[] = [];
  for (const entry of git.ask('ls-files', '-z', '--stage').split('\0')) {
    const path = entry.slice(entry.indexOf('\t') + 1);
    tracked.add(path);
    if (entry.startsWith('160000 ')) submodules.push(path);
  }
  return { tracked, submodules };
}

function patchOf(git: Git, base: readonly string[], paths: readonly string[]): Map<string, Hunk[]> {
  const all = new Map<string, Hunk[]>();
  for (const chunk of chunks(paths)) {
    for (const [path, hunks] of parsePatch(git.ask(...DIFF, ...base, '--', ...chunk))) all.set(path, hunks);
  }
  return all;
}

function chunks(paths: readonly string[]): string[][] {
  const all: string[][] = [];
  let length = LONGEST_ARGUMENTS;
  for (const path of paths) {
    if (length + path.length > LONGEST_ARGUMENTS) {
      all.push([]);
      length = 0;
    }
    all.at(-1)?.push(path);
    length += path.length + 3;
  }
  return all;
}

/** The commit, or tree, that the working tree is compared with. */
function baseOf(since: Since, git: Git): string {
  if (since.kind === 'since') return mergeBase(since.ref, git);
  const head = git.try('rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
  // Before the first commit everything is new: compared with the empty tree, whose name depends on the kind of hash.
  return head.status === 0 ? head.stdout.trim() : git.ask('hash-object', '-t', 'tree', '--stdin').trim();
}

function mergeBase(ref: string, git: Git): string {
  const quoted = JSON.stringify(ref);
  if (ref === '' || ref.startsWith('-'))
    throw new UsageError(`--since: ${quoted} is no commit; write one such as origin/main`);
  const shallow = (): string =>
    git.ask('rev-parse', '--is-shallow-repository').trim() === 'true'
      ? '; this clone is shallow: fetch more of the history ("git fetch --unshallow", or fetch-depth: 0 for actions/checkout)'
      : '';
  const commit = git.try('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
  const name = commit.stdout.trim();
  // A range and "^ref" are read too, and are more, or less, than a commit.
  if (commit.status !== 0 || !/^[0-9a-f]{40,64}$/.test(name))
    throw new UsageError(`--since: there is no commit ${quoted} in this repository${shallow()}`);
  const base = git.try('merge-base', name, 'HEAD');
  if (base.status !== 0) throw new UsageError(`--since: ${quoted} and HEAD have no ancestor in common${shallow()}`);
  return base.stdout.trim();
}

/** A file from the root of the repository, links followed and not; undefined when it is not in there. */
function placesOf(host: Host, root: string, path: string): readonly [file: string, link: string] | undefined {
  const full = resolve(host.cwd, path);
  const link = below(root, join(realPath(host, dirname(full)), full.slice(dirname(full).length)));
  const file = below(root, realPath(host, full));
  return file === undefined || link === undefined ? undefined : [file, link];
}

function below(root: string, full: string): string | undefined {
  const path = relative(root, full);
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined;
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

function realPath(host: Host, path: string): string {
  try {
    return host.realPath(path);
  } catch {
    return path; // A name with broken bytes, or a file that is gone meanwhile.
  }
}
