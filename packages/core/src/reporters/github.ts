import type { Finding } from '../lint/result.ts';
import { addTo } from '../source/grouping.ts';
import { SEVERITIES, type Severity } from '../source/severity.ts';
import { cutText } from './cut-text.ts';
import type { Reporter, ReportInfo } from './reporter.ts';
import { repositoryPath } from './repository-path.ts';
import { shownFindings } from './shown-findings.ts';
import { visibleText } from './visible-text.ts';

const COMMAND: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

/** How many annotations of each kind the runner keeps of a step. */
const MAX_OF_KIND = 10;
/** The runner cuts a message after 4,096 characters. */
const LONGEST_MESSAGE = 4_000;
/** Lines that are named when findings are folded. */
const MAX_LINES = 12;

/**
 * Workflow commands that GitHub shows as annotations beside the lines of a pull request. It keeps ten of a kind: where there are
 * more, those of one rule in one file become one, and the last says how many are not shown.
 */
export const github: Reporter = (result, info) => {
  const findings = shownFindings(result, info);
  const broken = result.failures.map(({ ruleId, subject, message }) =>
    command('error', { title: `${info.tool.name} failed` }, [`rule ${ruleId} broke on ${subject}: ${message}`]),
  );
  return SEVERITIES.flatMap((severity) => {
    const own = findings.filter((finding) => finding.severity === severity);
    return annotations(severity, own, severity === 'error' ? broken : [], info);
  })
    .map((line) => `${line}\n`)
    .join('');
};

function annotations(
  severity: Severity,
  findings: readonly Finding[],
  first: readonly string[],
  info: ReportInfo,
): string[] {
  if (first.length + findings.length <= MAX_OF_KIND) {
    return [...first, ...findings.map((finding) => annotation(finding, [], info))];
  }
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.ruleId}\n${finding.location.file}`;
    addTo(groups, key, finding);
  }
  const failures = first.slice(0, MAX_OF_KIND - 1);
  const all = [...groups.values()];
  const fits = first.length + all.length <= MAX_OF_KIND;
  const shown = fits ? all : all.slice(0, MAX_OF_KIND - 1 - failures.length);
  const lines = shown.map(([finding, ...others]) => annotation(finding as Finding, others, info));
  const left =
    first.length - failures.length + findings.length - shown.reduce((total, group) => total + group.length, 0);
  return [
    ...failures,
    ...lines,
    ...(left > 0 ? [command(COMMAND[severity], { title: info.tool.name }, [andMore(severity, left)])] : []),
  ];
}

function andMore(severity: Severity, left: number): string {
  const noun = severity === 'info' ? 'info' : left === 1 ? severity : `${severity}s`;
  return `and ${left} more ${noun}: GitHub shows ${MAX_OF_KIND} annotations of a kind; the whole report has all`;
}

function annotation(finding: Finding, others: readonly Finding[], info: ReportInfo): string {
  const { location, message, why, fix, ruleId, severity } = finding;
  const { start, end } = location;
  const oneLine = start.line === end.line;
  const properties = {
    file: repositoryPath(location.file, info.folder),
    line: start.line,
    endLine: end.line,
    // The runner drops columns that are not of one line.
    ...(oneLine ? { col: start.column, endColumn: end.column } : {}),
    title: ruleId,
  };
  return command(COMMAND[severity], properties, [message, why, fix, folded(others)]);
}

function folded(others: readonly Finding[]): string {
  if (others.length === 0) return '';
  const shown = others.slice(0, MAX_LINES).map(({ location }) => location.start.line);
  const lines = shown.join(', ') + (others.length > shown.length ? ', ...' : '');
  return `The same rule has ${others.length} more in this file (${shown.length === 1 ? 'line' : 'lines'} ${lines}).`;
}

/**
 * A workflow command. GitHub's rules: `%` and line breaks are escaped everywhere, `:` and `,` in properties too. What is left of
 * control codes is made visible before that, since the log of a job is a terminal.
 */
function command(name: string, properties: Readonly<Record<string, string | number>>, message: readonly string[]) {
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  const lines = message.filter((line) => line !== '').map(visibleText);
  return `::${name} ${written.join(',')}::${escapeData(cutText(lines.join('\n'), LONGEST_MESSAGE))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(visibleText(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
