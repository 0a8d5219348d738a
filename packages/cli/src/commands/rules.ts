import { type Paint, painter, type Rule, type Severity } from '@meshvet/core';
import { type Arguments, parseFormats } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import type { Host } from '../host.ts';
import { printTo } from '../print-to.ts';
import { useColor } from '../use-color.ts';
import { TOOL } from '../version.ts';

const STYLES = { error: 'red', warning: 'yellow', info: 'blue' } as const satisfies Record<Severity, string>;

/** `meshvet rules`: every rule in a line, or all that is known of them as JSON. */
export async function rulesCommand({ operands, flags }: Arguments, host: Host): Promise<number> {
  const [first] = operands;
  if (first !== undefined) {
    throw new UsageError(
      `rules takes no argument; try meshvet explain ${first}, or meshvet ./rules for a folder of that name`,
    );
  }
  const { allRules } = await import('@meshvet/rules');
  const rules = [...allRules].sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1));
  for (const { format, file } of parseFormats(flags.all('format'), ['text', 'json'])) {
    const color = file === undefined && useColor(flags, host, 'stdout');
    const text = format === 'json' ? json(rules) : table(rules, painter(color));
    printTo(file, text, 'the rules', host);
  }
  return 0;
}

function table(rules: readonly Rule[], paint: Paint): string {
  const width = rules.reduce((most, { meta }) => Math.max(most, meta.id.length), 0);
  const lines = rules.map(({ meta }) => {
    const codes = meta.codes?.length ? paint('dim', ` (${meta.codes.join(', ')})`) : '';
    const severity = paint(STYLES[meta.severity as Severity], (meta.advice ? 'advice' : meta.severity).padEnd(7));
    return `${paint('bold', meta.id.padEnd(width))}  ${severity}  ${meta.summary}${codes}`;
  });
  const end = `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}; advice speaks in presets strict and all; meshvet explain RULE tells more`;
  return [...lines, '', end, ''].join('\n');
}

function json(rules: readonly Rule[]): string {
  const report = {
    schemaVersion: 1,
    tool: TOOL,
    rules: rules.map(({ meta, options }) => ({
      id: meta.id,
      formerly: meta.formerly ?? [],
      summary: meta.summary,
      why: meta.why,
      fix: meta.fix,
      severity: meta.severity,
      advice: meta.advice ?? false,
      ...(meta.strict ? { strict: meta.strict } : {}),
      profiles: meta.profiles ?? {},
      subject: meta.subject,
      codes: meta.codes ?? [],
      ...(meta.since ? { since: meta.since } : {}),
      ...(meta.until ? { until: meta.until } : {}),
      messages: meta.messages,
      ...(meta.perMessage ? { perMessage: meta.perMessage } : {}),
      sources: meta.sources,
      ...(options ? { options } : {}),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
