import type { ConfigError, InputFile } from '@meshvet/core';

/** Something the user can put right: shown without a stack, exit status 2. Each line is printed as it is. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
  /** What a program said, for instance; each stands below the message in a line of its own. */
  readonly details: readonly string[];

  constructor(message: string, details: readonly string[] = []) {
    super(message);
    this.details = details;
  }
}

/** A config file with mistakes: all of them, each with its place. */
export class ConfigFileError extends UsageError {
  readonly file: InputFile;
  readonly errors: readonly ConfigError[];

  constructor(file: InputFile, errors: readonly ConfigError[]) {
    super(
      `the config file ${JSON.stringify(file.path)} has ${errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`}`,
    );
    this.file = file;
    this.errors = errors;
  }
}

/** What an error of the file system means, in one clause. */
export function failureWords(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return (code && WORDS.get(code)) || (error instanceof Error ? error.message : String(error));
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ENOENT', 'no such file or folder'],
  ['ENOTDIR', 'a part of the path is no folder'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'a symbolic link leads to itself'],
  ['ENAMETOOLONG', 'the path is too long'],
  ['EMFILE', 'too many open files'],
  ['ENFILE', 'too many open files'],
  ['ENOSPC', 'no space left'],
  ['EROFS', 'the file system is read-only'],
  ['ENOBUFS', 'it says too much'],
  ['EIO', 'the device reported an error'],
]);
