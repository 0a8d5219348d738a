import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Host, nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { temporaryFolder } from './temporary-folder.ts';

const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { app: cart }
  ports: [{ name: http, port: 80 }]
`;

/** A plugin of one rule, as plain JavaScript without any import. */
function plugin(
  id = 'service-team-missing',
  check = "report(subject.resource.body.at('metadata'), 'missing', { name: 'x' })",
): string {
  return `export const rules = [{
  meta: {
    id: '${id}', summary: 'A.', why: 'B.', fix: 'C.', severity: 'warning', subject: 'service', sources: [],
    messages: { missing: 'Service {name} has no team.' },
  },
  options: { schema: { type: 'object', additionalProperties: false, properties: { key: { type: 'string' } } }, defaults: {} },
  examples: { bad: [], good: [] },
  check({ subject, report }) { ${check}; },
}];
`;
}

const CONFIG = 'plugins: [./team.mjs]\n';

async function run(
  files: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ status: number; ids: string[]; severities: string[]; stderr: string; cwd: string }> {
  const cwd = temporaryFolder({ 'k8s/cart.yaml': SERVICE, ...files });
  let stdout = '';
  let stderr = '';
  const host: Host = {
    ...nodeHost(),
    cwd,
    env: {},
    print(stream, text) {
      if (stream === 'stdout') stdout += text;
      else stderr += text;
    },
  };
  const status = await main(['--format', 'json', ...args, 'k8s'], host);
  const findings = stdout === '' ? [] : (JSON.parse(stdout).findings as { ruleId: string; severity: string }[]);
  const own = findings.filter(({ ruleId }) => ruleId === 'service-team-missing');
  return { status, ids: own.map((f) => f.ruleId), severities: own.map((f) => f.severity), stderr, cwd };
}

describe('plugins', () => {
  it('bring rules from a file beside the config', async () => {
    const result = await run({ 'meshvet.config.yaml': CONFIG, 'team.mjs': plugin() });
    expect(result).toMatchObject({ status: 0, ids: ['service-team-missing'], severities: ['warning'], stderr: '' });
  });

  it.each([
    ['of rules', plugin()],
    ['as the default export', plugin().replace('export const rules =', 'export default')],
    ['inside the default export', `${plugin().replace('export ', '')}export default { rules };`],
  ])('may export their list %s', async (_how, text) => {
    expect((await run({ 'meshvet.config.yaml': CONFIG, 'team.mjs': text })).ids).toEqual(['service-team-missing']);
  });

  it.each([
    ['main', { main: 'index.js' }],
    ['exports for everybody', { exports: './index.js' }],
    ['exports for import alone', { exports: { '.': { types: './index.d.ts', import: './index.js' } } }],
    ['exports with conditions inside', { exports: { node: { import: { default: './index.js' } } } }],
  ])('may be packages above the config, by %s', async (_how, manifest) => {
    const result = await run(
      {
        'clusters/meshvet.config.yaml': 'plugins: [meshvet-plugin-team]\n',
        'node_modules/meshvet-plugin-team/package.json': JSON.stringify({ type: 'module', ...manifest }),
        'node_modules/meshvet-plugin-team/index.js': plugin(),
      },
      '--config',
      'clusters/meshvet.config.yaml',
    );
    expect(result).toMatchObject({ ids: ['service-team-missing'], stderr: '' });
  });

  it('have their severity and options set by config and flags', async () => {
    const config = `${CONFIG}rules:\n  service-team-missing: { severity: error, options: { key: team } }\n`;
    const check =
      "if (options.key !== 'team') throw new Error('no options'); report(subject.resource.body, 'missing', { name: 'x' })";
    const text = plugin('service-team-missing', check).replace('{ subject, report }', '{ subject, report, options }');
    const files = { 'meshvet.config.yaml': config, 'team.mjs': text };
    expect(await run(files)).toMatchObject({ status: 1, severities: ['error'], stderr: '' });
    expect(await run(files, '--rule', 'service-team-missing:info')).toMatchObject({ status: 0, severities: ['info'] });
    expect(await run(files, '--rule', 'service-team-missing:off')).toMatchObject({ status: 0, ids: [] });
    const wrong = { ...files, 'meshvet.config.yaml': config.replace('key: team', 'kex: team') };
    expect(await run(wrong)).toMatchObject({ status: 2, stderr: expect.stringContaining('"kex"') });
  });

  it('may have their findings suppressed', async () => {
    const text = SERVICE.replace(
      'metadata: {',
      '# meshvet-disable-next-line service-team-missing -- nobody\nmetadata: {',
    );
    const result = await run({ 'meshvet.config.yaml': CONFIG, 'team.mjs': plugin(), 'k8s/cart.yaml': text });
    expect(result).toMatchObject({ status: 0, ids: [], stderr: '' });
  });

  it.each([
    ['throws', "throw new Error('oh')"],
    ['reports a message it does not have', "report(subject.resource.body, 'toString')"],
    ['reports at nothing', "report(undefined, 'missing', { name: 'x' })"],
    ['relates to nothing', "report(subject.resource.body, 'missing', {}, { related: [{ note: 'x' }] })"],
  ])('whose rule %s are told apart from meshvet, and the other rules run', async (_what, check) => {
    const result = await run({ 'meshvet.config.yaml': CONFIG, 'team.mjs': plugin('service-team-missing', check) });
    expect(result).toMatchObject({ status: 2, ids: [] });
    expect(result.stderr).toBe(
      'meshvet: rule service-team-missing broke: a fault of the plugin that it is from; please tell its author\n',
    );
  });

  it.each([
    ['is not there', 'plugins: [./gone.mjs]', plugin(), 'plugin "./gone.mjs": there is no such module'],
    [
      'is no package',
      'plugins: [meshvet-plugin-gone]',
      plugin(),
      'plugin "meshvet-plugin-gone": there is no such package',
    ],
    ['does not compile', CONFIG, 'export const = 1', 'plugin "./team.mjs": it cannot be loaded from '],
    ['throws', CONFIG, "throw new TypeError('a\\u001b[2J')", 'TypeError: a\\x1b[2J'],
    ['throws no error', CONFIG, 'throw null', 'null'],
    ['exports nothing', CONFIG, '', 'plugin "./team.mjs": it exports no list "rules"'],
    ['exports an empty list', CONFIG, 'export const rules = []', 'its list "rules" is empty'],
    ['exports a word', CONFIG, "export const rules = ['a']", 'its rule number 1 is no object'],
    [
      'has no check',
      CONFIG,
      plugin().replace('check({', 'chekc({'),
      'its rule number 1, "service-team-missing", has no function "check"',
    ],
    ['has a wrong id', CONFIG, plugin('__proto__'), 'has no meta.id'],
    [
      'has a wrong severity',
      CONFIG,
      plugin().replace("'warning'", "'fatal'"),
      'has no meta.severity; it is one of error, warning, info',
    ],
    ['has a wrong subject', CONFIG, plugin().replace("subject: 'service'", "subject: 'pod'"), 'has no meta.subject'],
    [
      'has types that are no list',
      CONFIG,
      plugin().replace("subject: 'service'", "subject: 'resource', types: 'Pod'"),
      'has a meta.types that is no list of texts',
    ],
    ['has no words', CONFIG, plugin().replace("why: 'B.', ", ''), 'has no text meta.why'],
    ['takes an id of meshvet', CONFIG, plugin('port-name-missing'), 'has the id of a rule of meshvet'],
    [
      'takes an id twice',
      CONFIG,
      plugin().replace('}];', '}]; rules.push(rules[0]);'),
      'has the id of a rule of plugin "./team.mjs"',
    ],
    [
      'has a schema that is none',
      `${CONFIG}rules: { service-team-missing: { options: { key: a } } }`,
      plugin().replace("type: 'string'", 'type: 5'),
      'no usable schema',
    ],
  ])('end the run when one %s', async (_what, config, text, words) => {
    const result = await run({ 'meshvet.config.yaml': config, 'team.mjs': text });
    expect(result.stderr).toContain(words);
    expect(result.stderr).toMatch(/^meshvet: [^\n]*\n$/);
    expect(result.status).toBe(2);
  });

  it('are told when they are no names', async () => {
    const result = await run({ 'meshvet.config.yaml': 'plugins: [1, ""]\n' });
    expect(result.status).toBe(2);
    expect(result.stderr).toContain('"plugins[0]" is 1, which YAML reads as a number');
  });

  it('are not loaded with --no-plugins, nor with --no-config', async () => {
    const files = {
      'meshvet.config.yaml': CONFIG,
      'team.mjs': "import { writeFileSync } from 'node:fs'; writeFileSync(new URL('ran', import.meta.url), '');",
    };
    const refused = await run(files, '--no-plugins');
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('names plugins ("./team.mjs"), which --no-plugins refuses to run'),
    });
    const without = await run(files, '--no-config');
    expect(without).toMatchObject({ status: 0, stderr: '' });
    for (const { cwd } of [refused, without]) expect(existsSync(join(cwd, 'ran'))).toBe(false);
    // The same plugin does run where it may.
    const allowed = await run(files);
    expect(existsSync(join(allowed.cwd, 'ran'))).toBe(true);
  });

  it('change nothing for a config that names none', async () => {
    expect(await run({ 'meshvet.config.yaml': 'failOn: never\n' }, '--no-plugins')).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});
