import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, LintResult, Location } from '../lint/result.ts';
import { SourceFile } from '../source/source-file.ts';
import { displayWidth } from './display-width.ts';
import type { ReportInfo } from './reporter.ts';
import { text } from './text.ts';

const TOOL = { name: 'meshvet', version: '1.2.3' };

const FILES: Readonly<Record<string, string>> = {
  'shop/reviews.yaml': [
    'apiVersion: v1',
    'kind: Service',
    'metadata:',
    '  name: reviews # meshvet-disable-line port-gone -- old',
    'spec:',
    '  ports:',
    '    - port: 80',
    '      name: foo',
    '    - port: 81',
    '      name: bar',
    '',
  ].join('\n'),
  'shop/deploy.yaml': ['kind: Deployment', 'ports:', '  - containerPort: 9080', ''].join('\n'),
};

function at(file: string, part: string): Location {
  const content = FILES[file] as string;
  const start = content.indexOf(part);
  const range = new SourceFile(file, content).range({ start, end: start + part.length });
  return { file, ...range, pointer: '/x' };
}

function finding(location: Location, more: Partial<Finding> = {}): Finding {
  return {
    ruleId: 'port-name-unknown',
    messageId: 'unknown',
    severity: 'warning',
    message: 'Port name "foo" begins with no protocol that Istio knows.',
    why: 'The port is plain TCP for Envoy: no routes, no retries, no metrics of requests.',
    fix: 'Begin the name with a protocol: http-foo.',
    codes: ['IST0118', 'KIA0601'],
    resource: { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'reviews' },
    location,
    related: [],
    fingerprint: '0123456789abcdef',
    ...more,
  };
}

function result(more: Partial<LintResult> = {}): LintResult {
  return {
    files: { read: 2, linted: [], skipped: {} },
    notes: [],
    resources: 3,
    findings: [],
    suppressed: [],
    unusedSuppressions: [],
    undecided: [],
    failures: [],
    ...more,
  };
}

function report(given: LintResult, info: Partial<ReportInfo> = {}): string {
  return text(given, { tool: TOOL, text: (path) => FILES[path], ...info });
}

describe('text', () => {
  it('says in one line that nothing was found', () => {
    expect(report(result())).toBe('2 files, 3 resources: no findings\n');
  });

  it('says nothing at all when quiet and nothing is an error', () => {
    expect(report(result({ findings: [finding(at('shop/reviews.yaml', 'foo'))] }), { quiet: true })).toBe('');
  });

  it('groups by file, marks the characters, and says why and what to do once a file', () => {
    const second = finding(at('shop/reviews.yaml', 'bar'), {
      message: 'Port name "bar" begins with no protocol that Istio knows.',
    });
    const other = finding(at('shop/deploy.yaml', '9080'), {
      ruleId: 'port-target-missing',
      severity: 'error',
      codes: [],
      message: 'No Service port leads here.',
      related: [{ message: 'asked for here', location: at('shop/reviews.yaml', '80') }],
    });
    const first = finding(at('shop/reviews.yaml', 'foo'), {
      related: [
        { message: 'the Service', location: at('shop/reviews.yaml', 'reviews') },
        { message: 'the pod listens here', location: at('shop/deploy.yaml', '9080') },
        {
          message: 'in a file that is not at hand',
          location: { file: 'gone.yaml', start: { line: 3, column: 4 }, end: { line: 3, column: 9 }, pointer: '' },
        },
      ],
    });
    expect(report(result({ findings: [other, first, second] }))).toMatchInlineSnapshot(`
      "shop/deploy.yaml

         3:20  error    No Service port leads here.
                        port-target-missing
            3 |   - containerPort: 9080
              |                    ^^^^
             --> shop/reviews.yaml:7:13
            7 |     - port: 80
              |             -- asked for here
          why  The port is plain TCP for Envoy: no routes, no retries, no metrics of requests.
          fix  Begin the name with a protocol: http-foo.

      shop/reviews.yaml

         8:13  warning  Port name "foo" begins with no protocol that Istio knows.
                        port-name-unknown (IST0118, KIA0601)
            8 |       name: foo
              |             ^^^
            4 |   name: reviews # meshvet-disable-line port-gone -- old
              |         ------- the Service
             --> shop/deploy.yaml:3:20
            3 |   - containerPort: 9080
              |                    ---- the pod listens here
             --> gone.yaml:3:4  in a file that is not at hand
          why  The port is plain TCP for Envoy: no routes, no retries, no metrics of requests.
          fix  Begin the name with a protocol: http-foo.

        10:13  warning  Port name "bar" begins with no protocol that Istio knows.
                        port-name-unknown (IST0118, KIA0601)
           10 |       name: bar
              |             ^^^

      2 files, 3 resources: 1 error, 2 warnings
      "
    `);
  });

  it('tells what was left out, silenced or not decided, each list with an end', () => {
    const silenced = {
      ...finding(at('shop/reviews.yaml', 'foo')),
      suppression: { reason: 'the client is TCP', location: at('shop/reviews.yaml', '# meshvet') },
    };
    expect(
      report(
        result({
          files: { read: 20, linted: [], skipped: { template: 12, notKubernetes: 1, tooLarge: 1 } },
          notes: [
            { reason: 'template', folder: 'charts/shop', files: 12, message: '12 Helm templates of chart shop' },
            { reason: 'template', folder: '.', files: 1, message: '1 template' },
          ],
          suppressed: [silenced],
          unusedSuppressions: [
            {
              location: at('shop/reviews.yaml', '# meshvet-disable-line port-gone -- old'),
              rules: ['port-gone'],
              reason: 'old',
              message: 'This comment silences nothing: there is no rule "port-gone".',
            },
          ],
          undecided: Array.from({ length: 6 }, (_, i) => ({
            question: `whether workloads of namespace n${i} are in the mesh`,
            needs: `a manifest of Namespace n${i}`,
            resources: 2,
          })),
        }),
      ),
    ).toMatchInlineSnapshot(`
      "shop/reviews.yaml

         4:17  note     This comment silences nothing: there is no rule "port-gone".
            4 |   name: reviews # meshvet-disable-line port-gone -- old
              |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

      note        12 Helm templates of chart shop (in charts/shop)
      note        1 template
      note        --helm CHART reads what a chart renders
      suppressed  shop/reviews.yaml:8:13 port-name-unknown: the client is TCP
      undecided   whether workloads of namespace n0 are in the mesh; what would tell: a manifest of Namespace n0
      undecided   whether workloads of namespace n1 are in the mesh; what would tell: a manifest of Namespace n1
      undecided   whether workloads of namespace n2 are in the mesh; what would tell: a manifest of Namespace n2
      undecided   whether workloads of namespace n3 are in the mesh; what would tell: a manifest of Namespace n3
      undecided   and 2 more

      20 files, 3 resources: no findings, 1 suppressed, 1 unused suppression, 14 skipped (12 templates, 1 not Kubernetes, 1 too large), 6 undecided
      "
    `);
  });

  it('tells failures, also when quiet', () => {
    const failure = {
      ruleId: 'port-x',
      subject: 'Service default/a',
      message: 'x is not a function',
      stack: 'TypeError: x is not a function\n    at check (a.ts:1:2)',
    };
    expect(report(result({ failures: [failure] }), { quiet: true })).toMatchInlineSnapshot(`
      "failure  rule port-x broke on Service default/a: x is not a function
               TypeError: x is not a function
               at check (a.ts:1:2)

      2 files, 3 resources: no findings, 1 failure
      "
    `);
  });

  it('shows only errors when quiet, and counts all', () => {
    const error = finding(at('shop/deploy.yaml', '9080'), { severity: 'error' });
    const shown = report(result({ findings: [error, finding(at('shop/reviews.yaml', 'foo'))] }), { quiet: true });
    expect(shown).not.toContain('shop/reviews.yaml');
    expect(shown).toContain('2 files, 3 resources: 1 error, 1 warning\n');
  });

  it('has colours only when told, and the same text in both', () => {
    const given = result({ findings: [finding(at('shop/reviews.yaml', 'foo'))] });
    const colored = report(given, { color: true });
    expect(colored).toContain('\u001b[33mwarning');
    expect(colored.replace(new RegExp(`${'\u001b'}\\[\\d+m`, 'g'), '')).toBe(report(given));
    expect(report(given)).not.toContain('\u001b');
  });

  it('cuts a long list of related places', () => {
    const places = Array.from({ length: 9 }, () => ({ message: 'here', location: at('shop/reviews.yaml', '80') }));
    expect(report(result({ findings: [finding(at('shop/reviews.yaml', 'foo'), { related: places })] }))).toContain(
      'and 5 more places',
    );
  });

  it('takes a hundred thousand findings', () => {
    const one = finding(at('shop/reviews.yaml', 'foo'));
    const many = report(result({ findings: Array.from({ length: 100_000 }, () => one) }));
    expect(many).toContain('100000 warnings');
  });

  it('tells errors first, whatever their file is called', () => {
    const shown = report(
      result({
        findings: [
          finding(at('shop/deploy.yaml', '9080'), { severity: 'info', message: 'a hint' }),
          finding(at('shop/reviews.yaml', 'foo'), { message: 'a warning' }),
          finding(at('shop/reviews.yaml', 'bar'), { severity: 'error', message: 'an error' }),
        ],
      }),
    );
    const places = ['an error', 'a warning', 'a hint'].map((words) => shown.indexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  const several = (total: number, more: (i: number) => Partial<Finding>) =>
    Array.from({ length: total }, (_, i) => finding(at('shop/reviews.yaml', 'foo'), more(i)));

  it('folds what says the same but for names and numbers, and counts it all the same', () => {
    const given = result({
      findings: [
        ...several(9, (i) => ({ message: `Port ${i} of web-${i} has name "p ${i}" without a protocol.` })),
        finding(at('shop/deploy.yaml', '9080'), { message: 'Port 3 of web-1 has something else.' }),
      ],
    });
    const shown = report(given, { fold: true });
    expect(shown).toContain('has name "p 1"');
    expect(shown).not.toContain('has name "p 2"');
    expect(shown).toContain(
      'and 7 more places: shop/reviews.yaml:8:13, shop/reviews.yaml:8:13, shop/reviews.yaml:8:13, ...',
    );
    expect(shown).toContain('something else');
    expect(shown).toContain('10 warnings\n');
    expect(shown).toContain('7 of them folded: --no-fold shows all\n');
    expect(report(given)).toContain('has name "p 8"');
    expect(report(given)).not.toContain('folded');
  });

  it('folds nothing that differs in severity, message or words, and no single finding', () => {
    const given = result({
      findings: [
        ...several(2, () => ({ messageId: 'a' })),
        ...several(2, () => ({ messageId: 'b' })),
        ...several(2, () => ({ severity: 'error' })),
        ...several(2, () => ({ message: 'Port is not known.' })),
        ...several(3, () => ({ messageId: 'three' })),
      ],
    });
    expect(report(given, { fold: true })).not.toContain('more place');
  });

  it('marks what --fix mends, and counts what each flag mends', () => {
    const edits = [{ start: 0, end: 1, text: 'x' }] as never;
    const given = result({
      findings: [
        ...several(2, () => ({ edits })),
        ...several(1, () => ({ suggestedEdits: edits })),
        ...several(1, () => ({ edits: [] })),
      ],
    });
    const shown = report(given);
    expect(shown.split('(IST0118, KIA0601) [*]\n')).toHaveLength(3);
    expect(shown).toContain('[*] 2 fixable with --fix, 1 more with --fix-suggested\n');
    expect(report(result({ findings: several(1, () => ({ suggestedEdits: edits })) }))).toContain(
      '1 fixable with --fix --fix-suggested, to be looked at\n',
    );
    expect(report(result({ findings: several(1, () => ({})) }))).not.toContain('fixable');
  });

  it('tells of the workloads, so that silence is not taken for a judgement', () => {
    const workloads = { inMesh: 1, outside: 3, unknown: 40 };
    expect(report(result({ workloads }))).toBe(
      '2 files, 3 resources: no findings\n1 workload in the mesh, 3 out of it, 40 unknown\n',
    );
    expect(report(result({ workloads: { inMesh: 0, outside: 0, unknown: 0 } }))).toBe(
      '2 files, 3 resources: no findings\n',
    );
  });

  it('ends with the rules that have the most findings when asked', () => {
    const given = result({
      findings: [
        ...several(1, () => ({ ruleId: 'one' })),
        ...several(12, () => ({ ruleId: 'many', severity: 'info' })),
      ],
    });
    expect(report(given, { statistics: true })).toContain(
      [
        'Most frequent rules',
        '  12  info     many',
        '   1  warning  one',
        'To silence one: --rule many:off',
        'In the config:  rules: { many: off }',
        'What it is:     meshvet explain many',
        '',
      ].join('\n'),
    );
    expect(report(given)).not.toContain('Most frequent');
    expect(report(result(), { statistics: true })).not.toContain('Most frequent');
  });

  it.each([60, 80, 120])('breaks lines to %i columns with the indent kept, and loses no word', (width) => {
    const words = Array.from({ length: 60 }, (_, i) => (i % 5 === 0 ? '\u7aef\u53e3' : `word${i}`)).join(' ');
    const given = result({
      findings: [
        finding(at('shop/reviews.yaml', 'foo'), {
          message: words,
          why: words,
          related: [
            { message: words, location: at('shop/reviews.yaml', '80') },
            { message: words, location: { ...at('shop/reviews.yaml', '80'), file: 'gone.yaml' } },
          ],
        }),
      ],
      undecided: [{ question: words, needs: words, resources: 1 }],
    });
    const shown = report(given, { width });
    for (const line of shown.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    const plain = (output: string) =>
      output
        .replace(/[\s|]+/g, ' ')
        .split(' ')
        .sort();
    expect(plain(shown)).toEqual(plain(report(given)));
    const under = shown.split('\n').findIndex((line) => line.includes('warning'));
    expect(shown.split('\n')[under + 1]).toMatch(/^ {18}\S/);
    // Colours take no columns.
    const colored = report(given, { width, color: true });
    expect(colored.replace(new RegExp(`${'\u001b'}\\[\\d+m`, 'g'), '')).toBe(shown);
  });

  it('lets no control code through, wherever it stands', () => {
    const hostile = fc.string({ unit: 'binary', maxLength: 12 }).map((s) => `${s}\u001b[2J\u202e\u009b\n`);
    fc.assert(
      fc.property(hostile, hostile, hostile, (a, b, c) => {
        const location = { file: a, start: { line: 1, column: 1 }, end: { line: 1, column: 4 }, pointer: b };
        const bad = finding(location, {
          ruleId: b,
          message: c,
          why: a,
          fix: b,
          codes: [c],
          related: [
            { message: a, location: { ...location, file: b } },
            { message: b, location: { ...location, file: 'gone' } },
          ],
        });
        const shown = text(
          result({
            findings: [bad, bad, bad, bad],
            suppressed: [{ ...bad, suppression: { reason: a, location } }],
            unusedSuppressions: [{ location, rules: [a], reason: b, message: c }],
            undecided: [{ question: a, needs: b, resources: 1 }],
            failures: [{ ruleId: a, subject: b, message: c, stack: a + b }],
            notes: [{ reason: 'template', folder: a, files: 1, message: b }],
          }),
          {
            tool: TOOL,
            text: (path) => (path === 'gone' ? undefined : c + b),
            width: 40,
            fold: true,
            statistics: true,
          },
        );
        for (const line of shown.split('\n')) expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 200 },
    );
  });
});
