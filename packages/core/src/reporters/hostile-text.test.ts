import fc from 'fast-check';
import type { Log } from 'sarif';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import type { Finding, LintResult } from '../lint/result.ts';
import { checkstyle } from './checkstyle.ts';
import { compact } from './compact.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { REPORTERS } from './index.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { sarif } from './sarif.ts';
import { visibleText } from './visible-text.ts';

// Names, messages and file names are whatever somebody wrote. Each report is read back as its reader reads it, and has to hold
// the findings that were put in, each as it was, and nothing else.

const INFO = { tool: { name: 'meshvet', version: '1.2.3' } };

// biome-ignore format: a list of bad words.
const BAD = [
  '::error::x', '::error file=a.yaml,line=1::b', '##[error]x', '::stop-commands::t', '%0A', '%0a::error::', '%25', '%', '%3A', '\n', '\r', '\r\n', '\0',
  '\u001b[2J', '\u009b31m', '\u0007', '\t', '<script>alert(1)</script>', ']]>', '<![CDATA[', '<?x ?>', '-->', '<!--', '</failure>', '&amp;', '&#8203;', '&', '&#x41;',
  '|', '`', '```', '"', "'", '\ud800', '\udc00', '\u202e', '\u2066', '\u2028', '\u200b', '\ufeff', '\ufffe', '\uffff', '\u{e0041}', '<br>', '<code>', '[x](http://evil.example)',
  '![x](y)', '[', ']', '](1)', '\\', '\\[', '\\]', '@octocat', '@org/team', '#12', 'org/repo#1', 'GH-1', '!7', '://', 'http://evil.example', 'www.evil.example', '$x$', '$&', ':smile:',
  ': error: x [y]', ':1:2: ', ':3', ',', '=', '*', '_', '~~', '{0}', '{{x}}', '😀', 'é', '漢', ' ', 'a', '__proto__',
];
const hostile = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...BAD) }, fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const segment = hostile.map((text) => text.replaceAll('/', '')).filter((text) => !/^(?:\.{0,2}|[A-Za-z]:)$/.test(text));
const file = fc.oneof(
  fc.constantFrom('a.yaml', 'k8s/b.yaml'),
  fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/')),
);
const location = fc
  .record({ file, line: fc.integer({ min: 1, max: 99 }), column: fc.integer({ min: 1, max: 99 }), more: fc.nat(2) })
  .map(({ file, line, column, more }) => ({
    file,
    start: { line, column },
    end: { line: line + more, column: column + 3 },
    pointer: '/spec',
  }));
const ruleId = fc.stringMatching(/^[a-z]{1,5}(?:-[a-z]{1,5}){0,2}$/);
const finding: fc.Arbitrary<Finding> = fc.record({
  ruleId,
  messageId: fc.constant('one'),
  severity: fc.constantFrom('error' as const, 'warning' as const, 'info' as const),
  message: hostile,
  why: hostile,
  fix: hostile,
  codes: fc.array(hostile, { maxLength: 2 }),
  resource: fc.option(fc.record({ apiVersion: hostile, kind: hostile, namespace: hostile, name: hostile })),
  location,
  related: fc.array(fc.record({ message: hostile, location }), { maxLength: 3 }),
  fingerprint: fc.stringMatching(/^[0-9a-f]{2}$/),
});
const failure = fc.record({ ruleId, subject: hostile, message: hostile, stack: hostile });

function resultOf(findings: readonly Finding[], rest: Partial<LintResult> = {}): LintResult {
  return {
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
}

/** Runs a check on many results, with texts that a terminal or a page must not get. */
function always(max: number, check: (findings: readonly Finding[], failures: LintResult['failures']) => void): void {
  fc.assert(fc.property(fc.array(finding, { maxLength: max }), fc.array(failure, { maxLength: 2 }), check), {
    numRuns: 300,
  });
}

/** In any order: formats group by file or by severity. */
function sorted(entries: readonly unknown[]): string[] {
  return entries.map((entry) => JSON.stringify(entry)).sort();
}

describe('whatever the text', () => {
  it.each(Object.entries(REPORTERS))('%s prints nothing that a terminal obeys', (_name, reporter) => {
    const note = fc.record({
      reason: fc.constant('template' as const),
      folder: hostile,
      files: fc.nat(),
      message: hostile,
    });
    const unused = fc.record({ location, rules: fc.array(hostile), reason: hostile, message: hostile });
    const undecided = fc.record({ question: hostile, needs: hostile, resources: fc.nat() });
    fc.assert(
      fc.property(
        fc.array(finding, { maxLength: 4 }),
        fc.record({
          failures: fc.array(failure, { maxLength: 2 }),
          notes: fc.array(note, { maxLength: 2 }),
          unusedSuppressions: fc.array(unused, { maxLength: 2 }),
          undecided: fc.array(undecided, { maxLength: 2 }),
          files: fc.record({ read: fc.nat(), linted: fc.array(file), skipped: fc.constant({}) }),
        }),
        (findings, rest) => {
          const output = reporter(resultOf(findings, rest), INFO);
          expect(output.replaceAll('\n', '')).toBe(visibleText(output.replaceAll('\n', '')));
        },
      ),
    );
  });

  it.each(Object.entries(REPORTERS))(
    '%s takes a hundred thousand findings, also with one fingerprint',
    (_name, reporter) => {
      const [one] = fc.sample(finding, { numRuns: 1, seed: 7 });
      const findings = Array.from({ length: 100_000 }, () => one as Finding);
      const before = performance.now();
      reporter(resultOf(findings), INFO);
      expect(performance.now() - before).toBeLessThan(10_000);
    },
  );

  it('compact has a line for each finding', () => {
    always(6, (findings, failures) => {
      const lines = compact(resultOf(findings, { failures }), INFO).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.length).toBe(findings.length + failures.length);
      const read = lines.slice(0, findings.length).map((line) => {
        const match = /^(.*?):(\d+):(\d+): (error|warning|info): (.*) \[([^[\]]*)\]$/.exec(line);
        if (!match) throw new Error(`cannot be read: ${line}`);
        return match.slice(1);
      });
      expect(read).toEqual(
        findings.map(({ location: { file, start }, severity, message, ruleId }) => [
          visibleText(file).replace(/:(?=\d+:\d+: )/g, '\\x3a'),
          String(start.line),
          String(start.column),
          severity,
          visibleText(message),
          ruleId,
        ]),
      );
    });
  });

  it('checkstyle is XML with the findings', () => {
    always(6, (findings, failures) => {
      const { elements } = readXml(checkstyle(resultOf(findings, { failures }), INFO));
      const read = elements
        .filter(({ name, attributes }) => name === 'error' && attributes.source !== 'meshvet.failure')
        .map(({ attributes: a, parent }) => [parent?.name, a.line, a.column, a.severity, a.message, a.source]);
      expect(sorted(read)).toEqual(
        sorted(
          findings.map(({ location: { file, start }, severity, message, ruleId }) => [
            xml(file),
            String(start.line),
            String(start.column),
            severity,
            xml(message),
            `meshvet.${ruleId}`,
          ]),
        ),
      );
      const told = elements.filter(({ attributes }) => attributes.source === 'meshvet.failure');
      expect(told.map(({ attributes }) => attributes.message)).toEqual(
        failures.map((f) => xml(`rule ${f.ruleId} broke on ${f.subject}: ${f.message}`)),
      );
    });
  });

  it('junit is XML with a case for each finding, and one for each clean file', () => {
    fc.assert(
      fc.property(
        fc.array(finding, { maxLength: 6 }),
        fc.array(failure, { maxLength: 2 }),
        fc.uniqueArray(file, { maxLength: 4 }),
        (findings, failures, linted) => {
          const files = { read: 9, linted, skipped: {} };
          const { elements } = readXml(junit(resultOf(findings, { failures, files }), INFO));
          const cases = elements.filter(({ name }) => name === 'testcase');
          expect(new Set(cases.map(({ attributes: a, suite }) => `${suite}\0${a.classname}\0${a.name}`)).size).toBe(
            cases.length,
          );
          const told = elements
            .filter(({ name }) => name === 'failure' || name === 'skipped')
            .map(({ name, attributes: a, parent, text }) => [name, parent?.classname, a.message, text.split('\n')[0]]);
          expect(sorted(told)).toEqual(
            sorted(
              findings.map(({ location: { file, start }, severity, message }) => {
                const place = severity === 'info' ? '' : xml(`${file}:${start.line}:${start.column}`);
                return [severity === 'info' ? 'skipped' : 'failure', xml(file), xml(message), place];
              }),
            ),
          );
          const dirty = new Set(findings.map((one) => one.location.file));
          const passed = cases.filter(({ attributes }) => attributes.name === 'no findings');
          expect(sorted(passed.map(({ attributes }) => attributes.classname))).toEqual(
            sorted(linted.filter((path) => !dirty.has(path)).map(xml)),
          );
          expect(elements.filter(({ name }) => name === 'error').length).toBe(failures.length);
          const [all] = elements.filter(({ name }) => name === 'testsuites');
          expect(Number(all?.attributes.tests)).toBe(cases.length);
          expect(Number(all?.attributes.failures)).toBe(told.filter(([name]) => name === 'failure').length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('github is workflow commands with the findings', () => {
    always(8, (findings, failures) => {
      const commands = readCommands(github(resultOf(findings, { failures }), INFO));
      const read = commands.filter(({ properties }) => properties.file !== undefined);
      expect(sorted(read.map(({ name, properties: p, message }) => [name, p, message]))).toEqual(
        sorted(
          findings.map(({ location: { file, start, end }, severity, message, why, fix, ruleId }) => [
            severity === 'info' ? 'notice' : severity,
            {
              file: visibleText(file),
              line: String(start.line),
              endLine: String(end.line),
              ...(start.line === end.line ? { col: String(start.column), endColumn: String(end.column) } : {}),
              title: ruleId,
            },
            [message, why, fix]
              .filter((line) => line !== '')
              .map(visibleText)
              .join('\n'),
          ]),
        ),
      );
      expect(commands.length).toBe(findings.length + failures.length);
    });
  });

  it('github counts each finding once, however many there are', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 60 }), fc.array(failure, { maxLength: 14 }), (findings, failures) => {
        const commands = readCommands(github(resultOf(findings, { failures }), INFO));
        for (const [severity, name] of [
          ['error', 'error'],
          ['warning', 'warning'],
          ['info', 'notice'],
        ] as const) {
          const own = commands.filter((one) => one.name === name);
          expect(own.length).toBeLessThanOrEqual(10);
          const last = own.at(-1);
          const more = last?.properties.title === 'meshvet' ? /^and (\d+) more /.exec(last.message)?.[1] : undefined;
          const shown = own.filter(({ properties }) => properties.title !== 'meshvet');
          const folded = shown.map(
            ({ message }) => /(?:^|\n)The same rule has (\d+) more in this file/.exec(message)?.[1],
          );
          const all =
            findings.filter((one) => one.severity === severity).length + (name === 'error' ? failures.length : 0);
          expect(shown.length + folded.reduce((sum, n) => sum + Number(n ?? 0), 0) + Number(more ?? 0)).toBe(all);
        }
      }),
    );
  });

  it('gitlab is JSON with the findings, each with a fingerprint of its own', () => {
    always(6, (findings, failures) => {
      const entries = JSON.parse(gitlab(resultOf(findings, { failures }), INFO));
      expect(new Set(entries.map((e: { fingerprint: string }) => e.fingerprint)).size).toBe(entries.length);
      expect(entries.length).toBe(findings.length + failures.length);
      for (const [i, { location: at, severity, message, ruleId }] of findings.entries()) {
        expect(entries[i]).toMatchObject({
          description: visibleText(message),
          check_name: ruleId,
          severity: { error: 'major', warning: 'minor', info: 'info' }[severity],
          location: { path: at.file, lines: { begin: at.start.line, end: at.end.line } },
        });
      }
    });
  });

  it('sarif is JSON with the findings, and its messages link only to their own places', () => {
    always(6, (findings, failures) => {
      const log = JSON.parse(sarif(resultOf(findings, { failures }), INFO)) as Log;
      const [run] = log.runs;
      if (!run) throw new Error('no run');
      expect(run.invocations?.[0]?.executionSuccessful).toBe(failures.length === 0);
      const read = (run.results ?? []).map((result) => {
        const at = result.locations?.[0]?.physicalLocation;
        const lines = (result.message.text ?? '').split('\n');
        const links = result.relatedLocations ? readLinks(lines.pop() ?? '') : [];
        for (const line of lines) expect(readLinks(line)).toEqual([]);
        expect(run.tool.driver.rules?.[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
        return [
          result.ruleId,
          result.level,
          lines.map(withoutEscapes),
          decoded(at?.artifactLocation?.uri),
          at?.region,
          links,
          result.partialFingerprints?.['meshvet/v1'],
        ];
      });
      expect(sorted(read)).toEqual(
        sorted(
          findings.map(
            ({ location: { file, start, end }, severity, message, why, fix, ruleId, related, fingerprint }) => [
              ruleId,
              severity === 'info' ? 'note' : severity,
              (message === '' && why === '' && fix === '' && related.length === 0
                ? ['']
                : [message, why, fix].filter((line) => line !== '')
              ).map(visibleText),
              file.replace(/\p{Cs}/gu, '\ufffd'),
              { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column },
              related.map((one, i) => [visibleText(one.message), String(i + 1)]),
              fingerprint,
            ],
          ),
        ),
      );
    });
  });

  it('markdown is a table with the findings', () => {
    always(6, (findings) => {
      const output = markdown(resultOf(findings), INFO);
      const rows = output.split('\n').filter((line) => /^\| (?:error|warning|info) /.test(line));
      const read = rows.map((row) => {
        const cells = row.split('|').map((cell) => cell.trim());
        expect(cells.length, row).toBe(6);
        expect(row.replaceAll('&#8203;', ' ').replaceAll('&#124;', ' ')).not.toMatch(/@\w|:\/\/|www\./i);
        expect((cells[3] ?? '').replaceAll('&#8203;', ' ').replaceAll('&#124;', ' ')).not.toMatch(/#\d|!\d|GH-/i);
        return [
          cells[1],
          readCode(cells[2]),
          (cells[3] ?? '').split('<br>').map((line) => readMarkdown(line)),
          readCode(cells[4]),
        ];
      });
      expect(sorted(read)).toEqual(
        sorted(
          findings.map(({ location: { file, start }, severity, message, fix, ruleId }) => [
            severity,
            visibleText(`${file}:${start.line}:${start.column}`),
            (message === '' && fix === '' ? [''] : [message, fix].filter((line) => line !== '')).map((line) =>
              visibleText(line).trim(),
            ),
            ruleId,
          ]),
        ),
      );
    });
  });
});

/** What is left of a text in XML 1.0, which knows neither control codes nor U+FFFE and U+FFFF. */
function xml(text: string): string {
  return visibleText(text).replace(/[\ufffe\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly parent: Readonly<Record<string, string>> | undefined;
  readonly suite: number;
  text: string;
}

/** Reads strictly: what is not well-formed throws. */
function readXml(text: string): { elements: readonly Element[] } {
  const parser = new SaxesParser();
  const elements: Element[] = [];
  const open: Element[] = [];
  let suite = 0;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'testsuite') suite++;
    const element = { name, attributes, parent: open.at(-1)?.attributes, suite, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (part) => {
    const element = open.at(-1);
    if (element) element.text += part;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return { elements };
}

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/**
 * As the runner reads a log: a line that begins with `::` is a command up to the next `::`, its properties stand between commas, and
 * the escapes are taken back one after the other, that of the percent sign last.
 */
function readCommands(output: string): Command[] {
  const lines = output.split('\n');
  expect(lines.pop()).toBe('');
  const data = (text: string) => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const property = (text: string) =>
    text
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  return lines.map((line) => {
    if (!line.startsWith('::') || /\r/.test(line)) throw new Error(`no command: ${line}`);
    const end = line.indexOf('::', 2);
    const head = line.slice(2, end);
    const space = head.indexOf(' ');
    const properties = head
      .slice(space + 1)
      .split(',')
      .map((pair) => {
        const equals = pair.indexOf('=');
        return [pair.slice(0, equals), property(pair.slice(equals + 1))];
      });
    return {
      name: head.slice(0, space),
      properties: Object.fromEntries(properties),
      message: data(line.slice(end + 2)),
    };
  });
}

/** Links in the text of a SARIF message, with the escapes taken back. */
function readLinks(text: string): string[][] {
  return [...text.matchAll(/\\[\\[\]]|\[((?:\\[\\[\]]|[^[\]])*)\]\(([^)]*)\)/g)]
    .filter((match) => match[2] !== undefined)
    .map((match) => [withoutEscapes(match[1] as string), match[2] as string]);
}

function withoutEscapes(text: string): string {
  return text.replace(/\\([\\[\]])/g, '$1');
}

function decoded(uri: string | undefined): string {
  expect(uri).toMatch(/^[\w.~!'()*%/-]+$/);
  return (uri ?? '').split('/').map(decodeURIComponent).join('/');
}

function readCode(cell: string | undefined): string {
  const match = /^<code>(.*)<\/code>$/.exec(cell ?? '');
  return readMarkdown(match?.[1] ?? `not code: ${cell}`, false);
}

/** The text that a reader of the page sees. Throws for anything that would be markup. */
function readMarkdown(text: string, trim = true): string {
  const ENTITIES: Readonly<Record<string, string>> = {
    '&amp;': '&',
    '&lt;': '<',
    '&gt;': '>',
    '&#124;': '|',
    '&#8203;': '',
    '<span>$</span>': '$',
  };
  const known = /\\[!-/:-@[-`{-~]|&(?:amp|lt|gt|#124|#8203);|<span>\$<\/span>/g;
  expect(text.replace(known, '')).not.toMatch(/[\\`*_[\]{}~<>&|$]/);
  const read = text.replace(known, (part) => ENTITIES[part] ?? part.slice(1));
  return trim ? read.trim() : read;
}
