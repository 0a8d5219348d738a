import { describe, expect, it } from 'vitest';
import type { Finding, LintResult, Severity } from '../lint/result.ts';
import { github } from './github.ts';

function finding(severity: Severity, file: string, line: number, over: Partial<Finding> = {}): Finding {
  return {
    ruleId: 'port-name-missing',
    messageId: 'missing',
    severity,
    message: 'Port 80 has no name.',
    why: 'The mesh guesses.',
    fix: '',
    codes: [],
    resource: null,
    location: { file, start: { line, column: 7 }, end: { line, column: 15 }, pointer: '' },
    related: [],
    fingerprint: '0123456789abcdef',
    ...over,
  };
}

function annotations(findings: readonly Finding[], rest: Partial<LintResult> = {}, info: object = {}): string {
  const files = { read: 1, linted: [], skipped: {} };
  const empty = { files, notes: [], resources: 1, suppressed: [], unusedSuppressions: [], undecided: [], failures: [] };
  return github({ ...empty, findings, ...rest }, { tool: { name: 'meshvet', version: '1.2.3' }, ...info });
}

describe('github', () => {
  it('writes a command for each finding, graver ones first', () => {
    const odd = finding('info', 'a,b:c%.yaml', 2, {
      location: { ...finding('info', 'a,b:c%.yaml', 2).location, end: { line: 4, column: 1 } },
    });
    expect(annotations([odd, finding('error', 'k8s/a.yaml', 3)], {}, { folder: 'deploy' })).toMatchInlineSnapshot(`
      "::error file=deploy/k8s/a.yaml,line=3,endLine=3,col=7,endColumn=15,title=port-name-missing::Port 80 has no name.%0AThe mesh guesses.
      ::notice file=deploy/a%2Cb%3Ac%25.yaml,line=2,endLine=4,title=port-name-missing::Port 80 has no name.%0AThe mesh guesses.
      "
    `);
  });

  it('has nothing to say of nothing', () => {
    expect(annotations([])).toBe('');
  });

  it('folds findings of one rule in one file where there are more than ten', () => {
    const many = Array.from({ length: 14 }, (_, i) => finding('warning', 'a.yaml', i + 1));
    expect(annotations([...many, finding('warning', 'b.yaml', 1)])).toMatchInlineSnapshot(`
      "::warning file=a.yaml,line=1,endLine=1,col=7,endColumn=15,title=port-name-missing::Port 80 has no name.%0AThe mesh guesses.%0AThe same rule has 13 more in this file (lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, ...).
      ::warning file=b.yaml,line=1,endLine=1,col=7,endColumn=15,title=port-name-missing::Port 80 has no name.%0AThe mesh guesses.
      "
    `);
  });

  it('spends the last of ten on the number of those that are not shown', () => {
    const many = Array.from({ length: 14 }, (_, i) => finding('error', `${i}.yaml`, 1));
    const lines = annotations(many).trimEnd().split('\n');
    expect(lines.length).toBe(10);
    expect(lines.at(-1)).toMatchInlineSnapshot(
      `"::error title=meshvet::and 5 more errors: GitHub shows 10 annotations of a kind; the whole report has all"`,
    );
  });

  it('says that a rule broke, before all else', () => {
    const failures = [{ ruleId: 'a-rule', subject: 'Service shop/cart', message: 'x is undefined', stack: '' }];
    expect(annotations([finding('error', 'a.yaml', 1)], { failures }).split('\n')[0]).toMatchInlineSnapshot(
      `"::error title=meshvet failed::rule a-rule broke on Service shop/cart: x is undefined"`,
    );
  });

  it('cuts a message that the runner would cut, not inside a character', () => {
    const long = finding('error', 'a.yaml', 1, { message: `x${'😀'.repeat(3_000)}` });
    const line = annotations([long]).trimEnd();
    expect(line.length).toBeLessThan(4_096);
    expect(line).not.toMatch(/\p{Cs}/u);
  });
});
