import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  type Config,
  type Finding,
  type FixResult,
  fixFiles,
  type InputFile,
  lint,
} from '../packages/core/src/index.ts';
import { allRules } from '../packages/rules/src/index.ts';

// What `--fix` does to every repository that stands beside this one: what its edits say, and nothing else.

const ROOT = join(import.meta.dirname, '..');
const CORPORA = join(ROOT, '../shared/corpora');
const here = existsSync(CORPORA);
if (!here) console.warn('The open corpora are not beside this repository: fixes are not tried on them.');

function manifests(folder: string): InputFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(CORPORA, path), text: readFileSync(path, 'utf8') }));
}

/** Pointers of all that the labels, annotations, selectors and ports of objects and pods are made of. */
const MAY_CHANGE = [
  /^(?:\/items\/\d+)?(?:\/spec\/jobTemplate)?(?:\/spec\/(?:jobTemplate\/spec\/)?template)?(?:\/metadata)?(?:\/(?:labels|annotations)(?:\/[^/]+)?)?$/,
  /^(?:\/items\/\d+)?\/spec\/ports\/\d+\/(?:appProtocol|name)$/,
  /^(?:\/items\/\d+)?\/spec\/(?:.*\/)?containers\/\d+\/ports(?:\/.*)?$/,
  /^(?:\/items\/\d+)?\/spec\/selector(?:\/matchLabels)?\/[^/]+$/,
  /^(?:\/items\/\d+)?\/apiVersion$/,
];

/** Where a field may get another name or value, because its schema knows none of the kind or Istio has given it up: beside the fields that such findings are about. */
function besideMisspelt(findings: readonly Finding[]): ReadonlySet<string> {
  const about = findings.filter(
    (f) => /^(?:schema-|istio-deprecated-field$)/.test(f.ruleId) && (f.edits ?? f.suggestedEdits),
  );
  return new Set(about.map(({ location }) => `${location.file} ${parentOf(location.pointer)}`));
}

const parentOf = (pointer: string): string => pointer.slice(0, pointer.lastIndexOf('/'));

/** Where another reader sees other values. */
function changes(before: unknown, after: unknown, pointer: string, found: string[]): void {
  if (typeof before === 'object' && typeof after === 'object' && before !== null && after !== null) {
    const [a, b] = [before as Record<string, unknown>, after as Record<string, unknown>];
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      changes(a[key], b[key], `${pointer}/${key.replaceAll('/', '~1')}`, found);
    }
  } else if (!Object.is(before, after)) found.push(pointer);
}

const valuesOf = (text: string): unknown[] =>
  parseAllDocuments(text, { merge: true, uniqueKeys: false, logLevel: 'silent' }).map((document) =>
    document.toJS({ maxAliasCount: -1 }),
  );

const lines = (text: string): string[] => text.split('\n').map((line) => line.replace(/^ *(?:- )?/, ''));

/** Lines of a text that are not in another, each as often as it is missing there. */
function missing(of: string, from: string): string[] {
  const left = new Map<string, number>();
  for (const line of lines(from)) left.set(line, (left.get(line) ?? 0) + 1);
  return lines(of).filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function faults({ files }: FixResult, findings: readonly Finding[]): string[] {
  const misspelt = besideMisspelt(findings);
  return files.flatMap(({ path, before, after, edits }) => {
    const found: string[] = [];
    const [old, now] = [valuesOf(before), valuesOf(after)];
    if (old.length !== now.length) found.push('other documents');
    for (const [i, value] of old.entries()) changes(value, now[i], '', found);
    const stray = found.filter(
      (pointer) =>
        !MAY_CHANGE.some((pattern) => pattern.test(pointer)) && !misspelt.has(`${path} ${parentOf(pointer)}`),
    );
    // An edit writes three lines at most (metadata, labels, a label), and takes out three.
    const [gone, come] = [missing(before, after), missing(after, before)];
    if (gone.length > 3 * edits || come.length > 3 * edits) stray.push('more lines than edits');
    if (
      gone.some((line) => /(?:^| )#/.test(line) && !come.some((other) => other.includes(line.slice(line.indexOf('#')))))
    )
      stray.push('a comment is lost');
    if (/\r\n/.test(before) !== /\r\n/.test(after)) stray.push('other line breaks');
    return stray.map((fault) => `${path}: ${fault}`);
  });
}

describe.skipIf(!here)('the fixes of the open corpora', () => {
  const folders = here
    ? readdirSync(CORPORA, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];
  const runs: [config: Config, suggested: boolean][] = [
    [{}, false],
    [{ preset: 'all' }, true],
    [{ preset: 'all', profile: 'istio-1.0' }, true],
  ];

  test.each(runs)(
    'change what their edits say, and settle: %j, suggested %s',
    async (config, suggested) => {
      const sum = { files: 0, changed: 0, fixed: 0, edits: 0, withdrawn: 0, otherValues: 0, changedAgain: 0 };
      for (const folder of folders) {
        const files = manifests(join(CORPORA, folder));
        const setup = { rules: allRules, config };
        const found = await lint(files, setup);
        const result = await fixFiles(files, setup, { suggested, result: found });
        const texts = new Map(result.files.map(({ path, after }) => [path, after]));
        const again = await fixFiles(
          files.map(({ path, text }) => ({ path, text: texts.get(path) ?? text })),
          setup,
          { suggested },
        );
        const strange = faults(result, found.findings);
        expect(strange).toEqual([]);
        const fixed = result.files.flatMap((file) => file.fixed).length;
        // No other finding has come for those that went.
        expect(result.result.findings.length).toBeLessThanOrEqual(found.findings.length - fixed);
        sum.files += files.length;
        sum.changed += result.files.length;
        sum.fixed += fixed;
        sum.edits += result.files.reduce((all, file) => all + file.edits, 0);
        sum.withdrawn += result.withdrawn.length;
        sum.otherValues += new Set(strange.map((line) => line.split(':')[0])).size;
        sum.changedAgain += again.files.length;
      }
      console.log(`fixes of the corpora (${JSON.stringify(config)}, suggested ${suggested}): ${JSON.stringify(sum)}`);
      expect(sum).toMatchObject({ otherValues: 0, changedAgain: 0 });
      expect(sum.changed).toBeGreaterThan(20);
    },
    180_000,
  );

  describe('by the real program, on a copy', () => {
    let copy = '';
    const bin = join(ROOT, 'packages/cli/bin/meshvet.js');
    const meshvet = (...args: string[]) =>
      spawnSync(process.execPath, [bin, ...args, '--no-ignore', '.'], {
        cwd: copy,
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
    const snapshot = () =>
      new Map(
        readdirSync(copy, { recursive: true, encoding: 'utf8' })
          .filter((name) => name !== 'fix.patch' && statSync(join(copy, name)).isFile())
          .map((name) => [name, readFileSync(join(copy, name)).toString('latin1')]),
      );

    beforeAll(() => {
      const built = join(ROOT, 'packages/cli/dist/meshvet/main.js');
      if (!existsSync(built)) spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')]);
      copy = mkdtempSync(join(tmpdir(), 'meshvet-corpora-'));
      // As one mesh all of them take a minute; these hold nearly all files that fixes change.
      for (const folder of ['bank-of-anthos', 'emojivoto', 'home-ops-coolguy', 'kubernetes-examples-2018', 'linkerd2'])
        cpSync(join(CORPORA, folder), join(copy, folder), { recursive: true });
      // Where the originals are read-only their copies are too.
      for (const name of ['', ...readdirSync(copy, { recursive: true, encoding: 'utf8' })]) {
        const path = join(copy, name);
        chmodSync(path, statSync(path).mode | 0o200);
      }
    });
    afterAll(() => rmSync(copy, { recursive: true, force: true }));

    test('--fix makes what the diff of --fix-dry-run makes, and a second run changes nothing', () => {
      const before = snapshot();
      const dry = meshvet('--fix-dry-run');
      expect(dry.stderr).toMatch(/--fix would fix \d+ findings/);
      expect(snapshot()).toEqual(before);
      expect(meshvet('--fix').stderr).toMatch(/fixed \d+ findings/);
      const after = snapshot();
      const changed = [...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name);
      expect(changed.sort()).toEqual(
        [...dry.stdout.matchAll(/^\+\+\+ b\/(.*?)\t?$/gm)].map((match) => match[1]).sort(),
      );
      expect(meshvet('--fix').stderr).not.toMatch(/fixed \d+ finding/);
      expect(snapshot()).toEqual(after);
      // Backwards, the diff leads to where it began.
      writeFileSync(join(copy, 'fix.patch'), dry.stdout);
      const back = spawnSync('git', ['apply', '--reverse', '--whitespace=nowarn', 'fix.patch'], {
        cwd: copy,
        encoding: 'utf8',
        env: { ...process.env, GIT_CEILING_DIRECTORIES: copy },
      });
      expect(back.stderr).toBe('');
      expect(snapshot()).toEqual(before);
    }, 60_000);
  });
});
