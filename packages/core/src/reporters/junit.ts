import type { Finding } from '../lint/result.ts';
import { addTo } from '../source/grouping.ts';
import type { Reporter } from './reporter.ts';
import { shownFindings } from './shown-findings.ts';
import { xmlText } from './xml-text.ts';

/**
 * JUnit XML: a suite for each file, a case for each finding, and a case that passed for each clean file, without which CI
 * systems say that there were no tests. An info is a skipped case: it is shown and fails nothing.
 */
export const junit: Reporter = (result, info) => {
  const files = new Map<string, Finding[]>();
  for (const file of result.files.linted) files.set(file, []);
  for (const finding of shownFindings(result, info)) {
    const { file } = finding.location;
    addTo(files, file, finding);
  }
  const suites = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, findings]) => suiteOf(file, findings));
  if (result.failures.length > 0) {
    const cases = result.failures.map(({ ruleId, subject, message, stack }, i) => {
      const name = `rule ${ruleId} broke on ${subject} (${i + 1})`;
      return `    <testcase name="${xmlText(name)}" classname="${xmlText(info.tool.name)}"><error message="${xmlText(message)}">${lines(stack.split('\n'))}</error></testcase>`;
    });
    suites.push({ name: info.tool.name, cases, failures: 0, errors: cases.length, skipped: 0 });
  }
  const sum = (key: 'failures' | 'errors' | 'skipped') => suites.reduce((total, suite) => total + suite[key], 0);
  const tests = suites.reduce((total, suite) => total + suite.cases.length, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xmlText(info.tool.name)}" tests="${tests}" failures="${sum('failures')}" errors="${sum('errors')}" skipped="${sum('skipped')}">`,
    ...suites.flatMap(({ name, cases, failures, errors, skipped }) => [
      `  <testsuite name="${xmlText(name)}" tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}">`,
      ...cases,
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
};

interface Suite {
  readonly name: string;
  readonly cases: readonly string[];
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

function suiteOf(file: string, findings: readonly Finding[]): Suite {
  if (findings.length === 0) {
    const passed = `    <testcase name="no findings" classname="${xmlText(file)}"/>`;
    return { name: file, cases: [passed], failures: 0, errors: 0, skipped: 0 };
  }
  // Two cases of one name are one test to GitLab and Jenkins.
  const names = new Map<string, number>();
  const cases = findings.map((finding) => {
    const { start } = finding.location;
    const plain = `${finding.ruleId} at ${start.line}:${start.column}`;
    const number = (names.get(plain) ?? 0) + 1;
    names.set(plain, number);
    return caseOf(finding, number === 1 ? plain : `${plain} (${number})`);
  });
  const skipped = findings.filter(({ severity }) => severity === 'info').length;
  return { name: file, cases, failures: findings.length - skipped, errors: 0, skipped };
}

function caseOf({ location, severity, message, why, fix, ruleId }: Finding, name: string): string {
  const attributes = `name="${xmlText(name)}" classname="${xmlText(location.file)}"`;
  if (severity === 'info') return `    <testcase ${attributes}><skipped message="${xmlText(message)}"/></testcase>`;
  const { line, column } = location.start;
  const body = lines([`${location.file}:${line}:${column}`, severity, message, why, fix].filter((one) => one !== ''));
  return `    <testcase ${attributes}><failure type="${xmlText(ruleId)}" message="${xmlText(message)}">${body}</failure></testcase>`;
}

/** Each line made visible by itself, so that only our own line breaks are line breaks. */
function lines(all: readonly string[]): string {
  return all.map((line) => xmlText(line)).join('\n');
}
