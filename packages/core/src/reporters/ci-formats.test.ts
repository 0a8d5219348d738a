import { describe, expect, it } from 'vitest';
import type { Finding, LintResult } from '../lint/result.ts';
import { checkstyle } from './checkstyle.ts';
import { compact } from './compact.ts';
import { gitlab } from './gitlab.ts';
import { junit } from './junit.ts';

const INFO = { tool: { name: 'meshvet', version: '1.2.3' } };
const place = { file: 'k8s/a.yaml', start: { line: 7, column: 7 }, end: { line: 7, column: 15 }, pointer: '' };
const error: Finding = {
  ruleId: 'port-name-missing',
  messageId: 'missing',
  severity: 'error',
  message: 'Port 80 of "cart" has no name.',
  why: 'The mesh guesses.',
  fix: 'Give it a name.',
  codes: [],
  resource: null,
  location: place,
  related: [],
  fingerprint: '0123456789abcdef',
};
const RESULT: LintResult = {
  files: { read: 3, linted: ['k8s/a.yaml', 'k8s/clean.yaml'], skipped: { notKubernetes: 1 } },
  notes: [],
  resources: 2,
  findings: [error, { ...error, severity: 'info' }],
  suppressed: [],
  unusedSuppressions: [],
  undecided: [],
  failures: [{ ruleId: 'a-rule', subject: 'Service shop/cart', message: 'x is undefined', stack: 'Error: x\n  at y' }],
};

describe('formats of CI systems', () => {
  it('junit has a case for each finding, for each clean file, and for a rule that broke', () => {
    expect(junit(RESULT, INFO)).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="meshvet" tests="4" failures="1" errors="1" skipped="1">
        <testsuite name="k8s/a.yaml" tests="2" failures="1" errors="0" skipped="1">
          <testcase name="port-name-missing at 7:7" classname="k8s/a.yaml"><failure type="port-name-missing" message="Port 80 of &quot;cart&quot; has no name.">k8s/a.yaml:7:7
      error
      Port 80 of &quot;cart&quot; has no name.
      The mesh guesses.
      Give it a name.</failure></testcase>
          <testcase name="port-name-missing at 7:7 (2)" classname="k8s/a.yaml"><skipped message="Port 80 of &quot;cart&quot; has no name."/></testcase>
        </testsuite>
        <testsuite name="k8s/clean.yaml" tests="1" failures="0" errors="0" skipped="0">
          <testcase name="no findings" classname="k8s/clean.yaml"/>
        </testsuite>
        <testsuite name="meshvet" tests="1" failures="0" errors="1" skipped="0">
          <testcase name="rule a-rule broke on Service shop/cart (1)" classname="meshvet"><error message="x is undefined">Error: x
        at y</error></testcase>
        </testsuite>
      </testsuites>
      "
    `);
  });

  it('checkstyle', () => {
    expect(checkstyle(RESULT, INFO)).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <checkstyle version="4.3">
        <file name="k8s/a.yaml">
          <error line="7" column="7" severity="error" message="Port 80 of &quot;cart&quot; has no name." source="meshvet.port-name-missing"/>
          <error line="7" column="7" severity="info" message="Port 80 of &quot;cart&quot; has no name." source="meshvet.port-name-missing"/>
        </file>
        <file name="meshvet">
          <error severity="error" message="rule a-rule broke on Service shop/cart: x is undefined" source="meshvet.failure"/>
        </file>
      </checkstyle>
      "
    `);
  });

  it('gitlab', () => {
    expect(gitlab(RESULT, { ...INFO, folder: 'deploy' })).toMatchInlineSnapshot(`
      "[
        {
          "description": "Port 80 of \\"cart\\" has no name.",
          "check_name": "port-name-missing",
          "fingerprint": "0123456789abcdef",
          "severity": "major",
          "location": {
            "path": "deploy/k8s/a.yaml",
            "lines": {
              "begin": 7,
              "end": 7
            }
          }
        },
        {
          "description": "Port 80 of \\"cart\\" has no name.",
          "check_name": "port-name-missing",
          "fingerprint": "0123456789abcdef-2",
          "severity": "info",
          "location": {
            "path": "deploy/k8s/a.yaml",
            "lines": {
              "begin": 7,
              "end": 7
            }
          }
        },
        {
          "description": "rule a-rule broke on Service shop/cart: x is undefined",
          "check_name": "failure",
          "fingerprint": "failure a-rule Service shop/cart",
          "severity": "critical",
          "location": {
            "path": "meshvet",
            "lines": {
              "begin": 1
            }
          }
        }
      ]
      "
    `);
  });

  it('compact', () => {
    expect(compact(RESULT, INFO)).toMatchInlineSnapshot(`
      "k8s/a.yaml:7:7: error: Port 80 of "cart" has no name. [port-name-missing]
      k8s/a.yaml:7:7: info: Port 80 of "cart" has no name. [port-name-missing]
      meshvet: failure: rule a-rule broke on Service shop/cart: x is undefined
      "
    `);
  });

  it.each(Object.entries({ junit, checkstyle, gitlab, compact }))(
    '%s with quiet has errors only',
    (_name, reporter) => {
      const errors = { ...RESULT, findings: [error] };
      expect(reporter(RESULT, { ...INFO, quiet: true })).toBe(reporter(errors, INFO));
    },
  );
});
