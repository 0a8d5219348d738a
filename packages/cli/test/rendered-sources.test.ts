import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { type Host, nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { temporaryFolder } from './temporary-folder.ts';

// `--helm` and `--kustomize`: with the real programs where they are on the PATH, and with stand-ins for what those never do.

const NODE = dirname(process.execPath);

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in a folder; `path` is the PATH of the programs that it starts, `timeout` their time. */
async function meshvet(
  cwd: string,
  args: readonly string[],
  { path = process.env.PATH ?? '', timeout }: { path?: string; timeout?: number } = {},
): Promise<Run> {
  const printed = { stdout: '', stderr: '' };
  const node = nodeHost();
  const host: Host = {
    ...node,
    cwd,
    env: {},
    run: (program, argv, options) =>
      node.run(program, argv, {
        ...options,
        ...(timeout === undefined ? {} : { timeout }),
        env: { ...options.env, PATH: path },
      }),
    print: (stream, text) => void (printed[stream] += text),
  };
  return { status: await main(['lint', '--no-config', ...args], host), ...printed };
}

/** A folder with a program that keeps its arguments in `argv.json` there, and then does what `code` says. */
function standIn(name: string, code: string): { path: string; argv: () => string[] | undefined } {
  const folder = temporaryFolder();
  const log = join(folder, 'argv.json');
  const program = join(folder, name);
  writeFileSync(
    program,
    `#!${join(NODE, 'node')}\nrequire('node:fs').writeFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)));\n${code}\n`,
  );
  chmodSync(program, 0o755);
  return { path: folder, argv: () => (existsSync(log) ? JSON.parse(readFileSync(log, 'utf8')) : undefined) };
}

const prints = (text: string): string => `process.stdout.write(${JSON.stringify(text)});`;

function needs(context: TestContext, program: string): void {
  const { error } = spawnSync(program, ['version'], { timeout: 30_000 });
  if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT') return;
  process.stderr.write(`\nNOT PROVED: ${program} is not on the PATH, so nothing was rendered with it.\n`);
  context.skip(`NOT PROVED: ${program} is not on the PATH`);
}

/** One finding, an error with a safe fix, in its sixth line. */
const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels:\n    istio-injection: true\n';
const CLEAN = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: other\n';

const CHART = {
  '.git/HEAD': '',
  'shop/Chart.yaml': 'apiVersion: v2\nname: store\nversion: 1.0.0\n',
  'shop/values.yaml': 'inject: enabled\n',
  'shop/templates/namespace.yaml':
    'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {{ .Release.Name }}\n  labels:\n    istio-injection: {{ .Values.inject }}\n',
  'shop/templates/alerts.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: alerts, namespace: a }\ndata:\n  title: {{ "{{ template \\"title\\" . }}" | quote }}\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: a, labels: { istio-injection: {{ .Values.inject }} } }\n',
  'bad.yaml': 'inject: true\n',
  // Would be a finding, were it read.
  'other/namespace.yaml': NAMESPACE,
};

interface Report {
  readonly findings: readonly {
    readonly ruleId: string;
    readonly location: { file: string; start: { line: number } };
  }[];
}
const places = ({ stdout }: Run): string[] =>
  (JSON.parse(stdout) as Report).findings.map(({ location }) => `${location.file}:${location.start.line}`).sort();

describe('--helm with the real program', () => {
  it('lints what the chart renders, and nothing else', async (context) => {
    needs(context, 'helm');
    const cwd = temporaryFolder(CHART);
    const clean = await meshvet(cwd, ['--helm', 'shop', '-f', 'json']);
    expect({ status: clean.status, stderr: clean.stderr, places: places(clean) }).toEqual({
      status: 0,
      stderr: '',
      places: [],
    });
    const run = await meshvet(cwd, ['--helm', './shop', '--values', 'bad.yaml', '-f', 'json']);
    expect(run.stderr).toBe('');
    // helm has put "---" and its "# Source" above each document, and the Namespace before the ConfigMap.
    expect(places(run)).toEqual(['helm:shop/templates/alerts.yaml:5', 'helm:shop/templates/namespace.yaml:8']);
    expect(run.status).toBe(1);
    const shown = spawnSync('helm', ['template', 'shop', 'shop', '-s', 'templates/namespace.yaml', '-f', 'bad.yaml'], {
      cwd,
      encoding: 'utf8',
    });
    expect(shown.stdout.split('\n')[7]).toContain('istio-injection: true');
    const text = await meshvet(cwd, ['--helm', 'shop', '--values', 'bad.yaml']);
    expect(text.stdout).toContain('helm:shop/templates/namespace.yaml');
    expect(text.stdout).toContain('istio-injection: true');
  });

  it('takes names that look like flags and lists', async (context) => {
    needs(context, 'helm');
    const cwd = temporaryFolder({
      '-chart, "odd"/Chart.yaml': CHART['shop/Chart.yaml'],
      '-chart, "odd"/templates/namespace.yaml': CHART['shop/templates/namespace.yaml'],
      '-a,"b".yaml': 'inject: true\n',
    });
    const run = await meshvet(cwd, ['--helm=-chart, "odd"', '--values=-a,"b".yaml', '-f', 'json']);
    expect(run.stderr).toBe('');
    expect(places(run)).toEqual(['helm:-chart, "odd"/templates/namespace.yaml:8']);
  });

  it('says what helm says when the chart is broken', async (context) => {
    needs(context, 'helm');
    const cwd = temporaryFolder({ ...CHART, 'shop/templates/namespace.yaml': 'a: {{ fail "no such luck" }}\n' });
    const { status, stdout, stderr } = await meshvet(cwd, ['--helm', 'shop']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^meshvet: --helm: helm template failed\n {2}Error: .*no such luck/);
  });
});

describe('--kustomize with the real program', () => {
  it('lints what is built', async (context) => {
    needs(context, 'kubectl');
    const cwd = temporaryFolder({
      'base/kustomization.yaml': 'resources: [namespace.yaml]\n',
      'base/namespace.yaml': CLEAN,
      '-over/kustomization.yaml':
        'resources: [../base]\npatches:\n  - patch: "{apiVersion: v1, kind: Namespace, metadata: {name: other, labels: {istio-injection: on-please}}}"\n',
    });
    const clean = await meshvet(cwd, ['--kustomize', 'base']);
    expect({ status: clean.status, stderr: clean.stderr }).toEqual({ status: 0, stderr: '' });
    const run = await meshvet(cwd, ['--kustomize=-over', '--kustomize', 'base', '-f', 'json']);
    expect(run.stderr).toBe('');
    expect(places(run)).toEqual(['kustomize:-over:5']);
  });

  it('says what it says when it fails', async (context) => {
    needs(context, 'kubectl');
    const { status, stderr } = await meshvet(temporaryFolder({ 'base/a.yaml': CLEAN }), ['--kustomize', 'base']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^meshvet: --kustomize: (?:kustomize build|kubectl kustomize) failed\n {2}.*kustomization/i);
  });
});

describe('with a stand-in', () => {
  const SHOP = { 'shop/Chart.yaml': '', 'v.yaml': '', 'w,x.yaml': '', 'base/kustomization.yaml': '' };

  it('starts helm without a shell, with each word where it belongs', async () => {
    const helm = standIn('helm', prints(CLEAN));
    const names = ['--post-renderer=evil', '$(touch made)', 'a b;touch made', "it's", 'shop\n--debug'];
    for (const name of names) {
      const cwd = temporaryFolder({ ...SHOP, [`${name}/Chart.yaml`]: '' });
      const run = await meshvet(cwd, [`--helm=${name}`, '--values', 'v.yaml', '--values=w,x.yaml'], helm);
      expect(run).toMatchObject({ status: 0, stderr: '' });
      const argv = helm.argv() ?? [];
      expect(argv.slice(0, 4)).toEqual(['template', '--values=./v.yaml', '--values="./w,x.yaml"', '--']);
      expect(argv[4]).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,51}[a-z0-9])?$/);
      expect(argv.slice(5)).toEqual([`./${name}`]);
      expect(existsSync(join(cwd, 'made'))).toBe(false);
    }
  });

  it.each([
    ['shop', 'shop'],
    ['My_Shop', 'my-shop'],
    ['shop-1.2.3.tgz', 'shop'],
    ['...', 'release'],
    [`${'a'.repeat(52)}-b`, 'a'.repeat(52)],
  ])('calls the release of %j %j', async (name, release) => {
    const helm = standIn('helm', prints(CLEAN));
    await meshvet(temporaryFolder({ [`${name}/Chart.yaml`]: '' }), ['--helm', name], helm);
    expect(helm.argv()).toEqual(['template', '--', release, `./${name}`]);
  });

  it('takes kustomize first, and kubectl when it is not there', async () => {
    const cwd = temporaryFolder(SHOP);
    const kustomize = standIn('kustomize', prints(CLEAN));
    const kubectl = standIn('kubectl', prints(CLEAN));
    await meshvet(cwd, ['--kustomize', 'base'], { path: `${kubectl.path}:${kustomize.path}` });
    expect([kustomize.argv(), kubectl.argv()]).toEqual([['build', '--', './base'], undefined]);
    await meshvet(cwd, ['--kustomize', 'base'], kubectl);
    expect(kubectl.argv()).toEqual(['kustomize', '--', './base']);
  });

  it('names what is missing', async () => {
    const cwd = temporaryFolder(SHOP);
    const none = { path: temporaryFolder() };
    const cases = [
      [['--helm', 'shop'], '--helm needs the program helm, and there is none on the PATH'],
      [['--kustomize', 'base'], '--kustomize needs the program kustomize or kubectl, and there is neither on the PATH'],
      [['--helm', 'shap'], '--helm: no such folder or archive "shap"'],
      [
        ['--helm', 'oci://x/y'],
        '--helm: no such folder or archive "oci://x/y"; pipe the output of "helm template" into meshvet - instead',
      ],
      [['--helm', 'shop', '--values', 'no.yaml'], '--values: no such file "no.yaml"'],
      [['--helm', 'shop', '--values=-'], '--values: no such file "-"'],
      [['--kustomize', 'https://x/y'], '--kustomize: no such folder "https://x/y"'],
      [['--values', 'v.yaml'], '--values goes with --helm CHART'],
      [
        ['--helm', 'shop', '--changed'],
        '--changed goes by lines of files, and --helm makes text that is no file; give one of them',
      ],
      [
        ['--kustomize', 'base', '--since', 'HEAD'],
        '--since goes by lines of files, and --kustomize makes text that is no file; give one of them',
      ],
    ] as const;
    for (const [args, words] of cases) {
      expect(await meshvet(cwd, args, none)).toEqual({ status: 2, stdout: '', stderr: `meshvet: ${words}\n` });
    }
  });

  it('shows the first lines of a program that fails, and no control codes', async () => {
    const say = (text: string) => `process.stderr.write(${text}); process.exitCode = 3;`;
    const lines = `Array.from({ length: 9 }, (_, i) => '\\u001b[31mline ' + i + 'x'.repeat(10000)).join('\\n\\n')`;
    const { status, stderr } = await meshvet(temporaryFolder(SHOP), ['--helm', 'shop'], standIn('helm', say(lines)));
    expect(status).toBe(2);
    expect(stderr).not.toContain('\u001b');
    expect(stderr.split('\n').length).toBeLessThanOrEqual(10);
    expect(stderr).toMatch(/^meshvet: --helm: helm template failed\n {2}.*line 0x/);
    expect(stderr.length).toBeLessThan(5000);
    const silent = await meshvet(temporaryFolder(SHOP), ['--helm', 'shop'], standIn('helm', 'process.exitCode = 3;'));
    expect(silent.stderr).toBe('meshvet: --helm: helm template failed: it gives no reason\n');
    const killed = await meshvet(
      temporaryFolder(SHOP),
      ['--helm', 'shop'],
      standIn('helm', "process.kill(process.pid, 'SIGKILL');"),
    );
    expect(killed.stderr).toBe('meshvet: --helm: helm template failed: a signal ended it\n');
  });

  it('ends a program that prints without end, or never ends', async () => {
    const cwd = temporaryFolder(SHOP);
    const flood = standIn(
      'helm',
      "const x = 'x'.repeat(1 << 20); (function more() { process.stdout.write(x, more); })();",
    );
    expect(await meshvet(cwd, ['--helm', 'shop'], flood)).toEqual({
      status: 2,
      stdout: '',
      stderr: 'meshvet: --helm: helm template cannot be used: it prints more than 64 MiB\n',
    });
    const sleeper = standIn('helm', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);");
    expect(await meshvet(cwd, ['--helm', 'shop'], { ...sleeper, timeout: 500 })).toEqual({
      status: 2,
      stdout: '',
      stderr: 'meshvet: --helm: helm template cannot be used: it was not done after 60 seconds\n',
    });
  }, 30_000);

  it('passes over a rendition that is too large, and tells one that is no text', async () => {
    const cwd = temporaryFolder(SHOP);
    const large = standIn('helm', `${prints('---\n# Source: s/a.yaml\n#')}process.stdout.write('x'.repeat(11 << 20));`);
    const run = await meshvet(cwd, ['--helm', 'shop', '-f', 'json'], large);
    expect(run.stdout).toContain('yaml-too-large');
    const binary = standIn('helm', 'process.stdout.write(Buffer.from([255, 254, 0]));');
    expect((await meshvet(cwd, ['--helm', 'shop'], binary)).stdout).toContain('not UTF-8');
    const many = standIn(
      'helm',
      "process.stdout.write(Array.from({ length: 10001 }, (_, i) => '---\\n# Source: s/' + i + '\\n').join(''));",
    );
    expect((await meshvet(cwd, ['--helm', 'shop'], many)).stderr).toBe(
      'meshvet: --helm: helm:shop renders too many files\n',
    );
  });

  it('nothing rendered is no clean run', async () => {
    const run = await meshvet(temporaryFolder(SHOP), ['--helm', 'shop'], standIn('helm', ''));
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('--pass-on-no-manifests');
  });

  it('never takes a path of the output for a path of the disk', async () => {
    const cwd = temporaryFolder({ ...SHOP, 'in/x.yaml': '', 'helm:shop/a.yaml': NAMESPACE });
    const output = `${NAMESPACE}---\n# Source: s/../../../etc/./x.yaml\n${NAMESPACE}---\n# Source: s/a.yaml\n${NAMESPACE}---\n# Source: s/\u001b[31m\n${NAMESPACE}`;
    const helm = standIn('helm', prints(output));
    const before = readFileSync(join(cwd, 'helm:shop/a.yaml'), 'utf8');
    for (const format of ['text', 'github', 'sarif', 'gitlab', 'compact']) {
      const { stdout } = await meshvet(cwd, ['--helm', 'shop', 'helm:shop', '-f', format], helm);
      expect(stdout.replaceAll('\u001b[', '')).toBe(stdout);
      expect(stdout).not.toMatch(/\.\.(?:\/|%2F)/i);
      expect(stdout).toContain(
        format === 'sarif'
          ? 'helm%3Ashop/etc/x.yaml'
          : format === 'github'
            ? 'helm%3Ashop/etc'
            : 'helm:shop/etc/x.yaml',
      );
    }
    const json = places(await meshvet(cwd, ['--helm', 'shop', 'helm:shop', '-f', 'json'], helm));
    expect(json).toHaveLength(5);
    expect(json).toEqual(expect.arrayContaining(['helm:shop/a.yaml:6', 'helm:shop/a.yaml (2):8', 'helm:shop:6']));
    const outside = await meshvet(join(cwd, 'in'), ['--helm', '../shop', '-f', 'json'], helm);
    expect(places(outside)).toContain('helm:shop/a.yaml:8');
    expect(readFileSync(join(cwd, 'helm:shop/a.yaml'), 'utf8')).toBe(before);
  });

  it('--fix leaves what was rendered alone, and fixes the files beside it', async () => {
    const cwd = temporaryFolder({
      ...SHOP,
      'mine/a.yaml': NAMESPACE.replace('shop', 'mine'),
      'helm:shop/a.yaml': NAMESPACE,
    });
    const helm = standIn('helm', prints(`---\n# Source: s/a.yaml\n${NAMESPACE}`));
    const alone = await meshvet(cwd, ['--helm', 'shop', '--fix'], helm);
    expect(alone.status).toBe(1);
    expect(alone.stderr).toBe(
      'meshvet: nothing was fixed\nmeshvet: left alone "helm:shop/a.yaml": it was rendered; what it is made from is to be changed\n',
    );
    const dry = await meshvet(cwd, ['--helm', 'shop', '--fix-dry-run'], helm);
    expect([dry.status, dry.stdout]).toEqual([1, '']);
    const beside = await meshvet(cwd, ['--helm', 'shop', '--fix', 'mine'], helm);
    expect(beside.stderr).toContain('fixed 1 finding in 1 file');
    expect(readFileSync(join(cwd, 'mine/a.yaml'), 'utf8')).toContain('istio-injection: "enabled"');
    expect(readFileSync(join(cwd, 'helm:shop/a.yaml'), 'utf8')).toBe(NAMESPACE);
  });

  it('text for a template of somebody else is no reason to pass a rendered file over, also not after a fix', async () => {
    const alerts =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: b }\ndata: { t: \'{{ template "t" . }}\' }\n';
    const output = `---\n# Source: s/templates/a.yaml\n${alerts}---\n# Source: s/templates/b.yaml\n${alerts}---\n# Source: s/templates/a.yaml\n${NAMESPACE}`;
    const helm = standIn('helm', prints(output));
    const cwd = temporaryFolder({ ...SHOP, 'mine/a.yaml': NAMESPACE.replace('shop', 'mine') });
    for (const more of [[], ['mine', '--fix']]) {
      const run = await meshvet(cwd, ['--helm', 'shop', '-f', 'json', ...more], helm);
      // Both documents of the first template stand together.
      expect(places(run)).toEqual(['helm:shop/templates/a.yaml:14']);
    }
    expect(readFileSync(join(cwd, 'mine/a.yaml'), 'utf8')).toContain('"enabled"');
  });

  it('nothing is started unless it is asked for', async () => {
    const helm = standIn('helm', prints(CLEAN));
    await meshvet(temporaryFolder(SHOP), ['.'], helm);
    expect(helm.argv()).toBeUndefined();
  });
});
