import { visibleText } from '@meshvet/core';
import { type Arguments, parseArguments } from './arguments.ts';
import { lintCommand } from './commands/lint.ts';
import { ConfigFileError, failureWords, UsageError } from './errors.ts';
import type { Host } from './host.ts';
import { TOOL } from './version.ts';

export { nodeHost } from './host.ts';

/** The exit statuses there are; the README and the help list them. */
export const STATUS = { clean: 0, findings: 1, failed: 2 } as const;

/** The command line: what to do, in the world that `host` is. Answers the exit status. */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  try {
    return await run(parseArguments(argv), host);
  } catch (error) {
    const words = await explainError(error, argv, host);
    try {
      host.print('stderr', words);
    } catch {
      // Nobody can be told; the status still says it.
    }
    return STATUS.failed;
  }
}

async function run(args: Arguments, host: Host): Promise<number> {
  const { command, named, operands, flags } = args;
  if (command === 'help' || flags.has('help')) {
    const { helpText } = await import('./seldom.ts');
    host.print('stdout', helpText(command === 'help' ? operands[0] : named ? command : undefined, flags, host));
    return STATUS.clean;
  }
  if (flags.has('version')) {
    host.print('stdout', `${TOOL.name} ${TOOL.version}\n`);
    return STATUS.clean;
  }
  if (command === 'baseline') return (await import('./seldom.ts')).baselineCommand(args, host);
  if (command === 'completion') return (await import('./seldom.ts')).completionCommand(args, host);
  if (command === 'explain') return (await import('./seldom.ts')).explainCommand(args, host);
  if (command === 'init') return (await import('./seldom.ts')).initCommand(args, host);
  if (command === 'print-config') return (await import('./seldom.ts')).printConfigCommand(args, host);
  if (command === 'rules') return (await import('./seldom.ts')).rulesCommand(args, host);
  if (command === 'trace') return (await import('./seldom.ts')).traceCommand(args, host);
  if (command === 'why') return (await import('./seldom.ts')).whyCommand(args, host);
  return lintCommand(args, host);
}

async function explainError(error: unknown, argv: readonly string[], host: Host): Promise<string> {
  if (error instanceof ConfigFileError) {
    const { configErrorText } = await import('./seldom.ts');
    return configErrorText(error, host, argv);
  }
  if (error instanceof UsageError) {
    const details = error.details.map((line) => `  ${visibleText(line)}\n`);
    return `meshvet: ${visibleText(error.message)}\n${details.join('')}`;
  }
  if ((error as NodeJS.ErrnoException | null)?.syscall === 'write')
    return `meshvet: cannot write: ${failureWords(error)}\n`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = stack.split('\n').map((line) => visibleText(line));
  return `meshvet: a fault of meshvet itself; please report it with the manifests that lead to it\n${lines.join('\n')}\n`;
}
