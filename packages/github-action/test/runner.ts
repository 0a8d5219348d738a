// What the runner makes of a step: files and lines read by its rules (actions/runner, FileCommandManager.cs, ActionCommand.cs).

/** The commands that the runner knows. */
const KNOWN = new Set([
  ...['add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'notice', 'remove-matcher'],
  ...['save-state', 'set-env', 'set-output', 'stop-commands', 'warning'],
]);

/** A workflow command, as the runner understood it. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Outputs of a file, the last of a name. Throws where the runner would fail the step. */
export function readOutputs(text: string): Map<string, string> {
  const outputs = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      outputs.set(line.slice(0, equals), line.slice(equals + 1));
      continue;
    }
    const delimiter = line.slice(heredoc + 2);
    if (heredoc < 1 || delimiter === '') throw new Error(`no output: ${line}`);
    const end = lines.indexOf(delimiter, i + 1);
    if (end < 0) throw new Error(`the delimiter ${delimiter} is not found`);
    outputs.set(line.slice(0, heredoc), lines.slice(i + 1, end).join('\n'));
    i = end;
  }
  return outputs;
}

/** The commands in a log, and the lines that are none. */
export function readLog(text: string): { commands: Command[]; lines: string[] } {
  const commands: Command[] = [];
  const lines: string[] = [];
  let stop: string | undefined;
  for (const line of text.split('\n')) {
    const known = (name: string): boolean =>
      KNOWN.has(name.toLowerCase()) || (stop !== undefined && name.toLowerCase() === stop.toLowerCase());
    const command = modern(line, known) ?? old(line, known);
    if (stop !== undefined) {
      if (command?.name.toLowerCase() === stop.toLowerCase()) stop = undefined;
      else lines.push(line);
    } else if (command?.name.toLowerCase() === 'stop-commands') {
      if (command.data === '' || KNOWN.has(command.data)) throw new Error(`no token: ${command.data}`);
      stop = command.data;
    } else if (command) commands.push(command);
    else if (line !== '') lines.push(line);
  }
  if (stop !== undefined) throw new Error('commands are still stopped at the end');
  return { commands, lines };
}

/** `::name key=value,key=value::data`, blanks before it left out. */
function modern(line: string, known: (name: string) => boolean): Command | undefined {
  const message = line.trimStart();
  const end = message.startsWith('::') ? message.indexOf('::', 2) : -1;
  if (end < 0) return undefined;
  const info = message.slice(2, end);
  const space = info.indexOf(' ');
  const name = space < 0 ? info : info.slice(0, space);
  if (!known(name)) return undefined;
  const pairs =
    space < 0
      ? []
      : info
          .slice(space + 1)
          .trim()
          .split(',');
  return {
    name,
    properties: Object.fromEntries(
      pairs.map((pair) => {
        const equals = pair.indexOf('=');
        const value = pair
          .slice(equals + 1)
          .replaceAll('%0D', '\r')
          .replaceAll('%0A', '\n');
        return [pair.slice(0, equals), value.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%')];
      }),
    ),
    data: unescapeData(message.slice(end + 2)),
  };
}

/** `##[name key=value;key=value]data`, anywhere in a line. */
function old(line: string, known: (name: string) => boolean): Command | undefined {
  const start = line.indexOf('##[');
  const end = start < 0 ? -1 : line.indexOf(']', start);
  if (end < 0) return undefined;
  const name = line.slice(start + 3, end).split(' ')[0] as string;
  return known(name) ? { name, properties: {}, data: unescapeData(line.slice(end + 1)) } : undefined;
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
