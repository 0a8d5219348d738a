import type { Severity } from '../source/severity.ts';
import type { Reporter } from './reporter.ts';
import { repositoryPath } from './repository-path.ts';
import { shownFindings } from './shown-findings.ts';
import { visibleJson, visibleText } from './visible-text.ts';

const SEVERITY: Readonly<Record<Severity, string>> = { error: 'major', warning: 'minor', info: 'info' };

/** The code quality report of GitLab: one JSON array. */
export const gitlab: Reporter = (result, info) => {
  const used = new Map<string, number>();
  const entries = shownFindings(result, info).map((finding) => ({
    description: visibleText(finding.message),
    check_name: finding.ruleId,
    fingerprint: unique(finding.fingerprint, used),
    severity: SEVERITY[finding.severity],
    location: {
      path: repositoryPath(finding.location.file, info.folder),
      lines: { begin: finding.location.start.line, end: finding.location.end.line },
    },
  }));
  const failures = result.failures.map(({ ruleId, subject, message }) => ({
    description: visibleText(`rule ${ruleId} broke on ${subject}: ${message}`),
    check_name: 'failure',
    fingerprint: unique(`failure ${ruleId} ${subject}`, used),
    severity: 'critical',
    // GitLab drops entries without a place.
    location: { path: info.tool.name, lines: { begin: 1 } },
  }));
  return `${visibleJson(JSON.stringify([...entries, ...failures], null, 2))}\n`;
};

/** GitLab keeps one entry of those that share a fingerprint. */
function unique(fingerprint: string, used: Map<string, number>): string {
  let key = fingerprint;
  let number = used.get(fingerprint) ?? 0;
  // A number behind it may be somebody else's whole fingerprint.
  while (used.has(key)) key = `${fingerprint}-${++number + 1}`;
  used.set(fingerprint, number);
  if (key !== fingerprint) used.set(key, 0);
  return key;
}
