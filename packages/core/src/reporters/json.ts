import type { LintResult } from '../lint/result.ts';
import type { Severity } from '../source/severity.ts';
import { plainFinding, plainLocation } from './plain-finding.ts';
import type { Reporter } from './reporter.ts';
import { visibleJson } from './visible-text.ts';

/** The version of the shape below: it grows only when something that is there changes its meaning or goes away. */
const SCHEMA_VERSION = 1;

/** For machines: the whole result as JSON; its schema is `schema/report.schema.json`. */
export const json: Reporter = (result, info) => {
  const findings = info.quiet ? result.findings.filter((finding) => finding.severity === 'error') : result.findings;
  const report = {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: info.tool.name, version: info.tool.version },
    summary: {
      files: { read: result.files.read, skipped: result.files.skipped },
      resources: result.resources,
      ...(result.workloads ? { workloads: result.workloads } : {}),
      // Of all findings: what `quiet` hides still counts.
      findings: {
        error: countOf(result, 'error'),
        warning: countOf(result, 'warning'),
        info: countOf(result, 'info'),
      },
      suppressed: result.suppressed.length,
      ...(result.baselined ? { baselined: result.baselined.length, baselineGone: result.baselineGone ?? 0 } : {}),
      ...(result.unchanged === undefined ? {} : { unchanged: result.unchanged }),
      undecided: result.undecided.length,
    },
    findings: findings.map(plainFinding),
    suppressed: result.suppressed.map((finding) => ({
      ...plainFinding(finding),
      suppression: { reason: finding.suppression.reason, location: plainLocation(finding.suppression.location) },
    })),
    ...(result.baselined ? { baselined: result.baselined.map(plainFinding) } : {}),
    unusedSuppressions: result.unusedSuppressions.map(({ location, rules, reason, message }) => ({
      location: plainLocation(location),
      rules,
      reason,
      message,
    })),
    undecided: result.undecided.map(({ question, needs, resources }) => ({ question, needs, resources })),
    notes: result.notes.map(({ reason, folder, files, message }) => ({ reason, folder, files, message })),
    failures: result.failures.map(({ ruleId, subject, message, stack }) => ({ ruleId, subject, message, stack })),
    ...(result.meshes ? { meshes: result.meshes } : {}),
    ...(result.timings ? { timings: result.timings } : {}),
  };
  return `${visibleJson(JSON.stringify(report, null, 2))}\n`;
};

function countOf(result: LintResult, severity: Severity): number {
  return result.findings.filter((finding) => finding.severity === severity).length;
}
