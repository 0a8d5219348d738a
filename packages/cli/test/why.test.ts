import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { type Host, nodeHost } from '../src/host.ts';
import { main } from '../src/main.ts';
import { temporaryFolder } from './temporary-folder.ts';

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
  return { status: await main(argv, host), stdout, stderr };
}

const deployment = (name: string, namespace?: string) =>
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
${namespace ? `  namespace: ${namespace}\n` : ''}spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: a, image: "a:1" }] }
`;
const SHOP = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels:\n    istio-injection: enabled\n';
const FILES = {
  'k8s/shop.yaml': SHOP,
  'k8s/cart.yaml': deployment('cart', 'shop'),
  'k8s/stray.yaml': deployment('stray'),
  'k8s/other.yaml': deployment('cart', 'other'),
};

const SERVICES = `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  selector: { app: cart }
  ports: [{ port: 80, targetPort: web }, { port: 90, name: grpc-x }, { port: 53, protocol: UDP, targetPort: "\${PORT}" }]
`;

/** The schema with no member allowed that it does not name, so that the answer and its schema cannot grow apart. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return 'required' in node && 'properties' in node ? { ...copy, additionalProperties: false } : copy;
}

describe('meshvet why', () => {
  it('tells of all workloads in a table, and of one when there is but one', async () => {
    const cwd = temporaryFolder(FILES);
    const all = await run(cwd, 'why', 'k8s');
    expect(all).toMatchObject({ status: 0, stderr: '' });
    expect(all.stdout).toContain('3 workloads: 1 in the mesh, 0 not, 2 unknown\n');
    expect((await run(cwd, 'why', 'k8s/cart.yaml', 'k8s/shop.yaml')).stdout).toMatch(
      /^Deployment shop\/cart {2}k8s\/cart.yaml:4\n/,
    );
  });

  it.each(['deployment/cart', 'Deployment/cart', 'deploy/cart', 'deployments/cart', 'cart'])(
    'finds --workload %s',
    async (word) => {
      const { status, stdout } = await run(temporaryFolder(FILES), 'why', 'k8s', '--workload', word, '-n', 'shop');
      expect(status).toBe(0);
      expect(stdout).toMatch(/^Deployment shop\/cart /);
      expect(stdout).not.toContain('other/cart');
    },
  );

  it('tells of each that the words fit', async () => {
    const { stdout } = await run(temporaryFolder(FILES), 'why', 'k8s', '--workload', 'cart');
    expect(stdout).toContain('Deployment shop/cart');
    expect(stdout).toContain('Deployment other/cart');
  });

  it('takes manifests without a namespace to go where -n says, as kubectl does', async () => {
    const { stdout } = await run(temporaryFolder(FILES), 'why', 'k8s', '--workload', 'stray', '-n', 'shop');
    expect(stdout).toMatch(/In the mesh {2}yes/);
  });

  it('gives the same as JSON', async () => {
    const { status, stdout } = await run(temporaryFolder(FILES), 'why', 'k8s', '-f', 'json', '-n', 'shop');
    const report = JSON.parse(stdout);
    expect(status).toBe(0);
    expect(report).toMatchObject({
      schemaVersion: 1,
      tool: { name: 'meshvet' },
      summary: { workloads: 2, yes: 2, no: 0, unknown: 0 },
    });
    expect(report.workloads[0]).toMatchObject({
      resource: { kind: 'Deployment', namespace: 'shop', name: 'cart' },
      istio: {
        outcome: 'injected',
        facts: [
          {
            text: 'namespace shop has label istio-injection=enabled',
            location: { file: 'k8s/shop.yaml', start: { line: 6 } },
          },
        ],
      },
    });
  });

  it('keeps to the shipped schema, which names all there is', async () => {
    const schema = JSON.parse(readFileSync(new URL('../schema/why.schema.json', import.meta.url), 'utf8'));
    const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });
    const validate = ajv.compile(schema);
    const validateClosed = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(closed(schema) as object);
    const linkerd = SHOP.replace('istio-injection: enabled', '"linkerd.io/inject": enabled').replaceAll(
      'shop',
      'other',
    );
    const cwd = temporaryFolder({ ...FILES, 'k8s/other-namespace.yaml': linkerd, 'k8s/service.yaml': SERVICES });
    const examples = fileURLToPath(new URL('../../../examples', import.meta.url));
    for (const folder of ['k8s', examples]) {
      const { stdout } = await run(cwd, 'why', folder, '-f', 'json');
      const report = JSON.parse(stdout);
      expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
      expect(validateClosed(report), JSON.stringify(validateClosed.errors)).toBe(true);
      expect(report.workloads.some((w: { services: unknown[] }) => w.services.length > 0)).toBe(true);
    }
    expect(validate({ schemaVersion: 2 })).toBe(false);
  });

  it('writes to a file', async () => {
    const cwd = temporaryFolder(FILES);
    expect(await run(cwd, 'why', 'k8s', '-f', 'json=why.json')).toMatchObject({ status: 0, stdout: '' });
    expect(JSON.parse(readFileSync(join(cwd, 'why.json'), 'utf8')).workloads).toHaveLength(3);
  });

  it.each<[string, string[], RegExp]>([
    [
      'a workload that is not there',
      ['k8s', '--workload', 'deployment/card'],
      /^meshvet: no workload "deployment\/card" in what was read, did you mean "Deployment\/cart"\?\n$/,
    ],
    [
      'a namespace that is not there',
      ['k8s/cart.yaml', '-n', 'shopp'],
      /^meshvet: no workload in namespace "shopp", did you mean "shop"\?\n$/,
    ],
    ['a path that is not there', ['k9s'], /^meshvet: no such file or folder "k9s"\n$/],
    ['manifests without a workload', ['k8s/shop.yaml'], /^meshvet: no workload in what was read\n$/],
    [
      'a format that it does not have',
      ['k8s', '-f', 'sarif'],
      /^meshvet: --format: unknown value "sarif"; it is one of text, json\n$/,
    ],
    ['a flag of another command', ['k8s', '--fix'], /^meshvet: --fix is a flag of meshvet lint, not of meshvet why\n$/],
  ])('ends with 2 for %s', async (_, argv, told) => {
    const { status, stdout, stderr } = await run(temporaryFolder(FILES), 'why', ...argv);
    expect(stderr).toMatch(told);
    expect([status, stdout]).toEqual([2, '']);
  });
});
