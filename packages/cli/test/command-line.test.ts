import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const BIN = path('../bin/meshvet.js');
const VERSION = (JSON.parse(readFileSync(path('../package.json'), 'utf8')) as { version: string }).version;

beforeAll(() => {
  // `pnpm test` builds first; a test that is run alone builds when there is nothing yet.
  if (existsSync(path('../dist/meshvet/main.js'))) return;
  const { status, stderr } = spawnSync(process.execPath, [path('../../../scripts/build.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function meshvet(
  cwd: string,
  args: readonly string[],
  more: { input?: string | Buffer; env?: Record<string, string> } = {},
): Run {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    input: more.input ?? '',
    env: { PATH, ...more.env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
}

/** A Service with a port without a name, and the workload behind it: `port-name-missing`, once. */
const UNKNOWN_GATEWAY = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec:
  hosts: [shop.example.com]
  gateways: [front]
  http: [{ route: [{ destination: { host: web } }] }]
`;

const UNNAMED = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  selector: { app: web }
  ports:
    - port: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web, version: v1, sidecar.istio.io/inject: "true" } }
    spec: { containers: [{ name: web, image: web, ports: [{ containerPort: 8080 }] }] }
`;
const CLEAN = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n';
const NO_MANIFEST = 'replicas: 3\n';
const ONE = ['--rule', 'port-name-missing:error'];
const asWarning = ['--rule', 'port-name-missing:warning'];

function project(files: Readonly<Record<string, string | Uint8Array>> = { 'web.yaml': UNNAMED }): string {
  return temporaryFolder({ '.git/HEAD': '', ...files });
}

describe('exit status, whatever the format', () => {
  const outcomes: [name: string, files: Record<string, string>, args: string[], status: number][] = [
    ['nothing found', { 'a.yaml': CLEAN }, ['.'], 0],
    ['findings below the threshold', { 'a.yaml': UNNAMED }, [...asWarning, '.'], 0],
    ['findings at the threshold', { 'a.yaml': UNNAMED }, [...ONE, '.'], 1],
    ['findings above the threshold', { 'a.yaml': UNNAMED }, [...ONE, '--fail-on', 'info', '.'], 1],
    ['a lower threshold', { 'a.yaml': UNNAMED }, [...asWarning, '--fail-on', 'warning', '.'], 1],
    ['no threshold', { 'a.yaml': UNNAMED }, [...ONE, '--fail-on', 'never', '.'], 0],
    ['the rule is off', { 'a.yaml': UNNAMED }, ['--rule', 'port-name-missing:off', '.'], 0],
    ['the rule is off by its code', { 'a.yaml': UNNAMED }, ['--rule', 'IST0118:off', '.'], 0],
    ['too many warnings', { 'a.yaml': UNNAMED }, [...asWarning, '--max-warnings', '0', '.'], 1],
    ['not too many warnings', { 'a.yaml': UNNAMED }, [...asWarning, '--max-warnings', '1', '.'], 0],
    ['a manifest that is no YAML', { 'a.yaml': 'apiVersion: v1\nkind: Service\n  x: [\n' }, ['.'], 1],
    ['no file', {}, ['.'], 2],
    ['no manifest', { 'values.yaml': NO_MANIFEST }, ['.'], 2],
    ['no manifest, and that is fine', { 'values.yaml': NO_MANIFEST }, ['--pass-on-no-manifests', '.'], 0],
    ['a missing path beside a clean one', { 'a.yaml': CLEAN }, ['a.yaml', 'gone.yaml'], 2],
    ['a missing path beside findings', { 'a.yaml': UNNAMED }, [...ONE, 'a.yaml', 'gone.yaml'], 2],
    ['only a missing path', {}, ['gone.yaml'], 2],
    ['a wrong flag', { 'a.yaml': UNNAMED }, ['--nope'], 2],
    ['a broken config', { 'a.yaml': CLEAN, 'meshvet.config.yaml': 'prest: all\n' }, ['.'], 2],
    [
      'a config that asks for more',
      { 'a.yaml': UNNAMED, 'meshvet.config.yaml': 'rules: { port-name-missing: error }\n' },
      ['.'],
      1,
    ],
    [
      'a flag over the config',
      { 'a.yaml': UNNAMED, 'meshvet.config.yaml': 'failOn: never\n' },
      [...ONE, '--fail-on', 'error', '.'],
      1,
    ],
    ['colours and statistics', { 'a.yaml': UNNAMED }, [...ONE, '--color', '--stats', '.'], 1],
    ['the config is not read', { 'a.yaml': CLEAN, 'meshvet.config.yaml': 'prest: all\n' }, ['--no-config', '.'], 0],
  ];
  const formats: [name: string, args: string[]][] = [
    ['text', []],
    ['json', ['--format', 'json']],
    ['json in a file', ['--format', 'json=report.out']],
    ['quiet', ['--quiet']],
  ];

  it.each(outcomes)('%s', (_name, files, args, status) => {
    const cwd = project(files);
    for (const [format, flags] of formats) {
      const run = meshvet(cwd, ['lint', ...flags, ...args]);
      expect(run.status, `${format}: ${run.stderr}`).toBe(status);
      if (status === 2) expect(run.stderr).toMatch(/^meshvet: /m);
      if (format === 'json' && run.stdout !== '') expect(() => JSON.parse(run.stdout)).not.toThrow();
      expect(run.stderr).not.toContain('    at ');
    }
  });

  it('is 2 when a report cannot be written, and the others are', () => {
    const cwd = project();
    const run = meshvet(cwd, ['--format', 'json=no/such/folder/x.json', '--format', 'json=ok.json', '.']);
    expect(run.status).toBe(2);
    expect(run.stderr).toBe(
      'meshvet: cannot write the json report to "no/such/folder/x.json": no such file or folder\n',
    );
    expect(JSON.parse(readFileSync(join(cwd, 'ok.json'), 'utf8')).schemaVersion).toBe(1);
  });

  it('is 2 for what cannot be read, and the rest is linted', () => {
    const cwd = project();
    symlinkSync('nowhere.yaml', join(cwd, 'broken.yaml'));
    const run = meshvet(cwd, ['--format', 'json', '.']);
    expect(run.status).toBe(2);
    expect(run.stderr).toBe('meshvet: cannot read "broken.yaml": a symbolic link that leads nowhere\n');
    expect(JSON.parse(run.stdout).findings.length).toBeGreaterThan(0);
  });
});

describe('output', () => {
  it('keeps standard output for the report', () => {
    const cwd = project({ 'a.yaml': UNNAMED, 'meshvet.config.yaml': 'maxWarnings: 0\n' });
    const run = meshvet(cwd, ['--format', 'json', '--stats', ...asWarning, '.', 'gone']);
    expect(JSON.parse(run.stdout).timings.rules.length).toBeGreaterThan(0);
    expect(run.stderr).toContain('peak memory');
    expect(run.stderr).toContain('no such file or folder "gone"');
  });

  it('keeps to the shipped schema', () => {
    const schema = JSON.parse(readFileSync(path('../../core/schema/report.schema.json'), 'utf8'));
    const validate = new Ajv({ strictTypes: false }).compile(schema);
    const cwd = project({
      'a.yaml': UNNAMED,
      'b.yaml': 'a: [',
      'c.yaml': NO_MANIFEST,
      'd.yaml': new Uint8Array([0xff, 0xfe]),
    });
    const run = meshvet(cwd, ['--format', 'json', '--preset', 'all', '--stats', '.']);
    expect(validate(JSON.parse(run.stdout)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('goes to several places at once', () => {
    const cwd = project();
    const run = meshvet(cwd, ['-f', 'text', '-f', 'json=a.json', '-f', 'text=b.txt', '--color', '.']);
    expect(run.stdout).toContain('\u001b[');
    expect(readFileSync(join(cwd, 'b.txt'), 'utf8')).not.toContain('\u001b');
    expect(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8')).tool).toEqual({ name: 'meshvet', version: VERSION });
  });

  it('shows errors only when quiet, and says why it fails all the same', () => {
    const cwd = project();
    expect(meshvet(cwd, ['--quiet', ...asWarning, '.'])).toEqual({ status: 0, stdout: '', stderr: '' });
    const run = meshvet(cwd, ['--quiet', '--fail-on', 'warning', ...asWarning, '.']);
    expect(run).toEqual({
      status: 1,
      stdout: '',
      stderr: 'meshvet: findings that --quiet hides fail the run: 1 warning\n',
    });
  });

  it.each([
    [{}, [], false],
    [{ FORCE_COLOR: '1' }, [], true],
    [{ FORCE_COLOR: '0' }, [], false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, [], true],
    [{ NO_COLOR: '1' }, ['--color'], true],
    [{ FORCE_COLOR: '1' }, ['--no-color'], false],
  ] as [Record<string, string>, string[], boolean][])(
    'has colours: environment %j, flags %j: %j',
    (env, flags, colors) => {
      expect(meshvet(project(), [...flags, '.'], { env }).stdout.includes('\u001b[')).toBe(colors);
    },
  );

  it('is the same twice, and for files in another order', () => {
    const cwd = project({ 'a.yaml': UNNAMED, 'b.yaml': UNNAMED.replaceAll('web', 'api'), 'c.yaml': 'a: [' });
    const first = meshvet(cwd, ['--format', 'json', 'a.yaml', 'b.yaml', 'c.yaml']).stdout;
    expect(JSON.parse(first).findings.length).toBeGreaterThan(1);
    expect(meshvet(cwd, ['--format', 'json', 'c.yaml', 'b.yaml', 'a.yaml']).stdout).toBe(first);
    expect(meshvet(cwd, ['--format', 'json', '.']).stdout).toBe(first);
  });

  it('does not mind that nobody reads on', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => UNNAMED.replaceAll('web', `web${i}`)).join('---\n');
    const cwd = project({ 'a.yaml': many });
    const child = spawn(process.execPath, [BIN, '--fail-on', 'info', '.'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((done) => child.on('close', done));
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  });
});

describe('input', () => {
  it('is standard input for -', () => {
    const cwd = project({});
    const run = meshvet(cwd, [...ONE, '--format', 'json', '-'], { input: UNNAMED });
    expect(run.status).toBe(1);
    expect(JSON.parse(run.stdout).findings[0].location.file).toBe('<stdin>');
    const named = meshvet(cwd, [...ONE, '--format', 'json', '--stdin-filename', 'k8s/web.yaml'], { input: UNNAMED });
    expect(JSON.parse(named.stdout).findings[0].location.file).toBe('k8s/web.yaml');
  });

  it('is standard input in place of a file, with the folder around it', () => {
    const cwd = project({ 'web.yaml': CLEAN, 'shop.yaml': CLEAN });
    const run = meshvet(cwd, [...ONE, '--format', 'json', '--stdin-filename', 'web.yaml', '.'], { input: UNNAMED });
    const report = JSON.parse(run.stdout);
    expect(report.summary.files.read).toBe(2);
    expect(report.findings[0].location.file).toBe('web.yaml');
  });

  it('is the folder we are in without a path', () => {
    expect(meshvet(project(), ONE).status).toBe(1);
  });

  it('may be a pipe with a name of its own', () => {
    const cwd = project();
    const run = spawnSync('sh', ['-c', `cat web.yaml | "$NODE" "$BIN" lint --format json /dev/stdin`], {
      cwd,
      env: { PATH: process.env.PATH ?? '', NODE: process.execPath, BIN },
      encoding: 'utf8',
    });
    expect(JSON.parse(run.stdout).summary.resources).toBe(2);
  });

  it('may have names and contents that mean harm', () => {
    const names = ['\u001b[2J\u202e.yaml', 'a\nb.yaml', '--rule.yaml', '__proto__.yaml', '::error::x.yaml'];
    const evil = UNNAMED.replaceAll('web', '"\\e[31mweb\u009b"');
    const cwd = project(Object.fromEntries(names.map((name) => [name, evil])));
    for (const flags of [[], ['--format', 'json']]) {
      const run = meshvet(cwd, ['--preset', 'all', ...flags, '.', '\u001b[2J']);
      expect(run.status).toBe(2);
      for (const line of `${run.stdout}\n${run.stderr}`.split('\n')) expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });

  it('may be too large, or no text', () => {
    const cwd = project({
      'a.yaml': UNNAMED,
      'b.yaml': Buffer.alloc(11 * 1024 * 1024, 0x61),
      'c.yaml': new Uint8Array([0x61, 0xff]),
    });
    const run = meshvet(cwd, ['--format', 'json', '.']);
    const rules = JSON.parse(run.stdout).findings.map((finding: { ruleId: string }) => finding.ruleId);
    expect(rules).toContain('yaml-too-large');
    expect(rules).toContain('yaml-syntax');
    expect(run.status).toBe(1);
  });

  it('has other clusters beside it', () => {
    const cwd = project({ 'a.yaml': UNNAMED, 'west/b.yaml': UNNAMED, 'mesh.yaml': 'rootNamespace: istio-system\n' });
    const run = meshvet(cwd, [
      '--format',
      'json',
      '--cluster',
      'west=west',
      '--cluster',
      '__proto__=west',
      '--mesh-config',
      'mesh.yaml',
      'a.yaml',
    ]);
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout).findings.map((f: { location: { file: string } }) => f.location.file)).not.toContain(
      'west/b.yaml',
    );
    for (const flags of [
      ['--cluster', 'west'],
      ['--cluster', 'west=gone'],
      ['--mesh-config', 'gone.yaml'],
      ['--cluster', '=x'],
    ]) {
      const wrong = meshvet(cwd, [...flags, 'a.yaml']);
      expect(wrong.status).toBe(2);
      expect(wrong.stderr).toMatch(/^meshvet: [^\n]+\n$/);
    }
  });
});

describe('usage', () => {
  it.each([
    [['--rule', 'port-name-mising:off'], 'there is no rule "port-name-mising", did you mean "port-name-missing"?'],
    [['--rule', 'port-name-missing'], 'is not ID:SEVERITY'],
    [['--rule', 'port-name-missing:eror'], 'did you mean "error"?'],
    [['--rule', '__proto__:off'], 'there is no rule "__proto__"'],
    [['--max-warnings', 'ten'], '"ten" is no number'],
    [['--istio-version', 'new'], '"new" is no version'],
    [['--profile', 'istio-1.1'], 'did you mean "istio-1.0"?'],
    [['--config', 'gone.yaml'], 'cannot read the config file "gone.yaml"'],
    [['explian', 'IST0118'], 'did you mean the command "explain"?'],
    [['web.yml'], 'did you mean "web.yaml"?'],
    [['explain'], 'explain needs a rule or a code'],
    [['explain', 'IST9999999'], 'there is no rule or code "IST9999999"'],
    [['rules', 'x'], 'rules takes no argument'],
    [['help', 'lintt'], 'did you mean "lint"?'],
  ])('%j is refused', (args, message) => {
    const run = meshvet(project(), args);
    expect(run.status).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr.split('\n')[0]).toContain(message);
  });

  it.each([[['--help']], [['lint', '--help']], [['help']], [['explain', '-h']], [['rules', '--help']]])(
    '%j helps',
    (args) => {
      const run = meshvet(project(), args);
      expect(run.status).toBe(0);
      expect(run.stderr).toBe('');
      expect(run.stdout).toContain('meshvet');
    },
  );

  it('tells its version', () => {
    expect(meshvet(project(), ['--version'])).toEqual({ status: 0, stdout: `meshvet ${VERSION}\n`, stderr: '' });
  });

  it('explains a rule by id and by code', () => {
    const byId = meshvet(project(), ['explain', 'port-name-missing']);
    expect(byId.status).toBe(0);
    for (const part of ['why', 'fix', 'IST0118', 'Bad', 'Good', 'apiVersion: v1']) expect(byId.stdout).toContain(part);
    expect(meshvet(project(), ['explain', 'ist0118']).stdout).toContain('port-name-missing\n');
  });

  it.each([
    ['IST0101', ['route-gateway-unknown', 'route-host-unknown']],
    ['IST0101/gateway', ['route-gateway-unknown']],
    ['ist0101/Host', ['route-host-unknown']],
  ])('explains every rule behind %s, and no other', (code, ids) => {
    const titles = meshvet(project(), ['explain', code]).stdout.match(/^[a-z]+(?:-[a-z]+)+$/gm) ?? [];
    for (const id of ids) expect(titles).toContain(id);
    for (const id of titles) {
      const { stdout } = meshvet(project(), ['explain', id]);
      expect(stdout.toUpperCase()).toMatch(new RegExp(`\\b${code.toUpperCase()}\\b`));
    }
  });

  it.each(['IST0101', 'IST0101/gateway', 'ist0101/GATEWAY'])('sets the findings of %s', (code) => {
    const cwd = project({ 'a.yaml': UNKNOWN_GATEWAY });
    const rulesOf = (args: readonly string[]) =>
      JSON.parse(meshvet(cwd, ['--closed-world', '--format', 'json', ...args]).stdout).findings.map(
        (f: { ruleId: string }) => f.ruleId,
      );
    expect(rulesOf([])).toContain('route-gateway-unknown');
    expect(rulesOf(['--rule', `${code}:off`])).not.toContain('route-gateway-unknown');
    expect(rulesOf(['--rule', 'IST0101/host:off'])).toContain('route-gateway-unknown');
  });

  it('lists its rules', () => {
    expect(meshvet(project(), ['rules']).stdout).toMatch(/^port-name-missing +\w+ +\S/m);
    const { rules } = JSON.parse(meshvet(project(), ['rules', '--format', 'json']).stdout);
    expect(rules.map((rule: { id: string }) => rule.id)).toContain('port-name-missing');
  });

  it('finds the config above, and what it leaves out', () => {
    const cwd = project({
      'k8s/a.yaml': UNNAMED,
      'k8s/old/b.yaml': UNNAMED,
      'meshvet.config.yaml': 'ignore: [k8s/old]\nrules: { port-name-missing: error }\n',
    });
    mkdirSync(join(cwd, 'elsewhere'));
    writeFileSync(join(cwd, 'elsewhere/other.yaml'), 'rules: { port-name-missing: "off" }\n');
    const run = meshvet(join(cwd, 'k8s'), ['--format', 'json']);
    expect(run.status).toBe(1);
    expect(JSON.parse(run.stdout).findings.map((f: { location: { file: string } }) => f.location.file)).toEqual([
      'a.yaml',
    ]);
    expect(meshvet(cwd, ['--config', 'elsewhere/other.yaml']).status).toBe(0);
  });
});
