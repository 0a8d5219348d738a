import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { copyTree, mustRun, pnpm, type Ran, removeFolder, run, temporaryFolder } from './clean-copy.ts';

// What users get: the packages are built from a clean copy of the tree, packed, looked at, and installed with npm into a
// project that has nothing.

const ROOT = join(import.meta.dirname, '..');
const PUBLISHED = ['core', 'rules', 'cli'] as const;
type Folder = (typeof PUBLISHED)[number];

const work = temporaryFolder('packages');
const clone = join(work, 'clone');
const project = join(work, 'project');
const tarballs = {} as Record<Folder, string>;

beforeAll(() => {
  copyTree(
    [
      'package.json',
      'pnpm-workspace.yaml',
      'pnpm-lock.yaml',
      'tsconfig.base.json',
      'tsconfig.json',
      'LICENSE',
      'scripts',
      'packages',
    ],
    clone,
  );
  pnpm(['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts'], clone);
  mustRun(process.execPath, [join(clone, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: clone });
  mustRun(process.execPath, ['scripts/build.mjs'], { cwd: clone });
  for (const folder of PUBLISHED) {
    const packed = JSON.parse(
      pnpm(['pack', '--json', '--pack-destination', work], join(clone, 'packages', folder)),
    ) as {
      filename: string;
    };
    tarballs[folder] = packed.filename;
  }
}, 240_000);

afterAll(() => removeFolder(work));

const manifestOf = (folder: Folder) =>
  JSON.parse(mustRun('tar', ['-xzOf', tarballs[folder], 'package/package.json'], { cwd: work })) as Record<
    string,
    never
  > & {
    version: string;
    exports: object;
    dependencies: Record<string, string>;
  };

const filesOf = (folder: Folder) =>
  mustRun('tar', ['-tzf', tarballs[folder]], { cwd: work })
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''))
    .sort();

/** The modules of a package, compiled. */
function compiled(folder: Folder): string[] {
  return readdirSync(join(clone, 'packages', folder, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap((path) => [path.replace(/\.ts$/, '.js'), path.replace(/\.ts$/, '.d.ts')])
    .map((path) => `dist/lib/${path}`);
}

describe.each(PUBLISHED)('the tarball of packages/%s', (folder) => {
  test('holds what it should, and nothing else', () => {
    const schemas = (names: readonly string[]) => names.map((name) => `schema/${name}.schema.json`);
    const more: Record<Folder, readonly string[]> = {
      core: schemas(['config', 'report', 'trace', 'why']),
      rules: [],
      cli: [
        ...schemas(['config', 'report', 'trace', 'why']),
        'bin/meshvet.js',
        'dist/meshvet/main.js',
        'dist/meshvet/third-party-licenses.txt',
      ],
    };
    const files = filesOf(folder).filter((path) => !path.startsWith('dist/meshvet/chunks/'));
    expect(files).toEqual([...compiled(folder), ...more[folder], 'package.json', 'README.md', 'LICENSE'].sort());
    const chunks = filesOf(folder).filter((path) => path.startsWith('dist/meshvet/chunks/'));
    expect(chunks.length > 0).toBe(folder === 'cli');
    expect(mustRun('tar', ['-xzOf', tarballs[folder], 'package/LICENSE'], { cwd: work })).toBe(
      readFileSync(join(ROOT, 'LICENSE'), 'utf8'),
    );
    for (const chunk of chunks) expect(chunk).toMatch(/^dist\/meshvet\/chunks\/[\w.-]+\.js(?:\.LEGAL\.txt)?$/);
  });

  test('says nothing of the workspace it is from', () => {
    const manifest = manifestOf(folder);
    const text = JSON.stringify(manifest);
    expect(text).not.toMatch(/workspace:|catalog:|@meshvet\/source|\.\/src\//);
    expect(Object.keys(manifest)).not.toContain('scripts');
    // Whoever installs one of them gets the others of the same release.
    const own = Object.entries(manifest.dependencies).filter(([name]) => name.startsWith('@meshvet/'));
    for (const [name, version] of own) expect(version, name).toBe(manifest.version);
    for (const conditions of Object.values(manifest.exports)) {
      if (typeof conditions === 'object') expect(Object.keys(conditions as object)).toEqual(['types', 'default']);
    }
  });

  test('is clean for publint', () => {
    const { status, stdout, stderr } = run(
      process.execPath,
      [join(ROOT, 'node_modules/publint/src/cli.js'), tarballs[folder], '--strict', '--level', 'suggestion'],
      { cwd: work },
    );
    expect(`${stdout}${stderr}`).toContain('All good!');
    expect(status).toBe(0);
  });

  test('has the right types', () => {
    const { status, stdout, stderr } = run(
      process.execPath,
      [
        join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
        tarballs[folder],
        ...['--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'ascii'],
      ],
      { cwd: work },
    );
    expect(`${stdout}${stderr}`).toContain('node16 (from ESM): OK');
    expect(status, `${stdout}${stderr}`).toBe(0);
  });
});

const MANIFEST = `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { app: cart }
  ports:
    - name: cart
      port: 7000
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`;

/** What a program for browsers may use: no types but those of the packages and of the language. */
const PURE = `import { defineRule, type Finding, lint, loadReporter, type Rule } from '@meshvet/core';
import { testRule, yaml } from '@meshvet/core/testing';
import { allRules } from '@meshvet/rules';

const own = defineRule({
  meta: {
    id: 'service-team-missing',
    summary: 'A Service has no team label.',
    why: 'Nobody knows whom to call.',
    fix: 'Add the label team.',
    severity: 'warning',
    subject: 'service',
    sources: [],
    messages: { missing: 'Service {name} has no label team.' },
  },
  examples: { bad: [], good: [] },
  check({ subject, report }) {
    const { body, name } = subject.resource;
    report(body.at('metadata'), 'missing', { name });
    // @ts-expect-error no such message
    report(body, 'other', { name });
  },
});
const rules: readonly Rule[] = [...allRules, own];
const result = await lint([{ path: 'cart.yaml', text: yaml\`kind: Service\` }], { rules });
const first: Finding | undefined = result.findings[0];
export const text: string = (await loadReporter('text'))(result, { tool: { name: 'mine', version: '1' } });
testRule(own);
// @ts-expect-error a finding is no number
export const wrong: number = first;
`;

// By lines, so that no line of this file is an import of what scripts may not import.
const WITH_FILES = [
  "import { lintPaths, type PathsResult } from 'meshvet';",
  "const run: PathsResult = await lintPaths(['k8s'], { config: { istioVersion: '1.28' } });",
  'export const files: number = run.result.files.read;',
  '// @ts-expect-error no such profile',
  "await lintPaths(['k8s'], { config: { profile: 'linkerd' } });",
].join('\n');

const LIBRARY = [
  "import { readFileSync } from 'node:fs';",
  "import { lint } from '@meshvet/core';",
  "import { allRules } from '@meshvet/rules';",
  "import { lintPaths } from 'meshvet';",
  "import schema from 'meshvet/schema/config.schema.json' with { type: 'json' };",
  "const text = readFileSync('cart.yaml', 'utf8');",
  "const { findings, failures } = await lint([{ path: 'cart.yaml', text }], { rules: allRules });",
  "const { result } = await lintPaths(['cart.yaml']);",
  'const same = result.findings.length === findings.length;',
  'console.log(JSON.stringify({ ids: findings.map((f) => f.ruleId), same, failures, schema: schema.type }));',
].join('\n');

describe('an empty project', () => {
  let installed: Ran;

  beforeAll(() => {
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', version: '1.0.0', private: true }));
    writeFileSync(join(project, 'cart.yaml'), MANIFEST);
    installed = run(
      'npm',
      ['install', '--no-audit', '--no-fund', '--fetch-retries=1', '--prefer-offline', ...Object.values(tarballs)],
      { cwd: project },
    );
  }, 240_000);

  /** Without the registry nothing is proved, which must not look like a success. Any other failure is one. */
  function needsInstallation(context: TestContext): void {
    const { status, stdout, stderr } = installed;
    if (status === 0) return;
    const output = `${stdout}\n${stderr}`;
    if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ENETUNREACH/.test(output)) {
      process.stderr.write(
        '\nNOT PROVED: npm cannot reach the registry, so the packed packages were not installed anywhere.\n',
      );
      context.skip('NOT PROVED: npm cannot reach the registry');
    }
    throw new Error(`npm install failed\n${output}`);
  }

  /** The command as npm linked it. */
  const meshvet = (args: readonly string[]) =>
    run(join(project, 'node_modules/.bin', process.platform === 'win32' ? 'meshvet.cmd' : 'meshvet'), args, {
      cwd: project,
    });

  test('installs the three tarballs, and few other packages', (context) => {
    needsInstallation(context);
    const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')) as { packages: object };
    const names = Object.keys(lock.packages).flatMap(
      (path) => /node_modules\/([^/]+(?:\/[^/]+)?)$/.exec(path)?.[1] ?? [],
    );
    expect(names).toEqual(expect.arrayContaining(['@meshvet/core', '@meshvet/rules', 'meshvet']));
    // The tests of a user's own rules need vitest; who only lints must not get it.
    expect(names.filter((name) => /vitest|typescript|esbuild/.test(name))).toEqual([]);
    expect(names.length).toBeLessThan(20);
  });

  test('runs the bin', (context) => {
    needsInstallation(context);
    const { status, stdout, stderr } = meshvet(['--format', 'json', 'cart.yaml']);
    expect(stderr).toBe('');
    expect([0, 1]).toContain(status);
    const report = JSON.parse(stdout) as { findings: { ruleId: string }[] };
    expect(report.findings.length).toBeGreaterThan(0);
    const version = meshvet(['--version']);
    expect(version.stdout).toBe(`meshvet ${manifestOf('cli').version}\n`);
    // A late part of the bundle, and a config that is checked with ajv.
    writeFileSync(join(project, 'wrong.yaml'), 'fialOn: never\n');
    const wrong = meshvet(['--config', 'wrong.yaml', 'cart.yaml']);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('failOn');
  }, 60_000);

  test('imports the library', (context) => {
    needsInstallation(context);
    writeFileSync(join(project, 'library.mjs'), LIBRARY);
    const { status, stdout, stderr } = run(process.execPath, ['--no-warnings', 'library.mjs'], { cwd: project });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const seen = JSON.parse(stdout) as { ids: string[]; same: boolean; failures: unknown[]; schema: string };
    expect(seen.ids.length).toBeGreaterThan(0);
    expect(seen).toMatchObject({ same: true, failures: [], schema: 'object' });
  });

  test.for([
    ['NodeNext', 'NodeNext', 'pure'],
    ['ESNext', 'Bundler', 'pure'],
    ['NodeNext', 'NodeNext', 'with files'],
    ['ESNext', 'Bundler', 'with files'],
  ] as const)('compiles a program, module %s, resolution %s, %s', ([module, moduleResolution, kind], context) => {
    needsInstallation(context);
    const file = kind === 'pure' ? 'pure.mts' : 'with-files.mts';
    writeFileSync(join(project, file), kind === 'pure' ? PURE : WITH_FILES);
    // The declarations are checked as well. The types of Node, which users have, come from here.
    const types = kind === 'pure' ? [] : ['node'];
    const compilerOptions = {
      ...{ module, moduleResolution, types, typeRoots: [join(ROOT, 'node_modules/@types')] },
      ...{ target: 'ES2023', lib: ['ES2023'], strict: true, noEmit: true, skipLibCheck: false },
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = run(process.execPath, [tsc, '-p', '.'], { cwd: project });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  test('runs the program of examples/library', (context) => {
    needsInstallation(context);
    cpSync(join(ROOT, 'examples/library'), join(project, 'library'), { recursive: true });
    const tsc = [
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      '-p',
      'library',
      '--typeRoots',
      join(ROOT, 'node_modules/@types'),
    ];
    expect(run(process.execPath, tsc, { cwd: project })).toMatchObject({ status: 0, stdout: '' });
    const text = MANIFEST.replace('port: 7000', 'port: 7000\n      targetPort: 80');
    writeFileSync(join(project, 'low.yaml'), text);
    const { status, stdout, stderr } = run(process.execPath, ['library/lint-text.js', 'low.yaml'], { cwd: project });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Service shop/cart\n');
    expect(stdout).toMatch(/low\.yaml:9 warning service-port-privileged: Service shop\/cart sends to port 80 /);
  });

  test('loads the plugin of examples/plugin, as a package', (context) => {
    needsInstallation(context);
    const packed = mustRun('npm', ['pack', '--json', '--pack-destination', work, join(ROOT, 'examples/plugin')], {
      cwd: work,
    });
    const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    expect(files.map(({ path }) => path).sort()).toEqual(['index.js', 'package.json', 'rules/service-team-missing.js']);
    const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', join(work, filename)];
    mustRun('npm', args, { cwd: project });
    writeFileSync(
      join(project, 'with-plugin.yaml'),
      'plugins: [meshvet-plugin-example]\nrules: { service-team-missing: error }\n',
    );
    const { status, stdout, stderr } = meshvet(['--config', 'with-plugin.yaml', '--format', 'json', 'cart.yaml']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const { findings } = JSON.parse(stdout) as { findings: { ruleId: string; message: string }[] };
    expect(findings.find(({ ruleId }) => ruleId === 'service-team-missing')?.message).toBe(
      'Service shop/cart has no label "team".',
    );
    const refused = meshvet(['--config', 'with-plugin.yaml', '--no-plugins', 'cart.yaml']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('--no-plugins');
  }, 60_000);

  test('runs the test of a rule of its own', (context) => {
    needsInstallation(context);
    cpSync(join(ROOT, 'examples/plugin'), join(project, 'plugin'), { recursive: true });
    // vitest, which such a project has, is the one of the workspace: installing it again proves nothing.
    const vitest = realpathSync(join(ROOT, 'node_modules/vitest'));
    symlinkSync(vitest, join(project, 'node_modules/vitest'), 'junction');
    const { status, stdout, stderr } = run(process.execPath, [join(vitest, 'vitest.mjs'), 'run'], {
      cwd: join(project, 'plugin'),
    });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/Tests +5 passed/);
  }, 60_000);

  test('has no file of the workspace', (context) => {
    needsInstallation(context);
    for (const name of ['@meshvet/core', '@meshvet/rules', 'meshvet']) {
      expect(existsSync(join(project, 'node_modules', name, 'src')), name).toBe(false);
    }
  });
});
