import { describe, expect, test } from 'vitest';
import { readFiles } from '../lint/collect.ts';
import { readKustomizations } from './kustomize.ts';
import { readResources } from './read-resources.ts';
import type { Resource } from './resource.ts';

async function build(files: Readonly<Record<string, string>>): Promise<Resource[]> {
  const read = await readFiles(Object.entries(files).map(([path, text]) => ({ path, text })));
  const kustomizations = await readKustomizations(read);
  return read.flatMap((f) => f.documents.flatMap((d) => readResources(d, 'default', kustomizations)));
}

const shown = (resources: readonly Resource[]) =>
  resources
    .filter((r) => !r.partial && r.kind !== 'Kustomization')
    .map((r) => `${r.kind} ${r.namespace ?? ''}/${r.name}`)
    .sort();

const APP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec:
      serviceAccountName: cart
      containers:
        - { name: cart, image: "registry.example/cart:1", ports: [{ containerPort: 8080 }] }
        - { name: log, image: "log:1" }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: cart }
---
apiVersion: v1
kind: Service
metadata: { name: cart }
spec: { selector: { app: cart }, ports: [{ port: 80, name: http }] }
`;

describe('what a Kustomization makes', () => {
  test('a Namespace is called for the namespace, and keeps its name before a prefix', async () => {
    const files = {
      'kustomization.yaml': 'resources: [ns.yaml, app.yaml]\nnamespace: shop\nnamePrefix: eu-\n',
      'ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: old }\n',
      'app.yaml': APP,
    };
    expect(shown(await build(files))).toEqual([
      'Deployment shop/eu-cart',
      'Namespace /shop',
      'Service shop/eu-cart',
      'ServiceAccount shop/eu-cart',
    ]);
  });

  test('references follow the names, and labels go to selectors and pods', async () => {
    const [deployment] = await build({
      'kustomization.yaml': 'resources: [app.yaml]\nnameSuffix: -eu\ncommonLabels: { team: a }\n',
      'app.yaml': APP,
    });
    const spec = deployment?.body.at('spec');
    const template = spec?.at('template');
    expect(template?.at('spec').at('serviceAccountName').text()).toBe('cart-eu');
    expect(template?.at('metadata').at('labels').value).toEqual({ app: 'cart', team: 'a' });
    expect(spec?.at('selector').at('matchLabels').value).toEqual({ app: 'cart', team: 'a' });
  });

  test('labels without selectors stay on the object', async () => {
    const [deployment] = await build({
      'kustomization.yaml': 'resources: [app.yaml]\nlabels: [{ pairs: { team: a } }]\n',
      'app.yaml': APP,
    });
    expect(deployment?.labels.get('team')).toBe('a');
    expect(deployment?.body.at('spec').at('template').at('metadata').at('labels').value).toEqual({ app: 'cart' });
  });

  test('a strategic patch merges containers by their names, and $patch deletes', async () => {
    const [deployment] = await build({
      'kustomization.yaml': `resources: [app.yaml]
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart }
      spec:
        template:
          spec:
            containers:
              - { name: cart, image: "cart:2" }
              - { name: log, $patch: delete }
              - { name: more, image: "more:1" }
`,
      'app.yaml': APP,
    });
    const containers = deployment?.body.at('spec').at('template').at('spec').at('containers').value;
    expect(containers).toEqual([
      { name: 'cart', image: 'cart:2', ports: [{ containerPort: 8080 }] },
      { name: 'more', image: 'more:1' },
    ]);
  });

  test('lists of custom resources are replaced', async () => {
    const [route] = (
      await build({
        'kustomization.yaml':
          'resources: [vs.yaml]\npatches: [{ path: p.yaml, target: { kind: VirtualService, name: "ca.*" } }]\n',
        'vs.yaml':
          'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: cart }\nspec: { hosts: [a, b] }\n',
        'p.yaml':
          'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: any }\nspec: { hosts: [c] }\n',
      })
    ).filter((r) => !r.partial && r.kind === 'VirtualService');
    expect(route?.name).toBe('cart');
    expect(route?.body.at('spec').at('hosts').value).toEqual(['c']);
  });

  test('what replacements write is not known, and the rest is', async () => {
    const [deployment] = await build({
      'kustomization.yaml': `resources: [app.yaml]
replacements:
  - source: { kind: Service, name: cart, fieldPath: metadata.name }
    targets: [{ select: { kind: Deployment }, fieldPaths: [spec.template.metadata.labels.app] }]
`,
      'app.yaml': APP,
    });
    const labels = deployment?.body.at('spec').at('template').at('metadata').at('labels');
    expect(labels?.at('app').text()).toBeUndefined();
    expect(deployment?.name).toBe('cart');
  });

  test('a webhook follows its Service into the namespace', async () => {
    const resources = await build({
      'kustomization.yaml': 'resources: [w.yaml]\nnamespace: new\nnamePrefix: x-\n',
      'w.yaml': `apiVersion: v1
kind: Service
metadata: { name: hook, namespace: old }
spec: { selector: { app: hook }, ports: [{ port: 443 }] }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: hook }
webhooks: [{ name: a.example.com, clientConfig: { service: { name: hook, namespace: old } } }]
`,
    });
    const hook = resources
      .find((r) => r.kind.endsWith('WebhookConfiguration'))
      ?.body.at('webhooks')
      .items()[0];
    expect(hook?.at('clientConfig').at('service').value).toEqual({ name: 'x-hook', namespace: 'new' });
  });

  test('what stays as it is written is the very text of the file', async () => {
    const [deployment] = await build({
      'kustomization.yaml': 'resources: [app.yaml]\nlabels: [{ pairs: { team: a } }]\n',
      'app.yaml': APP.replace('{ app: cart } }\n    spec', '{ app: cart, version: 1.10 } }\n    spec'),
    });
    expect(deployment?.body.at('spec').at('template').at('metadata').at('labels').at('version').text()).toBe('1.10');
  });
});

test('transformers of kustomize itself are made, and others leave everything open', async () => {
  const label =
    'apiVersion: builtin\nkind: LabelTransformer\nmetadata: { name: l }\nlabels: { env: dev }\nfieldSpecs: [{ path: metadata/labels, create: true }]\n';
  const files = {
    'kustomization.yaml': 'resources: [app.yaml]\nnamespace: dev\ntransformers: [l.yaml]\n',
    'app.yaml': APP,
  };
  const [known] = await build({ ...files, 'l.yaml': label });
  expect(known).toMatchObject({ namespace: 'dev', rewrites: undefined });
  expect(known?.labels.get('env')).toBe('dev');
  const [other] = await build({ ...files, 'l.yaml': label.replace('builtin', 'example.com/v1') });
  expect(other?.rewrites).toMatchObject({ namespace: true });
});

test('the objects of a Template of OpenShift are read, with their parameters open', async () => {
  const resources = await build({
    't.yaml': `apiVersion: template.openshift.io/v1
kind: Template
metadata: { name: shop }
objects:
  - apiVersion: v1
    kind: Service
    metadata: { name: cart, namespace: "\${NS}" }
    spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
parameters: [{ name: NS, required: true }]
`,
  });
  expect(resources.map((r) => `${r.kind}/${r.name}`)).toEqual(['Service/cart']);
  expect(resources[0]?.namespaceWritten).toBe(false);
});

describe('laws', () => {
  test('a Kustomization that changes nothing makes the same objects', async () => {
    const plain = await build({ 'app.yaml': APP });
    const listed = await build({ 'app.yaml': APP, 'kustomization.yaml': 'resources: [app.yaml]\n' });
    expect(shown(listed)).toEqual(shown(plain));
    const taken = listed.filter((r) => r.kind !== 'Kustomization');
    expect(taken.map((r) => r.body.value)).toEqual(plain.map((r) => r.body.value));
  });

  test('a namespace over objects that are in it already changes nothing', async () => {
    const inside = APP.replaceAll('name: cart }', 'name: cart, namespace: shop }');
    const plain = await build({ 'app.yaml': inside });
    const given = await build({ 'app.yaml': inside, 'kustomization.yaml': 'resources: [app.yaml]\nnamespace: shop\n' });
    expect(shown(given)).toEqual(shown(plain));
  });
});

describe('hostile graphs end', () => {
  const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80 }] }\n';

  test('a diamond of 40 levels, with and without names of their own', async () => {
    for (const prefix of ['', 'namePrefix: x-\n']) {
      const files: Record<string, string> = { 'd0/s.yaml': SERVICE, 'd0/kustomization.yaml': 'resources: [s.yaml]\n' };
      for (let i = 1; i <= 40; i++) {
        files[`a${i}/kustomization.yaml`] = `${prefix}resources: [../d${i - 1}]\n`;
        files[`b${i}/kustomization.yaml`] = `${prefix.replace('x', 'y')}resources: [../d${i - 1}]\n`;
        files[`d${i}/kustomization.yaml`] = `resources: [../a${i}, ../b${i}]\n`;
      }
      const services = (await build(files)).filter((r) => r.kind === 'Service');
      expect(services.length).toBeGreaterThan(0);
      expect(services.length).toBeLessThan(20);
    }
  });

  test('a diamond of Components', async () => {
    const files: Record<string, string> = {
      'kustomization.yaml': 'resources: [s.yaml]\ncomponents: [c40a, c40b]\n',
      's.yaml': SERVICE,
    };
    for (let i = 0; i <= 40; i++)
      for (const side of ['a', 'b'])
        files[`c${i}${side}/kustomization.yaml`] =
          `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n${i > 0 ? `components: [../c${i - 1}a, ../c${i - 1}b]\n` : 'commonLabels: { a: b }\n'}`;
    const [service] = (await build(files)).filter((r) => r.kind === 'Service');
    expect(service?.rewrites?.namespace).toBe(true);
  });

  test('a chain of 5,000', async () => {
    const files: Record<string, string> = { 'd0/s.yaml': SERVICE, 'd0/kustomization.yaml': 'resources: [s.yaml]\n' };
    for (let i = 1; i <= 5000; i++) files[`d${i}/kustomization.yaml`] = `resources: [../d${i - 1}]\n`;
    expect((await build(files)).filter((r) => r.kind === 'Service')).toHaveLength(1);
  });
});

test('a base that was not read may make more: nothing beside it is missing', async () => {
  const read = await readFiles([
    { path: 'k/kustomization.yaml', text: 'resources: [github.com/example/base, s.yaml]\n' },
    {
      path: 'k/s.yaml',
      text: 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { ports: [{ port: 80 }] }\n',
    },
    { path: 'over/kustomization.yaml', text: 'resources: [../k]\n' },
  ]);
  expect([...(await readKustomizations(read)).unreadRoots]).toEqual(['over']);
});
