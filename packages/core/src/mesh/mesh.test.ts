import { describe, expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import type { Mesh } from './mesh.ts';

const deployment = (name: string, labels: string, namespace = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}${namespace && `, namespace: ${namespace}`} }
  spec:
    selector: { matchLabels: { ${labels} } }
    template:
      metadata: { labels: { ${labels} } }
      spec: { containers: [{ name: main, image: main, ports: [{ name: web, containerPort: 8080 }] }] }
`;
const service = (name: string, selector: string, namespace = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}${namespace && `, namespace: ${namespace}`} }
  spec: { selector: { ${selector} }, ports: [{ name: http, port: 80, targetPort: web }] }
`;

function behind(mesh: Mesh, name = 'cart') {
  const found = mesh.services.find((s) => s.resource.name === name);
  if (!found) throw new Error('no such Service');
  const answer = mesh.behind(found);
  return answer.state === 'found'
    ? `${answer.value.certain ? 'sure' : 'unsure'}: ${answer.value.workloads.map((w) => w.resource.name)}`
    : answer.state;
}

describe('the pods behind a Service', () => {
  test('all labels of the selector must be on the template, in the same namespace', async () => {
    const mesh = await makeMesh({
      'a.yaml': `${service('cart', 'app: cart, tier: web', 'shop')}---\n${deployment('one', 'app: cart, tier: web', 'shop')}`,
      'b.yaml': `${deployment('two', 'app: cart', 'shop')}---\n${deployment('three', 'app: cart, tier: web', 'other')}`,
    });
    expect(behind(mesh)).toBe('sure: one');
  });

  test('are missing when the neighbours do not fit, elsewhere when there are none', async () => {
    expect(
      behind(await makeMesh({ 'a.yaml': `${service('cart', 'app: cart')}---\n${deployment('x', 'app: x')}` })),
    ).toBe('missing');
    expect(behind(await makeMesh({ 'a.yaml': service('cart', 'app: cart') }))).toBe('elsewhere');
    expect(behind(await makeMesh({ 'a.yaml': service('cart', 'app: cart') }, { closedWorld: true }))).toBe('missing');
  });

  test('the config can declare them', async () => {
    const files = { 'a.yaml': `${service('cart', 'app: cart', 'shop')}---\n${deployment('x', 'app: x', 'shop')}` };
    expect(behind(await makeMesh(files))).toBe('missing');
    for (const externals of [{ workloads: ['shop/*'] }, { namespaces: ['sh*'] }, { services: ['shop/cart'] }]) {
      expect(behind(await makeMesh(files, { externals, closedWorld: true }))).toBe('elsewhere');
    }
  });

  test('a custom resource of that name may make them', async () => {
    const operator = yaml`
      apiVersion: monitoring.coreos.com/v1
      kind: Alertmanager
      metadata: { name: main, namespace: shop }
    `;
    const files = {
      'a.yaml': `${service('cart', 'alertmanager: main', 'shop')}---\n${deployment('x', 'app: x', 'shop')}---\n${operator}`,
    };
    expect(behind(await makeMesh(files))).toBe('elsewhere');
  });

  test('a Helm release of which nothing was read may make them', async () => {
    const selector = 'app.kubernetes.io/name: cart, app.kubernetes.io/instance: shop';
    const other = (instance: string) =>
      makeMesh(`${service('cart', selector)}---\n${deployment('x', `app.kubernetes.io/instance: ${instance}`)}`);
    expect(behind(await other('another'))).toBe('elsewhere');
    expect(behind(await other('shop'))).toBe('missing');
  });

  test('unrelated folders of one repository do not meet', async () => {
    const files = {
      'tutorial/step1/all.yaml': `${service('cart', 'app: cart')}---\n${deployment('cart', 'app: cart')}`,
      'tutorial/step2/all.yaml': `${deployment('cart', 'app: cart')}---\n${deployment('cart-v2', 'app: cart')}`,
    };
    expect(behind(await makeMesh(files))).toBe('sure: cart');
    expect(behind(await makeMesh(files, { closedWorld: true }))).toBe('sure: cart,cart,cart-v2');
  });

  test('folders side by side do meet when nothing stands in both', async () => {
    expect(
      behind(
        await makeMesh({
          'k8s/services/cart.yaml': service('cart', 'app: cart'),
          'k8s/deployments/cart.yaml': deployment('cart', 'app: cart'),
        }),
      ),
    ).toBe('sure: cart');
    expect(
      behind(
        await makeMesh({
          'a/b/cart.yaml': service('cart', 'app: cart'),
          'c/d/cart.yaml': deployment('cart', 'app: cart'),
        }),
      ),
    ).toBe('unsure: cart');
    expect(
      behind(
        await makeMesh({
          'a/b/cart.yaml': service('cart', 'app: cart', 'shop'),
          'c/d/cart.yaml': deployment('cart', 'app: cart', 'shop'),
        }),
      ),
    ).toBe('sure: cart');
  });

  test('a Kustomization brings folders together', async () => {
    const files = {
      'a/b/cart.yaml': service('cart', 'app: cart'),
      'c/d/cart.yaml': deployment('cart', 'app: cart'),
      'kustomization.yaml': 'resources: [a/b/cart.yaml, c/d/cart.yaml]\n',
    };
    expect(behind(await makeMesh(files))).toBe('sure: cart');
  });
});

describe('kinds', () => {
  test('every kind with a pod template is a workload, in the groups of 2018 too; others of the same name are not', async () => {
    const template = 'template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: x, image: x }] } }';
    const kinds: [string, string, string][] = [
      ['v1', 'Pod', 'containers: [{ name: x, image: x }]'],
      ['v1', 'ReplicationController', template],
      ['extensions/v1beta1', 'Deployment', template],
      ['apps/v1beta2', 'StatefulSet', template],
      ['extensions/v1beta1', 'DaemonSet', template],
      ['extensions/v1beta1', 'ReplicaSet', template],
      ['batch/v1', 'Job', template],
      ['batch/v2alpha1', 'CronJob', `jobTemplate: { spec: { ${template} } }`],
      ['argoproj.io/v1alpha1', 'Rollout', template],
      ['apps.openshift.io/v1', 'DeploymentConfig', template],
      ['v1', 'DeploymentConfig', template],
      ['example.com/v1', 'Deployment', template],
      ['kustomize.config.k8s.io/v1', 'Deployment', template],
    ];
    const mesh = await makeMesh(
      kinds
        .map(
          ([apiVersion, kind, spec], i) =>
            `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: x${i} }\nspec: { ${spec} }\n`,
        )
        .join('---\n'),
    );
    expect(mesh.workloads.map((w) => w.resource.apiVersion)).toEqual(
      kinds.slice(0, -2).map(([apiVersion]) => apiVersion),
    );
    expect(new Set(mesh.workloads.map((w) => w.containers.length))).toEqual(new Set([1]));
  });

  test('lists are unfolded, nested and typed ones too', async () => {
    const mesh = await makeMesh(yaml`
      apiVersion: v1
      kind: List
      items:
        - apiVersion: v1
          kind: List
          items:
            - { apiVersion: v1, kind: Namespace, metadata: { name: shop } }
        - apiVersion: v1
          kind: ServiceList
          items:
            - { metadata: { name: cart }, spec: { ports: [{ port: 80 }] } }
    `);
    expect(mesh.resources.map((r) => `${r.type} ${r.namespace}/${r.name}`)).toEqual([
      'Namespace undefined/shop',
      'Service default/cart',
    ]);
  });

  test('hostile names of labels and keys are plain keys', async () => {
    const mesh = await makeMesh(yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, labels: { __proto__: x, constructor: y, toString: z } }
      spec: { selector: { constructor: y }, ports: [{ port: 80 }] }
    `);
    const [service] = mesh.services;
    expect(service?.resource.labels.keys().sort()).toEqual(['__proto__', 'constructor', 'toString']);
    expect(service?.resource.labels.get('hasOwnProperty')).toBeUndefined();
  });
});

describe('kustomize', () => {
  const base = service('cart', 'app: cart');
  const built = async (kustomization: string, more: Record<string, string> = {}) => {
    const mesh = await makeMesh({
      'base/cart.yaml': base,
      'base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'over/kustomization.yaml': kustomization,
      ...more,
    });
    return mesh.resources.find((r) => r.document.source.path === 'base/cart.yaml');
  };

  test('an object is what the build makes of it', async () => {
    expect(await built('resources: [../base]\nnamePrefix: dev-\n')).toMatchObject({
      name: 'dev-cart',
      rewrites: undefined,
    });
    expect(await built('resources: [../base]\nnamespace: other\n')).toMatchObject({
      namespace: 'other',
      namespaceWritten: true,
    });
    expect((await built('resources: [../base]\ncommonLabels: { team: a }\n'))?.labels.get('team')).toBe('a');
    expect((await built('bases: [../base]\nlabels: [{ pairs: { team: a } }]\n'))?.labels.get('team')).toBe('a');
    expect(await built('resources: [../base]\n')).toMatchObject({ name: 'cart', rewrites: undefined });
    expect(await built('resources: [../elsewhere]\nnamePrefix: dev-\n')).toMatchObject({ name: 'cart' });
  });

  test('what is filled in later, or made by a program, stays open', async () => {
    expect((await built('resources: [../base]\nnamespace: ${NS}\n'))?.rewrites).toMatchObject({ namespace: true });
    expect((await built('resources: [../base]\nnamePrefix: "${P}-"\n'))?.rewrites).toMatchObject({ name: true });
    expect((await built('resources: [../base]\ntransformers: [t.yaml]\n'))?.rewrites).toMatchObject({
      name: true,
      namespace: true,
    });
    const unread = await built(
      'resources: [../base]\npatches: [{ path: missing-labels.yaml, target: { kind: Service } }]\n',
    );
    expect(unread?.labels.mayChange('version')).toBe(true);
  });

  test('an inline JSON patch is made', async () => {
    const resource = await built(
      'resources: [../base]\npatches:\n  - target: { kind: Service }\n    patch: |-\n      - op: add\n        path: /metadata/labels\n        value: { version: v7 }\n',
    );
    expect(resource?.labels.get('version')).toBe('v7');
    expect(resource?.labels.mayChange('other')).toBe(false);
  });

  test('a patch file is no resource of its own, and is laid over what it names', async () => {
    const patch =
      'apiVersion: v1\nkind: Service\nmetadata: { name: cart, labels: { version: v1 } }\nspec: { ports: [{ port: 80, name: http }] }\n';
    const mesh = await makeMesh({
      'base/cart.yaml': base,
      'base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'over/kustomization.yaml': 'resources: [../base]\npatchesStrategicMerge: [patch.yaml]\n',
      'over/patch.yaml': patch,
    });
    expect(mesh.services).toHaveLength(1);
    expect(mesh.resources.find((r) => r.document.source.path === 'over/patch.yaml')?.partial).toBe(true);
    expect(mesh.services[0]?.resource.labels.get('version')).toBe('v1');
    expect(mesh.services[0]?.ports.map((p) => p.name)).toContain('http');
  });

  test('two builds of one manifest are two objects, which never meet', async () => {
    const mesh = await makeMesh({
      'base/cart.yaml': base,
      'base/kustomization.yaml': 'resources: [cart.yaml]\n',
      'eu/kustomization.yaml': 'resources: [../base, pods.yaml]\nnamespace: eu\n',
      'eu/pods.yaml': deployment('cart', 'app: cart'),
      'us/kustomization.yaml': 'resources: [../base]\nnamespace: us\n',
    });
    expect(mesh.services.map((s) => s.resource.namespace).sort()).toEqual(['eu', 'us']);
    const [eu, us] = ['eu', 'us'].map((n) => mesh.services.find((s) => s.resource.namespace === n)?.resource);
    if (!eu || !us) throw new Error('both builds are there');
    expect(mesh.appliedTogether(eu, us)).toBe(false);
    const pods = mesh.workloads[0]?.resource;
    expect(pods && mesh.appliedTogether(eu, pods)).toBe(true);
    expect(pods && mesh.appliedTogether(us, pods)).toBe(false);
  });

  test('a loop of Kustomizations ends', async () => {
    const mesh = await makeMesh({
      'a/kustomization.yaml': 'resources: [../b]\n',
      'b/kustomization.yaml': 'resources: [../a, cart.yaml]\nnamespace: other\n',
      'b/cart.yaml': base,
    });
    expect(mesh.services[0]?.resource.namespace).toBe('other');
  });
});
