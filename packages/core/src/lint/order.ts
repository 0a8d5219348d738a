import type { Finding, Location } from './result.ts';

/** A total order: file, place, rule, message. Two runs over the same text print the same bytes. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareLocations(a.location, b.location) ||
    compareText(a.ruleId, b.ruleId) ||
    compareText(a.messageId, b.messageId) ||
    compareText(a.message, b.message) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

export function compareLocations(a: Location, b: Location): number {
  return (
    compareText(a.file, b.file) ||
    a.start.line - b.start.line ||
    a.start.column - b.start.column ||
    a.end.line - b.end.line ||
    a.end.column - b.end.column ||
    compareText(a.pointer, b.pointer)
  );
}

/** By UTF-16 units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorts findings and leaves out those that say the same of the same place. */
export function orderFindings<F extends Finding>(findings: readonly F[]): F[] {
  const sorted = [...findings].sort(compareFindings);
  return sorted.filter((finding, i) => {
    const before = sorted[i - 1];
    return (
      !before ||
      finding.ruleId !== before.ruleId ||
      finding.message !== before.message ||
      compareLocations(finding.location, before.location) !== 0
    );
  });
}
