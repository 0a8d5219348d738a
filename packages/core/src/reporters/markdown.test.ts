import { describe, expect, it } from 'vitest';
import type { Finding, LintResult, Severity } from '../lint/result.ts';
import { markdown } from './markdown.ts';

function finding(severity: Severity, line: number, message = 'Port 80 of "a_b|c" has no name.'): Finding {
  return {
    ruleId: 'port-name-missing',
    messageId: 'missing',
    severity,
    message,
    why: 'The mesh guesses.',
    fix: 'Give it a name.',
    codes: [],
    resource: null,
    location: { file: 'k8s/a.yaml', start: { line, column: 7 }, end: { line, column: 15 }, pointer: '' },
    related: [],
    fingerprint: '0123456789abcdef',
  };
}

function page(findings: readonly Finding[], rest: Partial<LintResult> = {}, info: object = {}): string {
  const files = { read: 1, linted: [], skipped: {} };
  const empty = { files, notes: [], resources: 1, suppressed: [], unusedSuppressions: [], undecided: [], failures: [] };
  return markdown({ ...empty, findings, ...rest }, { tool: { name: 'meshvet', version: '1.2.3' }, ...info });
}

describe('markdown', () => {
  it('counts, says what is not known, and lists findings, graver ones first', () => {
    expect(
      page([finding('info', 9), finding('error', 3, 'Ask @octocat about #12 & <b>http://x</b>.')], {
        undecided: [{ question: 'whether 3 workloads are in the mesh', needs: 'a Namespace', resources: 3 }],
        failures: [{ ruleId: 'a-rule', subject: 'Service a', message: 'broke', stack: '' }],
      }),
    ).toMatchInlineSnapshot(`
      "### meshvet: 1 error, 1 info, 1 failure, 1 undecided in 1 file, 1 resource

      - **failure**: rule <code>a-rule</code> broke on Service a: broke

      - undecided: whether 3 workloads are in the mesh; what would tell: a Namespace

      | | where | finding | rule |
      |---|---|---|---|
      | error | <code>k8s/a.yaml:3:7</code> | Ask @&#8203;octocat about #&#8203;12 &amp; &lt;b&gt;http:&#8203;//x&lt;/b&gt;.<br>Give it a name. | <code>port-name-missing</code> |
      | info | <code>k8s/a.yaml:9:7</code> | Port 80 of "a\\_b&#124;c" has no name.<br>Give it a name. | <code>port-name-missing</code> |
      "
    `);
  });

  it('says that there is nothing', () => {
    expect(page([])).toBe('### meshvet: no findings in 1 file, 1 resource\n');
  });

  it('keeps to its size, and says how many findings are left out', () => {
    const findings = Array.from({ length: 500 }, (_, i) => finding('warning', i + 1, `漢字 😀 ${i}`));
    for (const maxBytes of [500, 1_000, 5_000, 40_000]) {
      const output = page(findings, {}, { maxBytes });
      expect(Buffer.byteLength(output)).toBeLessThanOrEqual(maxBytes);
      expect(Buffer.byteLength(output)).toBeGreaterThan(maxBytes / 3);
      const rows = output.split('\n').filter((line) => line.startsWith('| warning')).length;
      expect(output).toContain(`and ${500 - rows} more findings, left out for size`);
    }
    const huge = Array.from({ length: 20_000 }, (_, i) => finding('warning', i + 1, 'x'.repeat(200)));
    const bytes = Buffer.byteLength(page(huge));
    expect(bytes).toBeGreaterThan(890_000);
    expect(bytes).toBeLessThanOrEqual(900_000);
  });
});
