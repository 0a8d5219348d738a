import { resolveRules } from '../packages/core/src/config/resolve-config.ts';
import {
  type ExampleSettings,
  type Finding,
  lint,
  type MessageWords,
  meshSettings,
  PRESETS,
  PROFILES,
  type Rule,
  type RuleExample,
  SourceFile,
} from '../packages/core/src/index.ts';
import { codeFrame } from '../packages/core/src/reporters/code-frame.ts';
import { painter } from '../packages/core/src/reporters/paint.ts';
import { visibleText } from '../packages/core/src/reporters/visible-text.ts';
import { dedent } from '../packages/core/src/testing/yaml.ts';

const EXAMPLE = 'example.yaml';
const GUTTER = 4;
const NOTICE = '<!-- Written by `pnpm run docs` from the rule itself. Change the rule, not this page. -->';

/** The page of a rule. The findings under its examples are those that the rule makes of them. */
export async function rulePage(rule: Rule): Promise<string> {
  const { meta } = rule;
  const blocks = [
    `# ${meta.id}`,
    NOTICE,
    prose(meta.summary),
    facts(rule),
    severityTable(rule),
    `## Why it matters\n\n${prose(meta.why)}`,
    `## What to do\n\n${prose(meta.fix)}`,
    `## What it says\n\n${messages(rule)}`,
    ...(rule.options ? [`## Options\n\n${options(rule)}`] : []),
    ...(await section('## Found', rule, rule.examples.bad, badExample)),
    ...(await section('## Left alone', rule, rule.examples.good, goodExample)),
    `## Switching it off\n\n${switchingOff(rule)}`,
    `## Sources\n\n${meta.sources.map((source: string) => `- ${prose(source)}`).join('\n')}`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The table of all rules, by topic, and the codes of other tools that lead to them. */
export function rulesIndex(rules: readonly Rule[]): string {
  const topics = new Map<string, Rule[]>();
  for (const rule of byId(rules)) {
    const topic = topicOf(rule);
    topics.set(topic, [...(topics.get(topic) ?? []), rule]);
  }
  const blocks = [
    '# Rules',
    NOTICE,
    `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}. The severities are those of profile \`istio-current\`: under preset \`recommended\`, which is the default, and under \`strict\`. Preset \`all\` also runs what reads \`off\` here. A rule may take a single case for milder or graver than its table says; what you set for it in the config wins over both.`,
  ];
  for (const [topic, list] of topics) {
    const rows = list.map((rule) => {
      const [recommended, strict] = (['recommended', 'strict'] as const).map((preset) =>
        severity(rule, 'istio-current', preset),
      );
      return `| ${link(rule)} | ${cell(rule.meta.summary)} | ${recommended} | ${strict} | ${(rule.meta.codes ?? []).join(', ')} |`;
    });
    blocks.push(
      `## ${topic}`,
      ['| rule | finds | recommended | strict | codes |', '|---|---|---|---|---|', ...rows].join('\n'),
    );
  }
  const codes = codesOf(rules);
  if (codes.length > 0) {
    const rows = codes.map(([code, list]) => `| ${code} | ${list.map(link).join(', ')} |`);
    blocks.push(
      '## Codes of other tools',
      '`IST…` are the codes of `istioctl analyze`, `KIA…` those of Kiali. They work wherever a rule id does: in the config, in `--rule`, in suppression comments and in `meshvet explain`.',
      ['| code | rules |', '|---|---|', ...rows].join('\n'),
    );
  }
  return `${blocks.join('\n\n')}\n`;
}

/** The first word of the id; rules of one topic share a folder. */
export function topicOf(rule: Rule): string {
  return rule.meta.id.split('-')[0] as string;
}

function byId(rules: readonly Rule[]): Rule[] {
  return [...rules].sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1));
}

function codesOf(rules: readonly Rule[]): [string, Rule[]][] {
  const codes = new Map<string, Rule[]>();
  for (const rule of byId(rules))
    for (const code of rule.meta.codes ?? []) codes.set(code, [...(codes.get(code) ?? []), rule]);
  return [...codes].sort(([a], [b]) => (a < b ? -1 : 1));
}

function link({ meta }: Rule): string {
  return `[${meta.id}](${meta.id}.md)`;
}

function facts({ meta }: Rule): string {
  const lines: string[] = [];
  if (meta.codes?.length) lines.push(`- Other tools say: ${meta.codes.map(codeLink).join(', ')}`);
  if (meta.since) lines.push(`- Holds from Istio ${meta.since}`);
  if (meta.until) lines.push(`- Holds up to Istio ${meta.until}`);
  if (meta.advice) lines.push('- Advice: no outage hangs on it, so preset `recommended` leaves it out');
  if (meta.formerly?.length) lines.push(`- Formerly: ${meta.formerly.map((id: string) => `\`${id}\``).join(', ')}`);
  return lines.join('\n');
}

function codeLink(code: string): string {
  const ist = /^IST\d{4}/.exec(code)?.[0];
  if (!ist) return `\`${code}\``;
  return `[\`${code}\`](https://istio.io/latest/docs/reference/config/analysis/${ist.toLowerCase()}/)`;
}

function severityTable(rule: Rule): string {
  const rows = [...PROFILES].reverse().map((profile) => {
    const cells = PRESETS.map((preset) => severity(rule, profile, preset));
    return `| ${profile}${profile === 'istio-current' ? ' (default)' : ''} | ${cells.join(' | ')} |`;
  });
  const presets = PRESETS.map((preset) => (preset === 'recommended' ? 'recommended (default)' : preset));
  return [`| profile | ${presets.join(' | ')} |`, `|---|${PRESETS.map(() => '---|').join('')}`, ...rows].join('\n');
}

/** The severity a finding has when the rule says nothing else of its case. */
function severity(rule: Rule, profile: (typeof PROFILES)[number], preset: (typeof PRESETS)[number]): string {
  const { istioVersion } = meshSettings({ profile });
  return resolveRules([rule], { preset, profile, istioVersion })[0]?.usual ?? 'off';
}

function messages({ meta }: Rule): string {
  const own = (meta.perMessage ?? {}) as Readonly<Record<string, MessageWords>>;
  return Object.entries(meta.messages as Readonly<Record<string, string>>)
    .map(([id, text]) =>
      [
        `- \`${id}\`: ${prose(text)}`,
        ...(own[id]?.why ? [`  Why it matters: ${prose(own[id].why)}`] : []),
        ...(own[id]?.fix ? [`  What to do: ${prose(own[id].fix)}`] : []),
      ].join('\n'),
    )
    .join('\n');
}

function options({ meta, options }: Rule): string {
  const { schema, defaults } = options as {
    schema: { properties?: Record<string, OptionSchema> };
    defaults: Record<string, unknown>;
  };
  const rows = Object.entries(schema.properties ?? {}).map(([name, one]) => {
    const takes = one.enum ? one.enum.map((value) => JSON.stringify(value)).join(', ') : (one.type ?? '');
    const base = JSON.stringify(defaults[name]) ?? '';
    return `| \`${name}\` | ${cell(takes)} | \`${base.replaceAll('|', '\\|')}\` | ${cell(one.description ?? '')} |`;
  });
  const example = Object.entries(defaults).map(([name, value]) => `      ${name}: ${JSON.stringify(value)}`);
  return [
    ['| option | takes | default | |', '|---|---|---|---|', ...rows].join('\n'),
    fence('yaml', ['# meshvet.config.yaml', 'rules:', `  ${meta.id}:`, '    options:', ...example].join('\n')),
  ].join('\n\n');
}

interface OptionSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
}

async function section(
  title: string,
  rule: Rule,
  examples: readonly RuleExample[],
  draw: (rule: Rule, example: RuleExample) => Promise<string>,
): Promise<string[]> {
  const drawn: string[] = [];
  for (const example of examples) drawn.push(await draw(rule, example));
  return drawn.length > 0 ? [[title, ...drawn].join('\n\n')] : [];
}

async function badExample(rule: Rule, example: RuleExample): Promise<string> {
  const text = withoutMarks(example);
  const findings = await findingsOf(rule, text, example.settings);
  if (findings.length === 0)
    throw new Error(`${rule.meta.id}: nothing is found in its bad example ${JSON.stringify(example.title ?? '')}`);
  const source = new SourceFile(EXAMPLE, text);
  return [
    caption(example),
    fence('yaml', text),
    fence('text', findings.map((f) => findingBlock(f, source, rule)).join('\n\n')),
  ].join('\n\n');
}

async function goodExample(rule: Rule, example: RuleExample): Promise<string> {
  const text = withoutMarks(example);
  const findings = await findingsOf(rule, text, example.settings);
  if (findings.length > 0)
    throw new Error(`${rule.meta.id}: its good example ${JSON.stringify(example.title ?? '')} has findings`);
  return [caption(example), fence('yaml', text)].join('\n\n');
}

/** Marks are for the tests: `#~ id` at the end of a line. */
function withoutMarks(example: RuleExample): string {
  return dedent(example.yaml).replace(/[ \t]*#~.*$/gm, '');
}

async function findingsOf(rule: Rule, text: string, settings: ExampleSettings = {}): Promise<readonly Finding[]> {
  const result = await lint([{ path: EXAMPLE, text }], {
    rules: [rule],
    config: { preset: 'all', ...settings },
    assumeMesh: true,
  });
  const [failure] = result.failures;
  if (failure) throw new Error(`${rule.meta.id}: ${failure.message}\n${failure.stack}`);
  return result.findings;
}

/** A finding as the text reporter draws it; what the page says already is left out. */
function findingBlock(finding: Finding, source: SourceFile, rule: Rule): string {
  const paint = painter(false);
  const { start } = finding.location;
  const lines = [
    `${start.line}:${start.column}  ${finding.severity}  ${visibleText(finding.message)}`,
    ...codeFrame(source, finding.location, paint, { gutter: GUTTER, mark: '^', style: 'red' }),
  ];
  for (const { location, message } of finding.related) {
    lines.push(
      ...codeFrame(source, location, paint, { gutter: GUTTER, mark: '-', style: 'cyan', note: visibleText(message) }),
    );
  }
  if (finding.fix !== rule.meta.fix && finding.fix !== '') lines.push(`fix: ${visibleText(finding.fix)}`);
  return lines.join('\n');
}

function caption({ title, settings }: RuleExample): string {
  const given = Object.entries(settings ?? {}).map(([key, value]) => `\`${key}: ${value}\``);
  const words = title ? `${prose(title.charAt(0).toUpperCase() + title.slice(1))}` : 'Such as';
  return `${words}${given.length > 0 ? ` (with ${given.join(', ')})` : ''}:`;
}

function switchingOff({ meta }: Rule): string {
  return [
    'For one place, with the reason behind two dashes (see [suppressions](../suppressions.md)):',
    fence('yaml', `# meshvet-disable-next-line ${meta.id} -- why it is meant so`),
    'For all files, or with another severity (see [configuration](../configuration.md)):',
    fence('yaml', `# meshvet.config.yaml\nrules:\n  ${meta.id}: off`),
  ].join('\n\n');
}

/** Tildes where the text itself has a fence of backticks. */
function fence(language: string, text: string): string {
  const marks = /^\s*```/m.test(text) ? '~~~~' : '```';
  return `${marks}${language}\n${text.replace(/\n+$/, '')}\n${marks}`;
}

/** Words of a rule as Markdown: nothing in them is markup but what stands between backticks. */
function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, i) =>
      i % 2 === 1 ? part : part.replace(/[\\<>*[\]]|(?<!\w)_|_(?!\w)/g, (character) => `\\${character}`),
    )
    .join('');
}

function cell(text: string): string {
  return prose(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
}
