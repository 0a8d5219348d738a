import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Host, nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { temporaryFolder } from './temporary-folder.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const BIN = path('../bin/meshvet.js');

beforeAll(() => {
  // `pnpm test` builds first; a test that is run alone builds when there is nothing yet.
  if (existsSync(path('../dist/meshvet/main.js'))) return;
  const { status, stderr } = spawnSync(process.execPath, [path('../../../scripts/build.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});

async function run(cwd: string, ...argv: string[]) {
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
  return { status: await main(['trace', ...argv], host), stdout, stderr };
}

/** The traces that the command prints as JSON. */
async function traces(cwd: string, ...argv: string[]) {
  const { status, stdout, stderr } = await run(cwd, ...argv, '-f', 'json');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout).traces;
}

const workload = (name: string, version = 'v1', kind = 'Deployment') => `apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name}-${version}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name}, version: ${version} } }
  template:
    metadata: { labels: { app: ${name}, version: ${version} } }
    spec: { serviceAccountName: ${name}, containers: [{ name: a, image: "a:1", ports: [{ containerPort: 8080 }] }] }
---
`;
const service = (name: string, port = 80, protocol = 'http') => `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { app: ${name} }
  ports: [{ name: ${protocol}, port: ${port}, targetPort: 8080 }]
---
`;
const SHOP = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n';
const POLICY = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: only-web, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  rules:
    - from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }]
      to: [{ operation: { methods: [GET, POST], paths: ["/api/*"] } }]
`;
const ROUTE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - name: canary
      match: [{ headers: { x-user: { exact: ann } } }]
      route:
        - { destination: { host: cart, subset: v1 }, weight: 90 }
        - { destination: { host: cart, subset: v2 }, weight: 10 }
    - name: rest
      route: [{ destination: { host: cart, subset: v1 } }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart, namespace: shop }
spec:
  host: cart
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
`;
const FILES = {
  'k8s/shop.yaml': SHOP,
  'k8s/web.yaml': workload('web') + service('web'),
  'k8s/cart.yaml': workload('cart') + workload('cart', 'v2') + service('cart'),
  'k8s/db.yaml': workload('db', 'v1', 'StatefulSet') + service('db', 5432, 'tcp-sql'),
  'k8s/route.yaml': ROUTE,
  'k8s/policy.yaml': POLICY,
};

describe('meshvet trace', () => {
  it('answers in the first line, and tells each step with its place', async () => {
    const cwd = temporaryFolder(FILES);
    const { status, stdout, stderr } = await run(
      cwd,
      ...[
        '--from',
        'deployment/web-v1',
        '-n',
        'shop',
        'http://cart/api/items',
        '-H',
        'X-User: ann',
        'k8s',
        '--closed-world',
      ],
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [first, second] = stdout.split('\n');
    expect(first).toBe('allowed: 90 % to shop/cart-v1:8080, 10 % to shop/cart-v2:8080 over mTLS');
    expect(second).toBe('GET http://cart:80/api/items (x-user: ann) from Deployment shop/web-v1  k8s/web.yaml:3');
    expect(stdout).toContain('  k8s/route.yaml:');
    expect(stdout).toContain('  k8s/policy.yaml:');
  });

  it('says what refuses a request', async () => {
    const cwd = temporaryFolder(FILES);
    const { status, stdout } = await run(
      cwd,
      '--from',
      'db-v1',
      'http://cart.shop/api/items',
      'k8s',
      '-X',
      'POST',
      '--closed-world',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^refused: shop\/cart-v1:8080 over mTLS: AuthorizationPolicy shop\/only-web/);
    // Another ALLOW policy that was not read may let it in.
    const open = await run(cwd, '--from', 'db-v1', 'http://cart.shop/api/items', 'k8s', '-X', 'POST');
    expect(open.stdout).toMatch(
      /^refused, as far as the files tell: shop\/cart-v1:8080 over mTLS: AuthorizationPolicy shop\/only-web/,
    );
    expect(open.stdout).toContain('the AuthorizationPolicies of namespaces shop and istio-system');
  });

  it('tells what the files prove from what they suggest', async () => {
    const cwd = temporaryFolder(FILES);
    const argv = ['--from', 'shop/web-v1', 'http://cart/api/x', 'k8s'];
    const [open] = await traces(cwd, ...argv);
    expect(open).toMatchObject({ verdict: 'allowed', certain: false });
    expect(open.destinations[0].endpoints[0]).toMatchObject({
      allowed: 'unknown',
      asRead: { arrives: true, allowed: true },
    });
    const [closed] = await traces(cwd, ...argv, '--closed-world');
    expect(closed).toMatchObject({ verdict: 'allowed', certain: true, needs: [] });
    expect(closed.destinations[0].endpoints[0]).toMatchObject({ arrives: true, allowed: true });
    expect(closed.destinations[0].endpoints[0]).not.toHaveProperty('asRead');
  });

  it('takes the pods of a Gateway that was read alone for what it selects, and says so', async () => {
    const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: public, namespace: shop }
spec:
  hosts: [shop.example.com]
  gateways: [public]
  http: [{ route: [{ destination: { host: web } }] }]
`;
    const cwd = temporaryFolder({
      ...FILES,
      'k8s/gateway.yaml': gateway,
      'meshvet.config.yaml': 'projects: [k8s]\n',
    });
    for (const name of ['shop/public', 'istio-system/istio-ingressgateway']) {
      const { status, stdout } = await run(cwd, '--gateway', name, 'http://shop.example.com/', 'k8s');
      expect(status).toBe(0);
      expect(stdout).toMatch(/^allowed, as far as the files tell: shop\/web-v1:8080 over mTLS\n/);
      expect(stdout).toMatch(/\nTo know more\n {2}the manifest of the gateway: .* label.? .*istio=ingressgateway\n/);
    }
    const closed = await run(cwd, '--gateway', 'shop/public', 'http://shop.example.com/', 'k8s', '--closed-world');
    expect(closed).toMatchObject({ status: 2, stderr: 'meshvet: no workload "shop/public" in what was read\n' });
  });

  it('gives the members of a trace as JSON', async () => {
    const cwd = temporaryFolder(FILES);
    const argv = ['--from', 'shop/web-v1', 'http://cart/api/x', '-H', 'x-user: ann', 'k8s', '--closed-world'];
    const [trace] = await traces(cwd, ...argv);
    expect(trace).toMatchObject({
      id: '1',
      verdict: 'allowed',
      outcome: 'forwarded',
      handledAs: 'http',
      virtualService: 'shop/cart',
      rule: 'canary',
      destinations: [
        { host: 'cart.shop.svc.cluster.local', port: 80, subset: 'v1', weight: 90 },
        {
          subset: 'v2',
          weight: 10,
          endpoints: [{ workload: 'shop/cart-v2', port: 8080, tls: 'istio', arrives: true }],
        },
      ],
    });
    expect(trace.destinations[0]).not.toHaveProperty('missing');
    expect(trace).not.toHaveProperty('timeout');
  });

  it('asks several URLs at once, TCP and TLS too', async () => {
    const asked = await traces(
      temporaryFolder(FILES),
      ...[
        '--from',
        'web-v1',
        'k8s',
        'tcp://db:5432',
        'https://api.example.com/v1',
        'tls://db:5432',
        '--sni',
        'db.example',
      ],
    );
    expect(asked.map((t: { request: { text: string } }) => t.request.text)).toEqual([
      'tcp://db:5432',
      'GET https://api.example.com:443/v1',
      'tls://db:5432',
    ]);
    expect(asked[0]).toMatchObject({ outcome: 'forwarded', handledAs: 'tcp' });
    expect(asked[1]).toMatchObject({ outcome: 'passthrough' });
    expect(asked[2].request).toMatchObject({ sni: 'db.example', tls: true });
  });

  it('reads requests from a file, with the caller of the flags where they name none', async () => {
    const cwd = temporaryFolder({
      ...FILES,
      'requests.yaml':
        '- { id: one, host: cart, path: /api/x }\n- { id: two, from: shop/db-v1, url: "http://cart/" }\n',
    });
    const asked = await traces(cwd, '--requests', 'requests.yaml', '--from', 'shop/web-v1', 'k8s');
    expect(asked.map((t: { id: string; verdict: string }) => [t.id, t.verdict])).toEqual([
      ['one', 'allowed'],
      ['two', 'refused'],
    ]);
  });

  it('tells many in a line each', async () => {
    const list = Array.from({ length: 30 }, (_, i) => ({
      id: `r${i}`,
      from: 'shop/web-v1',
      host: 'cart',
      path: '/api/x',
    }));
    const cwd = temporaryFolder({ ...FILES, 'requests.json': JSON.stringify(list) });
    const { stdout } = await run(cwd, '--requests', 'requests.json', 'k8s', '--closed-world');
    expect(stdout.trim().split('\n')).toHaveLength(30);
    expect(stdout).toMatch(/^r0 {3}allowed: shop\/cart-v1:8080 over mTLS {2}GET http:\/\/cart:80\/api\/x from/);
  });

  it('asks all manifests of the caller, and tells the answers that differ', async () => {
    const outside = workload('web').replace(
      'labels: { app: web, version: v1 }',
      'labels: { app: web, sidecar.istio.io/inject: "false" }',
    );
    const cwd = temporaryFolder({
      ...FILES,
      'k8s/web.yaml': service('web'),
      'overlays/a/web.yaml': workload('web'),
      'overlays/b/web.yaml': outside,
      'overlays/c/web.yaml': workload('web'),
    });
    const asked = await traces(cwd, '--from', 'shop/web-v1', 'http://cart/api/x', 'k8s', 'overlays');
    expect(asked.map((t: { id: string; verdict: string }) => [t.id, t.verdict])).toEqual([
      ['1', 'allowed'],
      ['1', 'refused'],
    ]);
    expect(asked[0].request.variants).toHaveLength(1);
  });

  it('prints who can call what, callers of one answer together', async () => {
    const cwd = temporaryFolder(FILES);
    const { status, stdout } = await run(cwd, 'k8s');
    expect(status).toBe(0);
    expect(stdout).toMatch(/shop\/db:5432 +TCP +yes\? +yes\?\n/);
    const table = JSON.parse((await run(cwd, 'k8s', '-f', 'json', '--closed-world')).stdout).tables[0];
    expect(table.targets.map((t: { name: string }) => t.name).sort()).toEqual([
      'shop/cart:80',
      'shop/db:5432',
      'shop/web:80',
    ]);
    const names = table.callers.map((c: { workloads: { resource: { name: string } }[] }) =>
      c.workloads.map((w) => w.resource.name).sort(),
    );
    // Only web may call cart, and only below /api.
    expect(names).toEqual([['cart-v1', 'cart-v2', 'db-v1'], ['web-v1']].sort((a, b) => b.length - a.length));
    const cart = table.targets.findIndex((t: { name: string }) => t.name === 'shop/cart:80');
    const web = names.findIndex((list: string[]) => list.includes('web-v1'));
    expect(table.answers[web][cart]).toMatchObject({
      verdict: 'partial',
      differing: expect.arrayContaining([
        { request: 'GET /', verdict: 'refused' },
        { request: 'POST /api/x', verdict: 'allowed' },
      ]),
    });
    expect(table.answers[1 - web][cart].verdict).toBe('refused');
  });

  it('prints what one workload can call, and who can call one URL', async () => {
    const cwd = temporaryFolder(FILES);
    const one = await run(cwd, '--all-from', 'web-v1', 'k8s');
    expect(one.stdout).toMatch(/^Callers\n {2}A {2}Deployment shop\/web-v1\n/);
    const url = await run(cwd, 'http://cart.shop/api/x', 'k8s', '--closed-world');
    expect(url.stdout).toMatch(/\nGET http:\/\/cart.shop:80\/api\/x +(?:no 1 +yes|yes +no 1)\n/);
  });

  it('keeps to the shipped schema, which names all there is', async () => {
    const schema = JSON.parse(readFileSync(new URL('../schema/trace.schema.json', import.meta.url), 'utf8'));
    const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
    const validateClosed = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(closed(schema) as object);
    const cwd = temporaryFolder(FILES);
    for (const argv of [
      ['--from', 'web-v1', 'http://cart/', 'http://other/', 'tcp://db:5432', 'k8s'],
      ['k8s'],
      ['--from', 'web-v1', 'http://cart/', 'k8s/web.yaml'],
    ]) {
      const report = JSON.parse((await run(cwd, ...argv, '-f', 'json')).stdout);
      expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
      expect(validateClosed(report), JSON.stringify(validateClosed.errors)).toBe(true);
      expect(report.traces.length + report.tables.length).toBeGreaterThan(0);
    }
    expect(validate({ schemaVersion: 2 })).toBe(false);
  });

  it('writes to a file', async () => {
    const cwd = temporaryFolder(FILES);
    expect(await run(cwd, '--from', 'web-v1', 'http://cart/', 'k8s', '-f', 'json=t.json')).toMatchObject({
      status: 0,
      stdout: '',
    });
    expect(JSON.parse(readFileSync(join(cwd, 't.json'), 'utf8')).traces).toHaveLength(1);
  });

  it('works through the program itself, with manifests of standard input and colours', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [BIN, 'trace', '--closed-world', '--color', '--from', 'web-v1', 'http://cart/api/x', '-'],
      { input: Object.values(FILES).join('---\n'), encoding: 'utf8', cwd: temporaryFolder() },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('\u001b[32mallowed\u001b[39m\u001b[1m: shop/cart-v1:8080 over mTLS\u001b[22m\n');
  });

  it('says what could not be read, and ends with 2', async () => {
    const cwd = temporaryFolder({ ...FILES, 'k8s/broken.yaml': `${POLICY}    - to: [\n` });
    const { status, stdout, stderr } = await run(cwd, '--from', 'web-v1', 'http://cart/api/x', 'k8s');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^meshvet: k8s\/broken\.yaml:\d+:\d+: /);
    expect(stdout).toMatch(/^allowed, as far as the files tell: /);
  });

  it.each<[string, string[], string | RegExp]>([
    [
      'a caller that is not there',
      ['--from', 'deployment/web-v2', '-n', 'shop', 'http://cart/', 'k8s'],
      'no workload "deployment/web-v2" in what was read, did you mean "deployment/web-v1"?',
    ],
    [
      'a caller without a URL',
      ['--from', 'web-v1', 'k8s'],
      '--from goes with a URL, as in http://cart/api; --all-from asks about all',
    ],
    ['a gateway without a URL', ['--gateway', 'a/b', 'k8s'], '--gateway goes with a URL, as in http://cart/api'],
    ['two callers', ['--from', 'a', '--gateway', 'b', 'http://x'], '--from and --gateway do not go together'],
    ['all and one', ['--all-from', 'a', 'http://x/'], '--all-from asks about all Services; for one URL it is --from'],
    ['all and a method', ['--all-from', 'a', '-X', 'GET'], '--all-from and --method do not go together'],
    [
      'a URL beside a file',
      ['--requests', 'r.json', 'http://x/'],
      'the requests are those of --requests; "http://x/" is one more',
    ],
    ['a header beside a file', ['--requests', 'r.json', '-H', 'a: b'], '--requests and --header do not go together'],
    [
      'a file that is not there',
      ['--requests', 'r.json'],
      'cannot read requests from "r.json": no such file or folder',
    ],
    [
      'a URL of another kind',
      ['ftp://cart/'],
      '"ftp://cart/": it begins with neither of http://, https://, tcp://, tls://',
    ],
    ['TCP without a port', ['tcp://db', '--from', 'a'], '"tcp://db": tcp:// needs a port, as in tcp://db:5432'],
    ['a header of TCP', ['tcp://db:1', '-H', 'a: b', '--from', 'a'], '--header goes with http:// and https://'],
    ['a server name without TLS', ['http://a', '--sni', 'b', '--from', 'a'], '--sni goes with https:// and tls://'],
    [
      'a header without a colon',
      ['http://a', '-H', 'b', '--from', 'a'],
      '--header: "b" is not NAME: VALUE, such as x-user: ann',
    ],
    [
      'a method in small letters',
      ['http://a', '-X', 'post', '--from', 'a'],
      '--method "post": methods are written in capitals: POST',
    ],
    ['manifests without a workload', ['k8s/shop.yaml'], 'no workload that could call a Service in what was read'],
    ['a path that is not there', ['k9s'], 'no such file or folder "k9s"'],
    ['nothing to read', ['empty', '--from', 'a', 'http://b'], 'no manifest in what was read'],
    [
      'a format that it does not have',
      ['k8s', '-f', 'sarif'],
      '--format: unknown value "sarif"; it is one of text, json',
    ],
    ['a flag of another command', ['k8s', '--rule', 'a:off'], /^--rule is a flag of meshvet lint, meshvet why, /],
  ])('ends with 2 for %s', async (_, argv, told) => {
    const { status, stdout, stderr } = await run(temporaryFolder({ ...FILES, 'empty/a.txt': '' }), ...argv);
    expect([status, stdout]).toEqual([2, '']);
    const [, line] = /^meshvet: (.*)\n$/.exec(stderr) ?? [];
    if (typeof told === 'string') expect(line).toBe(told);
    else expect(line).toMatch(told);
  });

  it('tells each mistake of a file of requests, with its place', async () => {
    const cwd = temporaryFolder({
      ...FILES,
      'bad.yaml': '- { from: shop/web-v1, hots: cart }\n- { from: shop/web-v1 }\n',
      'lost.yaml':
        '- { from: shop/wbe-v1, host: cart }\n- { from: shop/web-v1, host: cart }\n- { from: x, host: cart }\n',
    });
    expect((await run(cwd, '--requests', 'bad.yaml', 'k8s')).stderr).toBe(
      'meshvet: the requests cannot be asked\n' +
        '  bad.yaml:1:24: "hots" is no member of a request, did you mean "host"?\n' +
        '  bad.yaml:2:5: it lacks host, or url\n',
    );
    expect(await run(cwd, '--requests', 'lost.yaml', 'k8s')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'meshvet: the requests cannot be asked\n' +
        '  lost.yaml:1:5: no workload "shop/wbe-v1" in what was read, did you mean "shop/web-v1"?\n' +
        '  lost.yaml:3:5: no workload "x" in what was read\n',
    });
  });
});

it('shows in its page what it really prints', async () => {
  const root = path('../../..');
  const page = readFileSync(join(root, 'docs/trace.md'), 'utf8');
  const blocks = [...page.matchAll(/^ {4}\$ meshvet trace (.*)\n((?: {4}.*\n|\n(?= {4}))*)/gm)];
  expect(blocks).toHaveLength(2);
  for (const [, command = '', shown = ''] of blocks) {
    const { stdout } = await run(root, ...command.split(' '));
    expect(shown.replace(/^ {4}/gm, '').trimEnd()).toBe(stdout.trimEnd());
  }
});

/** The schema with no member allowed that it does not name, so that the answer and its schema cannot grow apart. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return 'required' in node && 'properties' in node ? { ...copy, additionalProperties: false } : copy;
}
