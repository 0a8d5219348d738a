// What both bundles have in common, that of the command line and that of the GitHub Action.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The path of something in the repository. */
export const path = (relative) => join(ROOT, relative);

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

/** Settings for esbuild. Paths of entries are relative to the repository, and so are those in what it makes. */
export function bundleSettings() {
  const { version } = JSON.parse(readFileSync(path('packages/cli/package.json'), 'utf8'));
  return {
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@meshvet/source'],
    // The build of `yaml` for Node is CommonJS, and its `require('process')` fails inside an ES module.
    alias: { yaml: path('packages/core/node_modules/yaml/browser/index.js') },
    plugins: [ajvByName],
    define: { MESHVET_VERSION: JSON.stringify(version) },
    // Blanks and comments are a third of the bytes that each start reads; names stay, so that a stack can be read.
    minifyWhitespace: true,
    sourcemap: false,
    logLevel: 'warning',
    metafile: true,
  };
}

/**
 * Name, version, licence and licence text of every library that some input is from. The licences of the libraries that are in a bundle
 * ask for their text to go with every copy.
 */
export function thirdParty(inputs) {
  const folders = new Set(inputs.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
  const parts = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(path(`${folder}/package.json`), 'utf8'));
    const file = readdirSync(path(folder)).find((entry) => /^licen[cs]e(?:[-.][\w.-]+)?$/i.test(entry));
    const own = inputs.filter((input) => input.startsWith(`${folder}/`));
    const text = file ? tidy(readFileSync(path(`${folder}/${file}`), 'utf8')) : writtenInFiles(name, license, own);
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `The bundle holds these libraries.\n\n${parts.sort().join('\n---\n\n')}`;
}

function tidy(text) {
  return text.replaceAll('\r\n', '\n').trim();
}

/** Libraries of Buf come without a licence file: what their files say at the top, and the licence that these name, go with the copy. */
function writtenInFiles(name, license, files) {
  const notices = new Set(
    files
      .map((file) => /^(?:\/\/.*\n)+/.exec(tidy(readFileSync(path(file), 'utf8')))?.[0] ?? '')
      .filter((top) => /copyright/i.test(top))
      .map((top) => top.replaceAll(/^\/\/ ?/gm, '').trim()),
  );
  if (notices.size === 0 || !/\bApache-2\.0\b/.test(license)) throw new Error(`${name} has no licence to pass on`);
  // The terms of our own licence are the same text, up to where it names whose it is.
  const apache = tidy(readFileSync(path('LICENSE'), 'utf8'))
    .split(/^ *Copyright \d{4} /m)[0]
    .trimEnd();
  return `${[...notices].sort().join('\n\n')}\n\n${apache}`;
}
