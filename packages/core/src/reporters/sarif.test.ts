import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import type { Finding, LintResult, Severity } from '../lint/result.ts';
import { MAX_SARIF_RESULTS } from './formats.ts';
import { sarif } from './sarif.ts';

const INFO = { tool: { name: 'meshvet', version: '1.2.3' } };

function finding(severity: Severity, file = 'k8s/a.yaml', over: Partial<Finding> = {}): Finding {
  return {
    ruleId: 'port-name-missing',
    messageId: 'missing',
    severity,
    message: 'Port 80 has no name.',
    why: 'The mesh guesses.',
    fix: 'Give it a name.',
    codes: ['IST0118'],
    resource: { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'cart' },
    location: { file, start: { line: 7, column: 7 }, end: { line: 7, column: 15 }, pointer: '/spec/ports/0' },
    related: [],
    fingerprint: '0123456789abcdef',
    ...over,
  };
}

function run(findings: readonly Finding[], rest: Partial<LintResult> = {}, info: object = {}) {
  const result: LintResult = {
    files: { read: 1, linted: [], skipped: {} },
    notes: [],
    resources: 1,
    findings,
    suppressed: [],
    unusedSuppressions: [],
    undecided: [],
    failures: [],
    ...rest,
  };
  const [run] = (JSON.parse(sarif(result, { ...INFO, ...info })) as Log).runs;
  if (!run) throw new Error('no run');
  return run;
}

const uriOf = (file: string, info: object = {}) =>
  run([finding('error', file)], {}, info).results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation;

describe('sarif', () => {
  it('writes a finding as code scanning reads it', () => {
    const place = { file: 'k8s/b.yaml', start: { line: 1, column: 1 }, end: { line: 1, column: 3 }, pointer: '' };
    const { results } = run([
      finding('info', 'k8s/a.yaml', { related: [{ message: 'declared [here]', location: place }] }),
    ]);
    expect(results).toMatchInlineSnapshot(`
      [
        {
          "level": "note",
          "locations": [
            {
              "logicalLocations": [
                {
                  "fullyQualifiedName": "Service shop/cart",
                  "kind": "resource",
                  "name": "cart",
                },
              ],
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "k8s/a.yaml",
                  "uriBaseId": "%SRCROOT%",
                },
                "region": {
                  "endColumn": 15,
                  "endLine": 7,
                  "startColumn": 7,
                  "startLine": 7,
                },
              },
            },
          ],
          "message": {
            "text": "Port 80 has no name.
      The mesh guesses.
      Give it a name.
      See: [declared \\[here\\]](1).",
          },
          "partialFingerprints": {
            "meshvet/v1": "0123456789abcdef",
          },
          "relatedLocations": [
            {
              "id": 1,
              "message": {
                "text": "declared [here]",
              },
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "k8s/b.yaml",
                  "uriBaseId": "%SRCROOT%",
                },
                "region": {
                  "endColumn": 3,
                  "endLine": 1,
                  "startColumn": 1,
                  "startLine": 1,
                },
              },
            },
          ],
          "ruleId": "port-name-missing",
          "ruleIndex": 0,
        },
      ]
    `);
  });

  it('has results when there are none, or else GitHub refuses the file', () => {
    expect(run([]).results).toEqual([]);
  });

  it('lists the rules that ran, with help, and rules of findings that are not among them', () => {
    const rule = {
      id: 'yaml-syntax',
      summary: 'No YAML.',
      why: 'It is `refused`.',
      fix: 'Mend <it>.',
      severity: 'error',
      codes: [],
    };
    const { tool, results } = run([finding('warning')], {}, { rules: [rule] });
    expect(tool.driver.rules).toMatchInlineSnapshot(`
      [
        {
          "defaultConfiguration": {
            "level": "error",
          },
          "fullDescription": {
            "text": "It is \`refused\`.",
          },
          "help": {
            "markdown": "**No YAML.**

      Why: It is \\\`refused\\\`.

      Fix: Mend &lt;it&gt;.

      More: <code>meshvet explain yaml-syntax</code>",
            "text": "No YAML.
      It is \`refused\`.
      Mend <it>.",
          },
          "id": "yaml-syntax",
          "name": "YamlSyntax",
          "properties": {
            "precision": "high",
            "problem.severity": "error",
            "tags": [
              "kubernetes",
              "service-mesh",
              "yaml",
            ],
          },
          "shortDescription": {
            "text": "No YAML.",
          },
        },
        {
          "defaultConfiguration": {
            "level": "warning",
          },
          "fullDescription": {
            "text": "The mesh guesses.",
          },
          "help": {
            "markdown": "**Port 80 has no name.**

      Why: The mesh guesses.

      Fix: Give it a name.

      Other tools say: IST0118.

      More: <code>meshvet explain port-name-missing</code>",
            "text": "Port 80 has no name.
      The mesh guesses.
      Give it a name.
      Other tools say: IST0118.",
          },
          "id": "port-name-missing",
          "name": "PortNameMissing",
          "properties": {
            "precision": "high",
            "problem.severity": "warning",
            "tags": [
              "kubernetes",
              "service-mesh",
              "port",
            ],
          },
          "shortDescription": {
            "text": "Port 80 has no name.",
          },
        },
      ]
    `);
    expect(results?.[0]?.ruleIndex).toBe(1);
  });

  it('has paths from the root of the repository, encoded', () => {
    expect(uriOf('a b/ü#?%25:1.yaml')).toEqual({ uri: 'a%20b/%C3%BC%23%3F%2525%3A1.yaml', uriBaseId: '%SRCROOT%' });
    expect(uriOf('../x.yaml', { folder: 'deploy/k8s' })).toEqual({ uri: 'deploy/x.yaml', uriBaseId: '%SRCROOT%' });
    expect(uriOf('./x.yaml', { folder: 'deploy' })).toEqual({ uri: 'deploy/x.yaml', uriBaseId: '%SRCROOT%' });
    expect(uriOf('../../x.yaml', { folder: 'deploy' })).toEqual({ uri: '../x.yaml' });
    expect(uriOf('/etc/x y.yaml')).toEqual({ uri: 'file:///etc/x%20y.yaml' });
    expect(uriOf('D:/k8s/x y.yaml')).toEqual({ uri: 'file:///D:/k8s/x%20y.yaml' });
  });

  it('leaves out suppressed findings, and with quiet all but errors', () => {
    const place = finding('error').location;
    const suppressed = [{ ...finding('error'), suppression: { reason: 'so', location: place } }];
    expect(run([], { suppressed }).results).toEqual([]);
    expect(run([finding('warning'), finding('error')], {}, { quiet: true }).results?.length).toBe(1);
  });

  it('keeps errors first where there are too many, and says so', () => {
    const findings = Array.from({ length: MAX_SARIF_RESULTS + 10 }, (_, i) =>
      finding(i % 2 === 0 ? 'info' : i % 3 === 0 ? 'error' : 'warning'),
    );
    const { results = [], invocations } = run(findings);
    expect(results.length).toBe(MAX_SARIF_RESULTS);
    const count = (severity: string) => findings.filter((f) => f.severity === severity).length;
    expect(results.findIndex(({ level }) => level !== 'error')).toBe(count('error'));
    expect(results.filter(({ level }) => level === 'warning').length).toBe(count('warning'));
    expect(invocations?.[0]?.toolExecutionNotifications).toEqual([
      {
        level: 'warning',
        message: { text: '10 of 5010 findings are left out, the least grave ones: GitHub keeps 5000 results.' },
      },
    ]);
  });

  it('says that a rule broke', () => {
    const failures = [{ ruleId: 'a-rule', subject: 'Service shop/cart', message: 'x is undefined', stack: '' }];
    expect(run([], { failures }).invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          { level: 'error', message: { text: 'Rule a-rule broke on Service shop/cart: x is undefined' } },
        ],
      },
    ]);
    expect(run([]).invocations).toEqual([{ executionSuccessful: true }]);
  });

  it('tells runs of one repository apart by category', () => {
    expect(run([]).automationDetails?.id).toBe('meshvet/');
    expect(run([], {}, { category: 'production' }).automationDetails?.id).toBe('meshvet/production/');
  });
});
