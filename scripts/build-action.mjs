// Bundles the GitHub Action: `node scripts/build-action.mjs`. The bundle is committed, since the runner installs nothing;
// with --check it is compared with the sources and not written. `--out FOLDER` is for tests.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleSettings, ROOT, thirdParty } from './bundle.mjs';

/** The files of the bundle, by name. The same bytes wherever the repository lies: all paths in them start at its root. */
export async function actionBundle() {
  const { metafile, outputFiles } = await build({
    ...bundleSettings(),
    entryPoints: ['packages/github-action/src/main.ts'],
    outfile: 'packages/github-action/dist/index.js',
    banner: {
      js: '// Made by `pnpm run action`; the sources are in packages/. third-party-licenses.txt goes with it.',
    },
    legalComments: 'none',
    write: false,
  });
  const [code] = outputFiles;
  return new Map([
    ['index.js', code.text],
    ['third-party-licenses.txt', thirdParty(Object.keys(metafile.inputs))],
  ]);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const out = process.argv.indexOf('--out');
  const folder = out < 0 ? join(ROOT, 'packages/github-action/dist') : resolve(process.argv[out + 1]);
  const files = await actionBundle();
  if (process.argv.includes('--check')) process.exitCode = check(folder, files);
  else write(folder, files);
}

function write(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(folder, name), text);
  for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(join(folder, name), { recursive: true });
}

function check(folder, files) {
  const there = new Set(readdirSync(folder));
  const differing = [...files].filter(
    ([name, text]) => !there.has(name) || readFileSync(join(folder, name), 'utf8') !== text,
  );
  const wrong = [...differing.map(([name]) => name), ...[...there].filter((name) => !files.has(name))];
  if (wrong.length === 0) return 0;
  console.error(`packages/github-action/dist is not what the sources make: ${wrong.join(', ')}; run "pnpm run action"`);
  return 1;
}
