import {
  type MessageWords,
  type Paint,
  painter,
  type Rule,
  type RuleExample,
  ruleIndex,
  visibleText,
} from '@meshvet/core';
import { type Arguments, meant } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import type { Host } from '../host.ts';
import { useColor } from '../use-color.ts';

/** `meshvet explain`: all that a rule has to say. A code of another tool explains every rule that has it. */
export async function explainCommand({ operands, flags }: Arguments, host: Host): Promise<number> {
  if (operands.length === 0) {
    throw new UsageError('explain needs a rule or a code: meshvet explain port-name-missing; meshvet rules lists all');
  }
  const { allRules } = await import('@meshvet/rules');
  const index = ruleIndex(allRules);
  const rules = operands.flatMap((name) => {
    const found = index.find(name);
    if (!found) throw new UsageError(`there is no rule or code "${visibleText(name)}"${meant(name, index.names)}`);
    return found.rules;
  });
  const paint = painter(useColor(flags, host, 'stdout'));
  host.print('stdout', [...new Set(rules)].map((rule) => explanation(rule, paint)).join('\n\n'));
  return 0;
}

function explanation(rule: Rule, paint: Paint): string {
  const { meta, examples } = rule;
  const facts: [string, string][] = [
    ['why', meta.why],
    ['fix', meta.fix],
    ...(meta.codes?.length ? [['codes', meta.codes.join(', ')] as [string, string]] : []),
    ...(meta.formerly?.length ? [['formerly', meta.formerly.join(', ')] as [string, string]] : []),
    ['severity', severityLine(rule)],
    ...(meta.since || meta.until ? [['releases', releaseLine(rule)] as [string, string]] : []),
  ];
  return [
    `${paint('bold', meta.id)}`,
    `  ${meta.summary}`,
    '',
    ...facts.map(([label, text]) => `  ${paint('cyan', label.padEnd(8))}  ${text}`),
    '',
    paint('bold', 'What it says'),
    ...Object.entries(meta.messages as Record<string, string>).flatMap(([id, text]) => {
      const { why, fix } = (meta.perMessage as Record<string, MessageWords> | undefined)?.[id] ?? {};
      return [`  ${id}: ${text}`, ...(why ? [`    why: ${why}`] : []), ...(fix ? [`    fix: ${fix}`] : [])];
    }),
    ...exampleLines('Bad', examples.bad, paint),
    ...exampleLines('Good', examples.good, paint),
    '',
    paint('bold', 'Where that is written'),
    ...meta.sources.map((source) => `  ${source}`),
    '',
  ].join('\n');
}

function severityLine({ meta }: Rule): string {
  const profiles = Object.entries(meta.profiles ?? {}).map(
    ([profile, severity]) => `${severity} in profile ${profile}`,
  );
  const strict = meta.strict ?? (meta.advice && meta.severity === 'info' ? 'warning' : undefined);
  return [
    meta.advice ? `${meta.severity} (advice: only in presets strict and all)` : meta.severity,
    ...(strict ? [`${strict} in preset strict`] : []),
    ...profiles,
  ].join(', ');
}

function releaseLine({ meta }: Rule): string {
  const parts = [
    ...(meta.since ? [`from Istio ${meta.since}`] : []),
    ...(meta.until ? [`up to Istio ${meta.until}`] : []),
  ];
  return parts.join(' ');
}

function exampleLines(label: string, examples: readonly RuleExample[], paint: Paint): string[] {
  return examples.flatMap(({ title, yaml }) => [
    '',
    paint('bold', title ? `${label}: ${title}` : label),
    ...dedented(yaml).map((line) => (line === '' ? '' : `  ${marked(line, paint)}`)),
  ]);
}

/** `#~ id` at the end of a line says which message belongs to it. */
function marked(line: string, paint: Paint): string {
  const at = line.lastIndexOf('#~');
  return at < 0 ? line : line.slice(0, at) + paint('red', `# <- ${line.slice(at + 2).trim()}`);
}

function dedented(yaml: string): string[] {
  const lines = yaml
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const indent = indents.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
  return lines.map((line) => line.slice(indent).trimEnd());
}
