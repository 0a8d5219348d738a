import type { Host } from './host.ts';
import type { PathsResult } from './lint-paths.ts';

const SLOWEST = 10;

/** Where the time went: stages, slowest rules, memory. */
export function statsText({ result, stages }: PathsResult, host: Host): string {
  const { timings } = result;
  const rows: [string, number][] = [
    ['find files', stages.find],
    ['load files', stages.load],
    ...Object.entries(timings?.stages ?? {}),
  ];
  const total = rows.reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
  const line = (name: string, milliseconds: number, note: string): string =>
    `  ${name.padEnd(32)}${milliseconds.toFixed(1).padStart(10)} ms  ${note}`.trimEnd();
  const share = (milliseconds: number): string =>
    total > 0 ? `${Math.round((100 * milliseconds) / total)}%`.padStart(4) : '';
  const slowest = [...(timings?.rules ?? [])].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST);
  return [
    'stages',
    ...rows.map(([name, milliseconds]) => line(name, milliseconds, share(milliseconds))),
    ...(slowest.length > 0 ? ['slowest rules'] : []),
    ...slowest.map(({ ruleId, milliseconds, calls }) => line(ruleId, milliseconds, `${calls} calls`)),
    `peak memory ${Math.round(host.peakMemory() / 2 ** 20)} MB`,
    '',
  ].join('\n');
}
