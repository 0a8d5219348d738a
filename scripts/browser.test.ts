import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LintResult, lint, loadReporter } from '../packages/core/src/index.ts';
import { allRules } from '../packages/rules/src/index.ts';
import { removeFolder, temporaryFolder } from './clean-copy.ts';

// The engine and its rules, bundled as a web site would do it, and run in a real browser.

const ROOT = join(import.meta.dirname, '..');
const EXAMPLE = 'examples/bookinfo-broken';
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const files = readdirSync(join(ROOT, EXAMPLE))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ path: `${EXAMPLE}/${name}`, text: readFileSync(join(ROOT, EXAMPLE, name), 'utf8') }));
// Refused by the fast reader, so that the other one is asked too; and a config, for which ajv compiles its schema.
const broken = { path: 'broken.yaml', text: 'kind: Service\nspec: { ports: [ }\n' };
const config = 'failOn: nevr\n';

/** The page says what came of it in its text, whatever that is. */
const PAGE = `
import { lint, loadReporter, readConfig } from '@meshvet/core';
import { allRules } from '@meshvet/rules';
const say = (value) => { document.body.textContent = JSON.stringify(value); };
addEventListener('error', ({ message }) => say({ error: message }));
try {
  const files = ${JSON.stringify([...files, broken])};
  const result = await lint(files, { rules: allRules });
  const mistakes = await readConfig({ path: 'meshvet.config.yaml', text: ${JSON.stringify(config)} }, allRules);
  const sarif = (await loadReporter('sarif'))(result, { tool: { name: 'page', version: '1.0.0' } });
  say({ result, mistakes, sarif, globals: ['process', 'Buffer', 'require', 'global'].filter((name) => name in globalThis) });
} catch (error) {
  say({ error: String(error.stack ?? error) });
}
`;

interface Said {
  readonly result?: LintResult;
  readonly mistakes?: { readonly errors: readonly { readonly message: string }[] };
  readonly sarif?: string;
  readonly globals?: readonly string[];
  readonly error?: string;
}

const work = temporaryFolder('browser');
let metafile: Metafile;

beforeAll(async () => {
  const imports = PAGE.match(/^import .*$/gm)?.join('\n') ?? '';
  const body = PAGE.replace(/^import .*$/gm, '');
  ({ metafile } = await build({
    stdin: { contents: `${imports}\nasync function page() {${body}}\npage();`, resolveDir: join(ROOT, 'scripts') },
    outfile: join(work, 'bundle.js'),
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    conditions: ['@meshvet/source'],
    metafile: true,
    logLevel: 'silent',
  }));
  writeFileSync(
    join(work, 'page.html'),
    '<!doctype html><meta charset="utf-8"><body><script src="bundle.js"></script>\n',
  );
}, 60_000);

afterAll(() => removeFolder(work));

test('a bundle for browsers needs nothing of Node', () => {
  // esbuild fails for a built-in module itself, but not where a package puts an empty one in its place.
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.length).toBeGreaterThan(100);
  expect(inputs.filter((input) => input.startsWith('(disabled)'))).toEqual([]);
  const imported = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path));
  expect(imported.filter((path) => path.startsWith('node:') || builtinModules.includes(path))).toEqual([]);
});

test('a browser finds what Node finds', async (context) => {
  const browser = browserOf(process.env.PATH ?? '');
  if (!browser) {
    process.stderr.write(`\nNOT PROVED: no browser on the PATH (${BROWSERS.join(', ')}), so the bundle ran in none.\n`);
    return context.skip('NOT PROVED: no browser on the PATH');
  }
  const dom = await dumpDom(browser, join(work, 'page.html'), join(work, 'profile'));
  const text = /<body>(.*)<\/body>/s.exec(dom)?.[1] ?? dom;
  const said = JSON.parse(
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&nbsp;', '\u00a0').replaceAll('&amp;', '&'),
  ) as Said;
  expect(said.error).toBeUndefined();
  expect(said.globals).toEqual([]);
  expect(said.mistakes?.errors.map(({ message }) => message)).toEqual([expect.stringContaining('never')]);
  const here = await lint([...files, broken], { rules: allRules });
  expect(here.findings.length).toBeGreaterThan(10);
  expect(said.sarif).toBe((await loadReporter('sarif'))(here, { tool: { name: 'page', version: '1.0.0' } }));
  expect(said.result).toEqual(JSON.parse(JSON.stringify(here)));
}, 90_000);

/** The first browser on the PATH. */
function browserOf(path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return BROWSERS.flatMap((name) => folders.map((folder) => join(folder, name))).find(
    (file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true,
  );
}

function dumpDom(browser: string, page: string, profile: string): Promise<string> {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
  const child = spawn(
    browser,
    [...flags, `--user-data-dir=${profile}`, '--virtual-time-budget=20000', '--dump-dom', pathToFileURL(page).href],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  return new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0) resolve(Buffer.concat(out).toString());
      else reject(new Error(`${browser} ended with ${status ?? signal}\n${Buffer.concat(errors).toString()}`));
    });
  });
}
