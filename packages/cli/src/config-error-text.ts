import { codeFrame, painter, SourceFile, visibleText } from '@meshvet/core';
import { parseArguments } from './arguments.ts';
import type { ConfigFileError } from './errors.ts';
import type { Host } from './host.ts';
import { useColor } from './use-color.ts';

/** All mistakes of a config file, each with the line it is in. */
export function configErrorText(error: ConfigFileError, host: Host, argv: readonly string[]): string {
  const paint = painter(useColor(parseArguments(argv).flags, host, 'stderr'));
  const source = new SourceFile(error.file.path, error.file.text);
  const blocks = error.errors.map(({ message, location }) => {
    const { line, column } = location.start;
    const at = `${line}:${column}`;
    const head = `${at.padStart(7)}  ${paint('bold', visibleText(message))}`;
    return [head, ...codeFrame(source, location, paint, { gutter: 6, mark: '^', style: 'red' })].join('\n');
  });
  return `meshvet: ${visibleText(error.message)}\n\n${blocks.join('\n\n')}\n`;
}
