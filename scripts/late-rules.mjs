// The rules in the bundle of the command line: what decides whether a rule runs is there at once, the rest in a few chunks that are
// loaded when the input holds something for them. One file for each rule would be hundreds of files to open.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { bundleSettings, path } from './bundle.mjs';

const NAMESPACE = 'late-rules';

/**
 * The chunk of a rule, by what it looks at. What looks at Services, at anything or at the whole mesh is needed by nearly
 * every run, and so are the modules that it shares with the others.
 */
export function groupOf({ subject, types }) {
  if (subject === 'workload' || subject === 'namespace') return 'workloads';
  const isIstio = (type) => type.split('/')[0].endsWith('.istio.io');
  if (types?.every(isIstio)) return 'istio';
  if (!types?.every((type) => type.includes('/') && !type.startsWith('apps/'))) return 'common';
  // What reads kinds of both stands with the larger part, so that it adds no file.
  return types.some(isIstio) ? 'istio' : 'kubernetes';
}

/** Puts late rules in place of `packages/cli/src/own-rules.ts`. */
export async function lateRules() {
  const rules = await readRules();
  const files = ruleFiles();
  const modules = new Map([['heads', headsModule(rules)]]);
  for (const group of new Set(rules.map(({ meta }) => groupOf(meta)))) {
    modules.set(
      group,
      groupModule(
        group,
        rules.filter(({ meta }) => groupOf(meta) === group),
        files,
      ),
    );
  }
  return {
    name: 'late-rules',
    setup(esbuild) {
      esbuild.onLoad({ filter: /[/\\]cli[/\\]src[/\\]own-rules\.ts$/ }, () => ({
        contents: modules.get('heads'),
        resolveDir: path('packages/rules/src'),
      }));
      esbuild.onResolve({ filter: /^late-rules:/ }, ({ path: name }) => ({
        path: name.slice(NAMESPACE.length + 1),
        namespace: NAMESPACE,
      }));
      esbuild.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path: group }) => ({
        contents: modules.get(group),
        resolveDir: path('packages/rules/src'),
      }));
    },
  };
}

/** The rules as the sources have them. */
async function readRules() {
  const { outputFiles } = await build({
    ...bundleSettings(),
    entryPoints: ['packages/rules/src/index.ts'],
    write: false,
  });
  const { allRules } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
  );
  return allRules;
}

/** Name and path of each rule's constant, by id: a file is named for its rule. */
function ruleFiles() {
  const index = readFileSync(path('packages/rules/src/index.ts'), 'utf8');
  return new Map(
    [...index.matchAll(/^import \{ (\w+) \} from '(\.[^']+)';$/gm)].map(([, name, file]) => [
      basename(file, '.ts'),
      { name, file },
    ]),
  );
}

function headsModule(rules) {
  const heads = rules.map(({ meta: { messages, sources, ...meta }, options }) => ({
    group: groupOf(meta),
    meta,
    ...(options && { options }),
  }));
  const text = JSON.stringify(heads);
  const groups = [...new Set(heads.map(({ group }) => group))];
  // A text to parse is read faster than an object that is written out.
  return `
    const groups = { ${groups.map((group) => `${group}: () => import('late-rules:${group}')`).join(', ')} };
    export const ownRules = JSON.parse(${JSON.stringify(text)}).map(({ group, ...head }) => ({
      ...head,
      load: async () => (await groups[group]()).rules[head.meta.id],
    }));`;
}

function groupModule(group, rules, files) {
  const found = rules.map(({ meta: { id } }) => ({ id, ...files.get(id) }));
  const missing = found.filter(({ file }) => file === undefined);
  if (missing.length > 0)
    throw new Error(`no file of packages/rules is named for ${missing.map(({ id }) => id).join(', ')}`);
  return [
    // So that what the others share with it goes into one chunk, and not into one for each set of sharers.
    ...(group === 'common' ? [] : ["import 'late-rules:common';"]),
    ...found.map(({ name, file }) => `import { ${name} } from '${file}';`),
    `export const rules = { ${found.map(({ id, name }) => `'${id}': ${name}`).join(', ')} };`,
  ].join('\n');
}
