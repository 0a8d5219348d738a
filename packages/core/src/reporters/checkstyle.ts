import type { Finding } from '../lint/result.ts';
import { groupBy } from '../source/grouping.ts';
import type { Reporter } from './reporter.ts';
import { shownFindings } from './shown-findings.ts';
import { xmlText } from './xml-text.ts';

/** The XML of Checkstyle, which many CI systems and code review tools read. */
export const checkstyle: Reporter = (result, info) => {
  const files = groupBy(shownFindings(result, info), (finding) => finding.location.file);
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">'];
  for (const [file, findings] of files) {
    lines.push(`  <file name="${xmlText(file)}">`, ...findings.map(errorElement), '  </file>');
  }
  // The format has no word for a tool that broke: an error without a file.
  if (result.failures.length > 0) {
    lines.push(`  <file name="${xmlText(info.tool.name)}">`);
    for (const { ruleId, subject, message } of result.failures) {
      const words = `rule ${ruleId} broke on ${subject}: ${message}`;
      lines.push(`    <error severity="error" message="${xmlText(words)}" source="meshvet.failure"/>`);
    }
    lines.push('  </file>');
  }
  lines.push('</checkstyle>', '');
  return lines.join('\n');
};

function errorElement({ location, severity, message, ruleId }: Finding): string {
  const { line, column } = location.start;
  const place = `line="${line}" column="${column}"`;
  return `    <error ${place} severity="${severity}" message="${xmlText(message)}" source="${xmlText(`meshvet.${ruleId}`)}"/>`;
}
