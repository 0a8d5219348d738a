import type { Dirent } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

// Not by `import`: that asks a built-in module for all it has, also for what it loads late (streams, blobs, promises),
// and is 1 to 4 ms of the start for each of these.
const {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} = process.getBuiltinModule('node:fs');

/** A path to open: bytes where the name is no UTF-8, which Linux allows. */
export type RawPath = string | Buffer;

export type EntryKind = 'file' | 'folder' | 'link' | 'other';

/** What stands in a folder. */
export interface Entry {
  /** For people, and to match with: broken bytes are U+FFFD. */
  readonly name: string;
  readonly path: RawPath;
  readonly kind: EntryKind;
}

/** The bytes of a file, or its size when there are more than were asked for. */
export type Content = { readonly bytes: Uint8Array } | { readonly tooLarge: number };

/** All that the command line takes from the world outside. Reads are synchronous: for many small files that is fastest. */
export interface Host {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  isTerminal(stream: 'stdin' | 'stdout' | 'stderr'): boolean;
  /** How wide the terminal of standard output is: COLUMNS, else what it says itself; undefined when neither tells. */
  columns(): number | undefined;
  /** What a path leads to, links followed; undefined when there is nothing. */
  kind(path: RawPath): Exclude<EntryKind, 'link'> | undefined;
  /** The path without links. */
  realPath(path: RawPath): string;
  list(folder: RawPath): Entry[];
  read(path: RawPath, limit: number): Content;
  readStdin(limit: number): Promise<Content>;
  write(path: string, text: string): void;
  /**
   * Writes a file whole or not at all: under another name beside it, which then takes its place. Links stay links: what they
   * lead to is written. A file whose mode forbids writing is refused with EACCES, and keeps its mode otherwise. With `expected`
   * the file must still hold that text: a `ChangedFileError` tells that somebody else has written meanwhile.
   */
  replace(path: string, text: string, expected?: string): void;
  /** Why a file is better left as it is, in one clause: it is read-only, or has several names. */
  keepOff(path: RawPath): string | undefined;
  /**
   * Runs a program without a shell. undefined when there is no such program; throws when it
   * prints more than `limit` bytes.
   */
  run(program: string, args: readonly string[], options: RunProgram): ProgramEnd | undefined;
  /** Prints to standard output or standard error. That the reader went away is no fault. */
  print(stream: 'stdout' | 'stderr', text: string): void;
  /** Milliseconds from some fixed moment. */
  clock(): number;
  /** The day it is in UTC, `2026-12-31`: the same for everybody who runs at one moment. */
  today(): string;
  /** The most memory the process had, in bytes. */
  peakMemory(): number;
}

/** How a program is run. */
export interface RunProgram {
  readonly cwd: string;
  /** The most bytes it may print. */
  readonly limit: number;
  /** Milliseconds after which it is killed, and ETIMEDOUT thrown; it may take its time by default. */
  readonly timeout?: number;
  /** Changes to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it reads; nothing by default. */
  readonly input?: string;
}

/** How a program ended. */
export interface ProgramEnd {
  /** null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

const DESCRIPTORS = { stdin: 0, stdout: 1, stderr: 2 } as const;

/** The process and the machine it runs on. */
export function nodeHost(): Host {
  const closed = new Set<number>();
  return {
    cwd: process.cwd(),
    env: process.env,
    isTerminal(stream) {
      const descriptor = DESCRIPTORS[stream];
      try {
        if (!fstatSync(descriptor).isCharacterDevice()) return false;
      } catch {
        return false; // The stream is closed.
      }
      return process.getBuiltinModule('node:tty').isatty(descriptor);
    },
    columns() {
      const told = process.env.COLUMNS ?? '';
      if (/^[1-9]\d{0,3}$/.test(told)) return Number(told);
      return process.stdout.columns || undefined;
    },
    kind(path) {
      // A path with a NUL byte is refused with an exception of its own kind; nothing can be there.
      if (typeof path === 'string' && path.includes('\0')) return undefined;
      try {
        const stats = statSync(path, { throwIfNoEntry: false });
        if (!stats) return undefined;
        return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP') return undefined;
        throw error;
      }
    },
    realPath: (path) => realpathSync.native(path),
    list(folder) {
      const entries =
        typeof folder === 'string'
          ? readdirSync(folder, { withFileTypes: true }).map((entry) =>
              entryOf(entry, entry.name, join(folder, entry.name)),
            )
          : undefined;
      if (entries && !entries.some(({ name }) => name.includes('\ufffd'))) return entries;
      const prefix = Buffer.concat([Buffer.from(folder), Buffer.from('/')]);
      return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }).map((entry) =>
        entryOf(entry, entry.name.toString(), Buffer.concat([prefix, entry.name])),
      );
    },
    read(path, limit) {
      const descriptor = openSync(path, 'r');
      try {
        const { size } = fstatSync(descriptor);
        if (size > limit) return { tooLarge: size };
        return readAll(descriptor, size, limit);
      } finally {
        closeSync(descriptor);
      }
    },
    async readStdin(limit) {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of process.stdin) {
        const bytes = chunk as Buffer;
        size += bytes.length;
        if (size <= limit) chunks.push(bytes);
      }
      return size > limit ? { tooLarge: size } : { bytes: Buffer.concat(chunks) };
    },
    write: (path, text) => writeFileSync(path, text),
    replace,
    keepOff,
    run(program, args, { cwd, limit, timeout, env, input = '' }) {
      // 3 ms to load, and most runs start no program.
      const { spawnSync } = process.getBuiltinModule('node:child_process');
      const { status, stdout, stderr, error } = spawnSync(program, args, {
        cwd,
        env: { ...process.env, ...env },
        input,
        maxBuffer: limit,
        ...(timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' }),
        shell: false,
        windowsHide: true,
      });
      if (!error) return { status, stdout, stderr };
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    },
    print(stream, text) {
      const descriptor = DESCRIPTORS[stream];
      if (closed.has(descriptor)) return;
      try {
        writeAll(descriptor, Buffer.from(text));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EPIPE' && code !== 'EOF') throw error;
        closed.add(descriptor);
      }
    },
    clock: () => performance.now(),
    today: () => new Date().toISOString().slice(0, 10),
    peakMemory: () => process.resourceUsage().maxRSS * 1024,
  };
}

function entryOf(entry: Dirent<string> | Dirent<Buffer>, name: string, path: RawPath): Entry {
  const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'other';
  return { name, path, kind };
}

/** Reads to the end, which for pipes and devices is not where the size says. */
function readAll(descriptor: number, size: number, limit: number): Content {
  let buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    const got = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += got;
    if (got === 0) return { bytes: buffer.subarray(0, length) };
    if (length > limit) return { tooLarge: length };
    if (length === buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(Math.max(buffer.length * 2, 65_536), limit + 1));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
  }
}

/** Somebody has written to a file since it was read. */
export class ChangedFileError extends Error {}

function keepOff(path: RawPath): string | undefined {
  const { mode, nlink } = statSync(path);
  // Root may write everything: the mode says what the owner wants.
  if ((mode & 0o222) === 0) return 'it is read-only';
  try {
    accessSync(path, constants.W_OK);
  } catch {
    return 'it is read-only';
  }
  // A new file takes the place of one name; the others would keep the old text.
  return nlink > 1 ? 'it has another name too (a hard link)' : undefined;
}

function replace(path: string, text: string, expected?: string): void {
  const target = linkTarget(path);
  const before = statSync(target, { throwIfNoEntry: false });
  if (before && !before.isFile()) {
    // A device or a pipe has no content that could be lost, and another file must not take its place.
    writeFileSync(target, text);
    return;
  }
  // A rename asks for the mode of the folder only, and root may write everything.
  if (before) accessSync(target, constants.W_OK);
  if (before && (before.mode & 0o222) === 0) {
    throw Object.assign(new Error('the file is read-only'), { code: 'EACCES' });
  }
  const unique = Math.random().toString(36).slice(2, 10);
  const beside = join(dirname(target), `.${basename(target).slice(0, 50)}.${unique}.tmp`);
  const descriptor = openSync(beside, 'wx', before ? before.mode & 0o777 : 0o666);
  try {
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (before) chmodSync(beside, before.mode & 0o777); // What the umask took away of it.
    if (before) keepOwner(beside, before);
    if (expected !== undefined && !readFileSync(target).equals(Buffer.from(expected))) {
      throw new ChangedFileError('somebody else has changed it meanwhile');
    }
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

// For root, who works in the folders of others. Whoever may not give a file away owns the old one as a rule.
function keepOwner(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  const made = statSync(path);
  if (made.uid === uid && made.gid === gid) return;
  try {
    chownSync(path, uid, gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
}

/** Where a path leads, also when nothing is there yet. */
function linkTarget(path: string): string {
  let target = path;
  for (let hops = 0; lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink(); hops++) {
    if (hops === 40) throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
    target = resolve(realpathSync.native(dirname(target)), readlinkSync(target));
  }
  return target;
}

/** Synchronous, so that nothing is lost when the process ends; a full pipe (EAGAIN) is waited for. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
