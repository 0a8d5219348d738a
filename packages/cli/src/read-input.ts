import type { InputFile } from '@meshvet/core';
import type { Content, Host, RawPath } from './host.ts';

// Not by `import`: see host.ts.
const { isUtf8 } = process.getBuiltinModule('node:buffer');

/** Files with more bytes are not read; the engine says so (`yaml-too-large`). */
export const MAX_FILE_SIZE = 10 * 1024 * 1024;

/** Reads a file for the engine. Throws what the file system throws. */
export function readInput(host: Host, path: RawPath, shown: string): InputFile {
  return inputOf(host.read(path, MAX_FILE_SIZE), shown);
}

/** Bytes as the engine takes them: with a reason in place of the text where there is no usable one. */
export function inputOf(content: Content, shown: string): InputFile {
  if ('tooLarge' in content) return { path: shown, text: '', problem: 'too-large', size: content.tooLarge };
  const { bytes } = content;
  const size = bytes.length;
  if (!isUtf8(bytes)) return { path: shown, text: '', problem: 'not-utf8', size };
  return { path: shown, text: Buffer.from(bytes.buffer, bytes.byteOffset, size).toString('utf8'), size };
}
