import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { bundle, folderWith, git, OUTPUTS, pod, ROOT, runStep, type StepOptions, service, write } from './step.ts';

let entry = '';
beforeAll(() => {
  entry = bundle();
});

const run = (options: StepOptions) => runStep(entry, options);

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: unknown }>>;
  readonly outputs: Readonly<Record<string, object>>;
  readonly runs: { readonly using: string; readonly main: string };
  readonly branding: object;
}
const manifest = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Manifest;

describe('action.yml', () => {
  test('names a bundle that is committed, for the Node that runners have', () => {
    expect(manifest.runs.using).toBe('node24');
    expect(statSync(join(ROOT, manifest.runs.main)).isFile()).toBe(true);
    // Node takes it for an ES module because of this, wherever the runner puts it.
    const { type } = JSON.parse(readFileSync(join(ROOT, dirname(dirname(manifest.runs.main)), 'package.json'), 'utf8'));
    expect(type).toBe('module');
    expect(() => git(ROOT, 'check-ignore', '--no-index', '--quiet', manifest.runs.main)).toThrow();
    expect(Object.keys(manifest.branding)).toEqual(['icon', 'color']);
  });

  test('has the inputs that are read, and the outputs that are written', () => {
    const source = readFileSync(join(ROOT, 'packages/github-action/src/inputs.ts'), 'utf8');
    const read = [...source.matchAll(/input(?:Text|Flag)\(env, '([^']+)'/g)].map((match) => match[1]);
    expect(Object.keys(manifest.inputs).sort()).toEqual([...new Set(read)].sort());
    expect(Object.keys(manifest.outputs).sort()).toEqual(OUTPUTS);
    // A default that is no text would reach the step in the words of the runner.
    for (const { default: value } of Object.values(manifest.inputs)) expect(typeof value).toBe('string');
  });

  test('with its own defaults is a clean run over clean files', () => {
    const workspace = folderWith({ 'a.yaml': pod('cart', 'true') });
    const inputs = Object.fromEntries(
      Object.entries(manifest.inputs).map(([name, { default: text }]) => [name, String(text)]),
    );
    expect(run({ workspace, inputs })).toMatchObject({ status: 0, annotations: [] });
  });
});

describe('a step', () => {
  const files = { 'k8s/cart.yaml': pod('cart'), 'k8s/web.yaml': service('web') };

  test('with an error ends with 1, and says it everywhere', () => {
    const workspace = folderWith(files);
    git(workspace, 'init', '--quiet');
    const { status, outputs, annotations, log, summary } = run({ workspace, inputs: { 'sarif-file': 'm.sarif' } });
    expect(status).toBe(1);
    expect(Object.fromEntries(outputs)).toMatchObject({ 'error-count': '1', 'warning-count': '0', 'info-count': '1' });
    expect(annotations.map(({ name, properties }) => [name, properties.file, properties.line])).toEqual([
      ['error', 'k8s/cart.yaml', '9'],
      ['notice', 'k8s/web.yaml', '6'],
    ]);
    expect(log).toContain('inject-pod-label-invalid');
    expect(summary).toContain('### meshvet: 1 error, 1 info');
    const report = JSON.parse(readFileSync(outputs.get('report-json') as string, 'utf8'));
    expect(report.findings.length).toBe(2);
    expect(outputs.get('sarif-file')).toBe(join(workspace, 'm.sarif'));
    const sarif = JSON.parse(readFileSync(join(workspace, 'm.sarif'), 'utf8'));
    expect(sarif.runs[0].results.length).toBe(2);
  });

  test('reads paths one by line, below the working directory, and annotates from the root of the repository', () => {
    const workspace = folderWith({
      ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`deploy/${path}`, text])),
      'deploy/other/a b; c.yaml': pod('other'),
      'deploy/left-out.yaml': pod('left-out'),
    });
    // Also where nothing marks the root: actions/checkout without git on the machine leaves no .git.
    for (const repository of [false, true]) {
      if (repository) git(workspace, 'init', '--quiet');
      const inputs = { paths: '  k8s/*.yaml\r\n\n  other/a b; c.yaml  \n', 'working-directory': 'deploy' };
      const found = run({ workspace, inputs }).annotations.map(({ properties }) => properties.file);
      expect(found).toEqual(['deploy/k8s/cart.yaml', 'deploy/other/a b; c.yaml', 'deploy/k8s/web.yaml']);
    }
  });

  test('gives each input to the command line', () => {
    const workspace = folderWith({
      ...files,
      'c.yaml': 'istioVersion: "1.2"\n',
      'b.json': '{}',
    });
    const inputs = {
      config: 'c.yaml',
      preset: 'strict',
      profile: 'istio-legacy',
      'istio-version': '1.3',
      'kubernetes-version': '1.20',
      'closed-world': 'true',
      'fail-on': 'warning',
      'max-warnings': '0',
    };
    expect(run({ workspace, inputs: { ...inputs, baseline: 'b.json' } }).log).toContain(
      'cannot read the baseline "b.json"',
    );
    expect(run({ workspace, inputs: { ...inputs, config: 'no.yaml' } }).log).toContain(
      'cannot read the config file "no.yaml"',
    );
    for (const name of ['preset', 'profile', 'istio-version', 'kubernetes-version', 'fail-on', 'max-warnings']) {
      const { status, annotations, summary, outputs } = run({ workspace, inputs: { ...inputs, [name]: 'wrong' } });
      expect(status).toBe(2);
      expect(annotations[0]?.data).toContain(`input ${name}: `);
      expect(summary).toContain('could not do its work');
      expect(outputs.get('error-count')).toBe('');
    }
    const selecting =
      'apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: b }\nspec: { selector: { app: a }, ports: [{ name: http, port: 80 }] }\n';
    write(workspace, 'open.yaml', selecting);
    expect(run({ workspace, inputs: { paths: 'open.yaml' } }).log).toContain('1 undecided');
    const closed = run({ workspace, inputs: { paths: 'open.yaml', 'closed-world': 'True' } });
    expect(closed.log).not.toContain('undecided');
  });

  test('with fail-on never ends with 1 for nothing, and with 2 all the same', () => {
    const workspace = folderWith({ ...files, 'meshvet.config.yaml': 'preset: strict\nmaxWarnings: 0\n' });
    expect(run({ workspace, inputs: { 'fail-on': 'never' } })).toMatchObject({ status: 0 });
    expect(run({ workspace, inputs: { 'fail-on': 'error' } })).toMatchObject({ status: 1 });
    expect(run({ workspace, inputs: { 'fail-on': 'never', paths: 'k8s\nno-such-folder' } })).toMatchObject({
      status: 2,
    });
  });

  test('that fails for the number of warnings says so in an annotation', () => {
    const meshed = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: other, labels: { istio-injection: enabled } }\n';
    const workspace = folderWith({ 'web.yaml': service('web'), 'namespace.yaml': meshed });
    const { status, annotations } = run({
      workspace,
      inputs: { preset: 'strict', 'max-warnings': '0', annotations: 'false' },
    });
    expect(status).toBe(1);
    expect(annotations).toMatchObject([{ name: 'error', data: '1 warnings, more than the 0 allowed' }]);
  });

  test('without annotations and summary has the log and the outputs', () => {
    const workspace = folderWith(files);
    const { annotations, summary, log, status } = run({
      workspace,
      inputs: { annotations: 'false', summary: 'FALSE' },
    });
    expect([annotations, summary, status]).toEqual([[], '', 1]);
    expect(log).toContain('inject-pod-label-invalid');
  });

  test('with a word that is neither true nor false, or standard input, says so', () => {
    const workspace = folderWith(files);
    expect(run({ workspace, inputs: { summary: 'yes' } }).annotations[0]?.data).toBe(
      'input summary: "yes" is neither true nor false',
    );
    expect(run({ workspace, inputs: { paths: 'k8s\n-' } })).toMatchObject({ status: 2 });
  });

  test('over no manifest, or a folder that is not there, ends with 2', () => {
    const workspace = folderWith({ 'README.md': '# nothing\n' });
    expect(run({ workspace })).toMatchObject({ status: 2 });
    expect(run({ workspace, inputs: { 'working-directory': 'no/such' } }).annotations[0]?.data).toBe(
      'input working-directory: "no/such" is no folder',
    );
  });

  test('tells a SARIF file that cannot be written, and has no path to it', () => {
    const workspace = folderWith(files);
    const { status, outputs, log } = run({ workspace, inputs: { 'sarif-file': 'no/such/folder/m.sarif' } });
    expect(status).toBe(2);
    expect(outputs.get('sarif-file')).toBe('');
    expect(log).toContain('cannot write the sarif report to "no/such/folder/m.sarif": no such file or folder');
  });

  test('runs no code that the config names, unless it is told to', () => {
    const workspace = folderWith({
      ...files,
      'meshvet.config.yaml': 'plugins: [./plugin.mjs]\n',
      'plugin.mjs': "import { writeFileSync } from 'node:fs';\nwriteFileSync('ran', '');\nexport const rules = [];\n",
    });
    const refused = run({ workspace });
    expect(refused.status).toBe(2);
    expect(refused.log).toContain('the Action runs no code of the repository unless its input allow-js-config is true');
    expect(existsSync(join(workspace, 'ran'))).toBe(false);
    run({ workspace, inputs: { 'allow-js-config': 'true' } });
    expect(existsSync(join(workspace, 'ran'))).toBe(true);
  });

  test.each([
    ['one that is found', 'meshvet.config.js', {}],
    ['one that is named', 'some.mts', { config: 'some.mts' }],
  ])('runs no config that is a program: %s', (_what, file, inputs) => {
    const workspace = folderWith({ ...files, [file]: "require('node:fs').writeFileSync('ran', '');" });
    const step = run({ workspace, inputs });
    if (file !== 'meshvet.config.js') expect(step).toMatchObject({ status: 2, annotations: [{ name: 'error' }] });
    expect(existsSync(join(workspace, 'ran'))).toBe(false);
  });

  test('leaves nothing in the checkout', () => {
    const workspace = folderWith(files);
    run({ workspace });
    expect(readdirSync(workspace)).toEqual(['k8s']);
  });
});

describe('limits', () => {
  test('more findings than there are annotations: ten of a kind, with a word on the others, and what failed first', () => {
    const workspace = folderWith();
    for (let i = 0; i < 14; i++) {
      write(workspace, `${i}.yaml`, `${pod(`pod-${i}`)}---\n${service(`web-${i}`)}`);
    }
    const plain = run({ workspace }).annotations.filter(({ name }) => name === 'error');
    expect(plain.length).toBe(10);
    expect(plain.at(-1)?.data).toMatch(/^and 5 more errors/);
    const failed = run({ workspace, inputs: { paths: '.\nno-such-file' } }).annotations.filter(
      ({ name }) => name === 'error',
    );
    expect(failed.length).toBe(10);
    expect(failed[0]?.data).toBe('no such file or folder "no-such-file"');
    expect(failed.at(-1)?.data).toMatch(/^and more/);
  });

  test('a report that is larger than a summary may be', () => {
    const documents = Array.from({ length: 4_000 }, (_, i) => pod(`${'long-name-'.repeat(6)}${i}`));
    const workspace = folderWith({ 'many.yaml': documents.join('---\n') });
    const { summary, outputs, stdout } = run({ workspace });
    expect(outputs.get('error-count')).toBe('4000');
    expect(Buffer.byteLength(summary)).toBeGreaterThan(500_000);
    expect(summary).toMatch(/and \d+ more findings, left out for size/);
    expect(stdout.length).toBeLessThan(1_100_000);
    expect(stdout).toMatch(/\.\.\. \d+ more lines; the JSON report has all findings/);
    // With something there already it is left out, since GitHub would drop all of it.
    const before = 'x'.repeat(900_000);
    const full = run({ workspace, summary: before });
    expect(full.summary).toBe(before);
    expect(full.log).toContain('the job summary is left out');
  });
});
