import type { Reporter } from './reporter.ts';
import { shownFindings } from './shown-findings.ts';
import { visibleText } from './visible-text.ts';

/** A colon of a file name that could be taken for the one before the line number. */
const PLACE_LIKE = /:(?=\d+:\d+: )/g;

/** One line a finding, `file:line:column: severity: message [rule]`: for editors, problem matchers and `grep`. */
export const compact: Reporter = (result, info) => {
  const lines = shownFindings(result, info).map(({ location, severity, message, ruleId }) => {
    const file = visibleText(location.file).replace(PLACE_LIKE, '\\x3a');
    const { line, column } = location.start;
    return `${file}:${line}:${column}: ${severity}: ${visibleText(message)} [${visibleText(ruleId)}]\n`;
  });
  // A rule that broke has no place, and must not look like a clean run.
  const failures = result.failures.map(
    ({ ruleId, subject, message }) =>
      `meshvet: failure: rule ${visibleText(ruleId)} broke on ${visibleText(subject)}: ${visibleText(message)}\n`,
  );
  return [...lines, ...failures].join('');
};
