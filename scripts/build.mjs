// Bundles the command line: `node scripts/build.mjs`. One entry and a few chunks that are loaded when they are needed,
// because opening a hundred small modules is most of the time that one small file takes.
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const { version } = JSON.parse(readFileSync(path('packages/cli/package.json'), 'utf8'));
const outdir = path('packages/cli/dist/meshvet');

rmSync(outdir, { recursive: true, force: true });
await build({
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
  define: { MESHVET_VERSION: JSON.stringify(version) },
  chunkNames: 'chunks/[name]-[hash]',
  legalComments: 'linked',
  sourcemap: false,
  logLevel: 'warning',
});
