import type { Location, Log } from 'sarif';

/** Regions of a SARIF log that do not lie inside their file, one line each. `read` gives the text of a file. */
export function regionFaults(
  log: Log,
  folder: string,
  read: (folder: string, path: string) => string | undefined,
): string[] {
  const lines = new Map<string, readonly string[] | undefined>();
  const linesOf = (path: string) => {
    if (!lines.has(path)) lines.set(path, read(folder, path)?.split(/\r\n|\n|\r/));
    return lines.get(path);
  };
  const faults: string[] = [];
  for (const { ruleId = '', locations = [], relatedLocations = [] } of log.runs.flatMap(
    ({ results }) => results ?? [],
  )) {
    for (const location of [...locations, ...relatedLocations]) {
      const fault = regionFault(location, linesOf);
      if (fault) faults.push(`${ruleId}: ${fault}`);
    }
  }
  return faults;
}

function regionFault(location: Location, linesOf: (path: string) => readonly string[] | undefined): string | undefined {
  const { artifactLocation, region } = location.physicalLocation ?? {};
  const path = (artifactLocation?.uri ?? '').split('/').map(decodeURIComponent).join('/');
  const lines = linesOf(path);
  if (!lines) return `no file ${JSON.stringify(path)}`;
  const { startLine, startColumn, endLine, endColumn } = region ?? {};
  if (startLine === undefined || startColumn === undefined || endLine === undefined || endColumn === undefined) {
    return `${path}: a region without all four numbers`;
  }
  const inside = (line: number, column: number) => {
    const text = lines[line - 1];
    return text !== undefined && column >= 1 && column <= text.length + 1;
  };
  const place = `${path}:${startLine}:${startColumn}-${endLine}:${endColumn}`;
  if (!inside(startLine, startColumn) || !inside(endLine, endColumn)) return `${place} is not in the file`;
  if (endLine < startLine || (endLine === startLine && endColumn < startColumn))
    return `${place} ends before it begins`;
  return undefined;
}
