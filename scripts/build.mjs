// Bundles the command line: `node scripts/build.mjs`; `--out FOLDER` is for tests. One entry and a few chunks that are loaded when they are needed,
// because opening a hundred small modules is most of the time that one small file takes.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { besideMain } from './beside-main.mjs';
import { bundleSettings, ROOT, thirdParty } from './bundle.mjs';
import { directCore } from './direct-core.mjs';
import { lateRules } from './late-rules.mjs';

const out = process.argv.indexOf('--out');
const outdir = out < 0 ? join(ROOT, 'packages/cli/dist/meshvet') : resolve(process.argv[out + 1]);

const settings = bundleSettings();
const main = 'packages/cli/src/main.ts';
const { metafile } = await build({
  ...settings,
  plugins: [besideMain(join(ROOT, main)), ...settings.plugins, await lateRules(), directCore()],
  entryPoints: [main],
  outdir,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'linked',
});
const notices = join(outdir, 'third-party-licenses.txt');
writeFileSync(notices, thirdParty(Object.keys(metafile.inputs)));
// What the last build left is taken away after this one, so that a run that begins meanwhile finds its chunks.
const made = new Set([...Object.keys(metafile.outputs).map((file) => resolve(ROOT, file)), notices]);
for (const entry of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(file)) rmSync(file);
}
if (process.argv.includes('--metafile')) writeFileSync(join(outdir, 'meta.json'), JSON.stringify(metafile));
