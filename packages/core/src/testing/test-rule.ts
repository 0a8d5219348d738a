import { describe, expect, test } from 'vitest';
import type { Config } from '../config/config.ts';
import { readFiles } from '../lint/collect.ts';
import { type LintSetup, lint } from '../lint/lint.ts';
import type { Finding } from '../lint/result.ts';
import type { ExampleSettings, Rule, RuleExample } from '../rule/define-rule.ts';
import { SourceFile } from '../source/source-file.ts';
import { readMarks } from './marks.ts';
import { dedent } from './yaml.ts';

/** A case: one manifest, or several files by path, with the settings it needs. */
export type RuleCase =
  | string
  | {
      readonly yaml?: string;
      readonly files?: Readonly<Record<string, string>>;
      readonly settings?: ExampleSettings & Config;
      /** What a run knows beside the files: the day, MeshNetworks, other clusters. */
      readonly setup?: Pick<LintSetup, 'today' | 'meshNetworks' | 'clusters'>;
    };

/** Cases by name. The name of a good case says what was believed wrongly, or what is right. */
export interface RuleCases {
  readonly bad?: Readonly<Record<string, RuleCase>>;
  readonly good?: Readonly<Record<string, RuleCase>>;
}

/**
 * Tests a rule: its own examples and further cases. In bad ones `#~ messageId` ends each line that a finding points at, and names
 * every finding there is; good ones must stay silent. Every message of the rule has to be shown by some bad case, and the order of the
 * documents must not matter.
 */
export function testRule(rule: Rule, cases: RuleCases = {}): void {
  const examples = (list: readonly RuleExample[], kind: string): [string, RuleCase][] =>
    list.map((example, i) => [
      `${kind} example ${i + 1}${example.title ? `: ${example.title}` : ''}`,
      { yaml: dedent(example.yaml), settings: example.settings ?? {} },
    ]);
  const bad = [...examples(rule.examples.bad, 'bad'), ...Object.entries(cases.bad ?? {})];
  const good = [...examples(rule.examples.good, 'good'), ...Object.entries(cases.good ?? {})];

  describe(rule.meta.id, () => {
    for (const [name, one] of bad) {
      test(name, async () => {
        const files = filesOf(one);
        const marks = Object.entries(files).flatMap(([path, text]) => readMarks(path, text));
        expect(marks.length, 'a bad case marks at least one line').toBeGreaterThan(0);
        const findings = await findingsOf(rule, files, one);
        const shown = findings.map((f) =>
          describeFinding(
            f,
            files,
            marks.some((m) => m.text !== undefined && m.messageId === f.messageId && m.line === f.location.start.line),
          ),
        );
        expect(shown.sort()).toEqual(
          marks.map((m) => `${m.file}:${m.line} ${m.messageId}${m.text === undefined ? '' : ` \`${m.text}\``}`).sort(),
        );
        await expectSameInOtherOrder(rule, files, one, findings);
      });
    }
    for (const [name, one] of good) {
      test(name, async () => {
        const files = filesOf(one);
        expect(
          Object.entries(files).flatMap(([path, text]) => readMarks(path, text)),
          'a good case has no marks',
        ).toEqual([]);
        expect(
          (await findingsOf(rule, files, one)).map(
            (f) => `${f.location.file}:${f.location.start.line} ${f.messageId}: ${f.message}`,
          ),
        ).toEqual([]);
      });
    }
    test('shows each of its messages in some bad case', () => {
      const shown = new Set(
        bad.flatMap(([, one]) =>
          Object.entries(filesOf(one)).flatMap(([path, text]) => readMarks(path, text).map((m) => m.messageId)),
        ),
      );
      expect(Object.keys(rule.meta.messages).filter((id) => !shown.has(id))).toEqual([]);
    });
  });
}

/** All findings of one rule over some manifests, with every rule of the profile on. */
export async function findingsOf(
  rule: Rule,
  files: Readonly<Record<string, string>>,
  one: RuleCase = '',
): Promise<readonly Finding[]> {
  const settings = typeof one === 'string' ? {} : (one.settings ?? {});
  const input = Object.entries(files).map(([path, text]) => ({ path, text }));
  // A manifest that is never read proves nothing about a rule.
  if (rule.meta.subject !== 'problem') {
    for (const file of await readFiles(input)) {
      expect(
        file.problems.flatMap((p) => (p.kind === 'syntax' ? p.data.reason : [])),
        'the case is no YAML',
      ).toEqual([]);
      expect(file.skipped, 'the case is not read').not.toContain('template');
    }
  }
  const more = typeof one === 'string' ? {} : (one.setup ?? {});
  // What a case shows of a rule it shows for whoever has the mesh.
  const config = { preset: 'all' as const, ...settings };
  const result = await lint(input, { rules: [rule], config, assumeMesh: true, ...more });
  expect(result.failures).toEqual([]);
  return result.findings;
}

function filesOf(one: RuleCase): Readonly<Record<string, string>> {
  if (typeof one === 'string') return { 'case.yaml': one };
  return one.files ?? { 'case.yaml': one.yaml ?? '' };
}

function describeFinding(finding: Finding, files: Readonly<Record<string, string>>, withText: boolean): string {
  const { file, start, end } = finding.location;
  const source = new SourceFile(file, files[file] ?? '');
  const from = source.lineStart(start.line) + start.column - 1;
  const to = source.lineStart(end.line) + end.column - 1;
  return `${file}:${start.line} ${finding.messageId}${withText ? ` \`${source.text.slice(from, to)}\`` : ''}`;
}

// Only where documents are independent texts: `...` and comments between documents keep their order.
async function expectSameInOtherOrder(
  rule: Rule,
  files: Readonly<Record<string, string>>,
  one: RuleCase,
  findings: readonly Finding[],
): Promise<void> {
  if (rule.meta.subject === 'problem') return;
  const reversed = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      text
        .split(/^---[ \t]*\n/m)
        .reverse()
        .map((part) => (part.endsWith('\n') ? part : `${part}\n`))
        .join('---\n'),
    ]),
  );
  const other = await findingsOf(rule, reversed, one);
  const words = (list: readonly Finding[]) =>
    list.map((f) => `${f.messageId} ${f.severity} ${f.message} ${f.resource?.kind}/${f.resource?.name}`).sort();
  expect(words(other), 'the order of documents decides').toEqual(words(findings));
}
