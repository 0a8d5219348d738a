// In the bundle of the command line nobody imports the public surface of core as a whole.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { path } from './bundle.mjs';

const IMPORT = /^import \{([^}]*)\} from '@meshvet\/core';$/gm;
const EXPORT = /^export (?:type )?\{([^}]*)\} from '(\.[^']+)';$/gm;

/**
 * Has the sources of rules and of the command line import the files of core that define the names they use. A module that is imported
 * takes all that it imports itself into its chunk, used or not: by the public surface each fact that a single late rule asks for would be
 * read at every start.
 */
export function directCore() {
  return {
    name: 'direct-core',
    async setup(esbuild) {
      const files = filesByName(await readFile(path('packages/core/src/index.ts'), 'utf8'));
      esbuild.onLoad({ filter: /[/\\]packages[/\\](?:rules|cli)[/\\]src[/\\].*\.ts$/ }, async (args) => {
        const text = await readFile(args.path, 'utf8');
        return { contents: text.replace(IMPORT, (_, names) => direct(names, files)), loader: 'ts' };
      });
    },
  };
}

function filesByName(index) {
  const files = new Map();
  for (const [, names, file] of index.matchAll(EXPORT)) {
    for (const name of listed(names)) files.set(name.replace(/^type /, ''), join(path('packages/core/src'), file));
  }
  return files;
}

// On one line, so that whatever tells of a place in the file still means the right one.
function direct(names, files) {
  const values = listed(names).filter((name) => !name.startsWith('type '));
  return values
    .map((name) => {
      const file = files.get(name.split(' as ')[0]);
      if (file === undefined) throw new Error(`@meshvet/core exports no ${name} from a file of its own`);
      return `import { ${name} } from ${JSON.stringify(file)};`;
    })
    .join(' ');
}

function listed(names) {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
