import { dirname, resolve } from 'node:path';
import { CONFIG_DEFAULTS, formatVersion, meshSettings, visibleText } from '@meshvet/core';
import type { Arguments } from '../arguments.ts';
import { failureWords, UsageError } from '../errors.ts';
import { CONFIG_NAMES, findConfig } from '../find-config.ts';
import { type FoundTools, foundTools } from '../found-tools.ts';
import type { Host } from '../host.ts';
import { shownPath } from '../shown-path.ts';

const [NAME] = CONFIG_NAMES;

/** `meshvet init`: writes a config of comments to begin with, and says what the tools found here mean for it. */
export async function initCommand({ operands }: Arguments, host: Host): Promise<number> {
  const [first] = operands;
  if (first !== undefined) throw new UsageError(`init takes no argument; it writes ${NAME} here`);
  // Asked of the folder and not of the path: a link that leads nowhere would be written through.
  const names = host.list(host.cwd).map(({ name }) => name);
  const there = CONFIG_NAMES.find((name) => names.includes(name));
  if (there) throw new UsageError(`${there} is there already; meshvet init writes over nothing`);
  const above = findConfig(host);
  const tools = await foundTools(host);
  try {
    host.write(resolve(host.cwd, NAME), configText(tools, host));
  } catch (error) {
    throw new UsageError(`cannot write ${NAME}: ${failureWords(error)}`);
  }
  host.print('stdout', `${NAME} written\n`);
  if (above) {
    host.print(
      'stdout',
      `In ${shownPath(host, dirname(above))} and below it was ${shownPath(host, above)} that counted; here it counts no more.\n`,
    );
  }
  for (const { title, lines } of hints(tools))
    host.print('stdout', `\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`);
  host.print('stdout', '\nNext: meshvet\n');
  return 0;
}

interface Hint {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What follows from the tools that were found. */
function hints({ charts, kustomizations, argo, flux, testFolders }: FoundTools): Hint[] {
  const all: Hint[] = [];
  const add = (tool: string, places: readonly string[], lines: readonly string[]): void => {
    const [first] = places;
    if (first === undefined) return;
    const more = places.length === 1 ? '' : ` and ${places.length - 1} more`;
    all.push({ title: `${tool}: ${visibleText(first)}${more}`, lines });
  };
  add('Helm', charts, [
    'Templates are no manifests before Helm fills them in, and are passed over.',
    'Check what a chart makes: helm template CHART | meshvet -',
  ]);
  add('Kustomize', kustomizations, [
    'Each overlay is judged as kustomize makes it; remote bases and charts are not read.',
    'Check what such an overlay makes: meshvet --kustomize FOLDER',
    'Overlays that are clusters of their own belong into "projects".',
  ]);
  add('Argo CD', argo, [
    'What an Application brings from another repository or a chart is not seen here.',
    'Name what manifests here refer to under "externals", and leave "closedWorld" off.',
  ]);
  add('Flux', flux, [
    'What a HelmRelease or a source brings is not seen here: name what manifests refer to under "externals".',
    'Values such as ${NAME} that Flux fills in are not judged.',
  ]);
  add('Test data', testFolders, ['What a test feeds to a program is left out: see "ignore" in the config.']);
  return all;
}

const SCHEMA = 'node_modules/meshvet/schema/config.schema.json';

/** The config: what it sets is what holds anyway, and the rest is there to be taken out of its comment. */
function configText(tools: FoundTools, host: Host): string {
  const mesh = meshSettings();
  const elsewhere = tools.argo.length > 0 || tools.flux.length > 0 || tools.charts.length > 0;
  const schema = host.kind(resolve(host.cwd, SCHEMA)) === 'file' ? [`# yaml-language-server: $schema=./${SCHEMA}`] : [];
  return `${[
    ...schema,
    '# Config of meshvet. Every key may be absent; an unknown one is an error. "meshvet print-config" shows what holds.',
    '',
    '# Releases that the mesh runs, in quotes: they decide which facts hold.',
    `# istioVersion: "${formatVersion(mesh.istioVersion)}"`,
    `# kubernetesVersion: "${formatVersion(mesh.kubernetesVersion)}"`,
    '',
    '# Which rules speak: recommended, strict (adds advice), or all (adds what the profile leaves out).',
    `preset: ${CONFIG_DEFAULTS.preset}`,
    '',
    '# The mildest severity that makes a run fail: error, warning, info or never.',
    `failOn: ${CONFIG_DEFAULTS.failOn}`,
    '',
    '# Single rules: error, warning, info or off. "meshvet rules" lists them; codes of other tools do as well.',
    '# rules:',
    '#   port-name-missing: warning',
    '#   IST0118: off',
    '',
    '# The same for some files or resources only; the last entry that fits counts.',
    '# overrides:',
    '#   - files: [vendor]',
    '#     namespaces: ["team-*"]',
    '#     rules: { port-name-missing: off }',
    '',
    elsewhere
      ? '# Something else brings manifests here, which meshvet does not see. Globs of what is never missing:'
      : '# What lives somewhere else and is never missing; globs.',
    '# externals:',
    '#   namespaces: [istio-system]',
    '#   services: ["data/*"]',
    '#   hosts: ["*.example.com"]',
    '',
    '# true: the manifests are the whole mesh, and what is not there does not exist.',
    `# closedWorld: ${mesh.closedWorld}`,
    '',
    '# Folders that are a mesh of their own.',
    '# projects: ["clusters/*"]',
    '',
    '# Files and folders that are not read, beside those that .gitignore and .meshvetignore leave out.',
    ...(tools.testFolders.length === 0
      ? ['# ignore: [vendor]']
      : [
          '# Here test data, which nobody deploys.',
          `ignore: [${tools.testFolders.map((name) => JSON.stringify(`**/${name}/**`)).join(', ')}]`,
        ]),
    '',
    '# Whether a comment that suppresses findings has to give a reason.',
    `# requireReasons: ${CONFIG_DEFAULTS.requireReasons}`,
  ].join('\n')}\n`;
}
