import type { Edit, Finding, Location, ResourceRef } from '../lint/result.ts';

/** A finding as JSON reports print it: the members in the order of the documentation, without what serves the engine alone. */
export function plainFinding(finding: Finding): object {
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

/** A place as JSON reports print it. */
export function plainLocation({ file, start, end, pointer }: Location): object {
  return {
    file,
    start: { line: start.line, column: start.column },
    end: { line: end.line, column: end.column },
    pointer,
  };
}
