import { visibleText } from '@meshvet/core';
import type { PathsResult } from './lint-paths.ts';

/** What a run could not read or do, a line each: an answer without it is not the whole one. */
export function troublesOf({ missing, unreadable, result }: PathsResult): string[] {
  return [
    ...missing.map((path) => `no such file or folder "${visibleText(path)}"`),
    ...unreadable.map(({ shown, reason }) => `cannot read "${visibleText(shown)}": ${reason}`),
    ...[...new Set(result.failures.map((f) => f.ruleId))].map((id) => `rule ${id} broke; its findings are missing`),
  ];
}
