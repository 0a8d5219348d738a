import type { Finding } from '../lint/result.ts';
import { SEVERITIES, type Severity } from '../source/severity.ts';
import type { Paint } from './paint.ts';
import { visibleText } from './visible-text.ts';

const MAX_RULES = 10;

/** The rules with the most findings, how many each has, and how a rule is silenced. No lines without findings. */
export function ruleTable(findings: readonly Finding[], paint: Paint): string[] {
  const counts = new Map<string, { total: number; severity: Severity }>();
  for (const { ruleId, severity } of findings) {
    const count = counts.get(ruleId) ?? { total: 0, severity };
    count.total++;
    if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(count.severity)) count.severity = severity;
    counts.set(ruleId, count);
  }
  const rows = [...counts].sort(([a, x], [b, y]) => y.total - x.total || (a < b ? -1 : 1));
  const [most] = rows;
  if (!most) return [];
  const shown = rows.slice(0, MAX_RULES);
  const digits = String(most[1].total).length;
  const rest = rows.slice(MAX_RULES).reduce((sum, [, { total }]) => sum + total, 0);
  const id = visibleText(most[0]);
  return [
    paint('underline', 'Most frequent rules'),
    ...shown.map(
      ([ruleId, { total, severity }]) =>
        `  ${String(total).padStart(digits)}  ${paint('dim', severity.padEnd(7))}  ${visibleText(ruleId)}`,
    ),
    ...(rest > 0 ? [`  ${paint('dim', `and ${rest} of ${rows.length - MAX_RULES} other rules`)}`] : []),
    `To silence one: --rule ${id}:off`,
    `In the config:  rules: { ${id}: off }`,
    `What it is:     meshvet explain ${id}`,
  ];
}
