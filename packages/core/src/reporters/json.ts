import type { Edit, Finding, LintResult, Location, ResourceRef } from '../lint/result.ts';
import type { Severity } from '../source/severity.ts';
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
    ...(result.timings ? { timings: result.timings } : {}),
  };
  return `${visibleJson(JSON.stringify(report, null, 2))}\n`;
};

function countOf(result: LintResult, severity: Severity): number {
  return result.findings.filter((finding) => finding.severity === severity).length;
}

/** The members in the order of the documentation, whatever order the engine made them in. */
function plainFinding(finding: Finding) {
  return {
    ruleId: finding.ruleId,
    messageId: finding.messageId,
    severity: finding.severity,
    message: finding.message,
    why: finding.why,
    fix: finding.fix,
    codes: finding.codes,
    resource: finding.resource && plainResource(finding.resource),
    location: plainLocation(finding.location),
    related: finding.related.map(({ message, location }) => ({ message, location: plainLocation(location) })),
    ...(finding.edits ? { edits: finding.edits.map(plainEdit) } : {}),
    ...(finding.suggestedEdits ? { suggestedEdits: finding.suggestedEdits.map(plainEdit) } : {}),
    fingerprint: finding.fingerprint,
  };
}

function plainEdit({ file, start, end, text }: Edit) {
  return { file, start, end, text };
}

function plainResource({ apiVersion, kind, namespace, name }: ResourceRef) {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

function plainLocation({ file, start, end, pointer }: Location) {
  return {
    file,
    start: { line: start.line, column: start.column },
    end: { line: end.line, column: end.column },
    pointer,
  };
}
