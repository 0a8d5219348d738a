// Bundles the command line: `node scripts/build.mjs`. One entry and a few chunks that are loaded when they are needed,
// because opening a hundred small modules is most of the time that one small file takes.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const { version } = JSON.parse(readFileSync(path('packages/cli/package.json'), 'utf8'));
const outdir = path('packages/cli/dist/meshvet');

// A CommonJS module that is imported late has nothing but its default export in a split bundle; here it has the name too.
const ajvByName = {
  name: 'ajv-by-name',
  setup(esbuild) {
    const real = path('packages/core/node_modules/ajv/dist/ajv.js');
    esbuild.onResolve({ filter: /^ajv$/ }, () => ({ path: 'ajv', namespace: 'by-name' }));
    esbuild.onLoad({ filter: /^ajv$/, namespace: 'by-name' }, () => ({
      contents: `import ajv from ${JSON.stringify(real)}; export const Ajv = ajv.Ajv;`,
      resolveDir: path('scripts'),
    }));
  },
};

const { metafile } = await build({
  entryPoints: [path('packages/cli/src/main.ts')],
  outdir,
  bundle: true,
  format: 'esm',
  splitting: true,
  platform: 'node',
  target: 'node20.19',
  conditions: ['@meshvet/source'],
  // The build of `yaml` for Node is CommonJS, and its `require('process')` fails inside an ES module.
  alias: { yaml: path('packages/core/node_modules/yaml/browser/index.js') },
  plugins: [ajvByName],
  define: { MESHVET_VERSION: JSON.stringify(version) },
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'linked',
  sourcemap: false,
  logLevel: 'warning',
  metafile: true,
});
// What the last build left is taken away after this one, so that a run that begins meanwhile finds its chunks.
const made = new Set(Object.keys(metafile.outputs).map((file) => resolve(file)));
for (const entry of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (entry.isFile() && !made.has(file)) rmSync(file);
}
if (process.argv.includes('--metafile')) writeFileSync(join(outdir, 'meta.json'), JSON.stringify(metafile));
