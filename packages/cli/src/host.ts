import type { Dirent } from 'node:fs';
import { join } from 'node:path';

// Not by `import`: that asks a built-in module for all it has, also for what it loads late (streams, blobs, promises),
// and is 1 to 4 ms of the start for each of these.
const { closeSync, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync, writeFileSync, writeSync } =
  process.getBuiltinModule('node:fs');

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
  /** What a path leads to, links followed; undefined when there is nothing. */
  kind(path: RawPath): Exclude<EntryKind, 'link'> | undefined;
  /** The path without links. */
  realPath(path: RawPath): string;
  list(folder: RawPath): Entry[];
  read(path: RawPath, limit: number): Content;
  readStdin(limit: number): Promise<Content>;
  write(path: string, text: string): void;
  /** Prints to standard output or standard error. That the reader went away is no fault. */
  print(stream: 'stdout' | 'stderr', text: string): void;
  /** Milliseconds from some fixed moment. */
  clock(): number;
  /** The most memory the process had, in bytes. */
  peakMemory(): number;
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
