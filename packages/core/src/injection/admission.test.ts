import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Config, MeshConfigKeys } from '../config/config.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';

type Labels = Readonly<Record<string, string>>;
interface Pods {
  readonly name?: string;
  readonly namespace?: string | undefined;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly spec?: object;
  readonly containers?: readonly object[];
}

const APP = { name: 'cart', image: 'cart' };

function template({ labels = {}, annotations = {}, spec = {}, containers = [APP] }: Pods) {
  return { metadata: { labels: { app: 'cart', ...labels }, annotations }, spec: { containers, ...spec } };
}
function deployment(pods: Pods = {}): object {
  const { name = 'cart', namespace = 'shop' } = pods;
  const metadata = 'namespace' in pods && pods.namespace === undefined ? { name } : { name, namespace };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: template(pods) } };
}
function namespace(labels: Labels = {}, name = 'shop', annotations: Labels = {}): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels, annotations } };
}
const text = (...documents: readonly object[]) => documents.map((d) => JSON.stringify(d)).join('\n---\n');

async function admissions(files: string | Readonly<Record<string, string>>, config: MeshConfigKeys & Config = {}) {
  const mesh = await makeMesh(files, config);
  return new Map(mesh.workloads.map((w) => [w.resource.name, mesh.admission(w)]));
}
async function admission(documents: readonly object[], config: MeshConfigKeys & Config = {}) {
  const [one] = (await admissions(text(...documents), config)).values();
  if (!one) throw new Error('no workload');
  return one;
}

const ENABLED = namespace({ 'istio-injection': 'enabled' });
const PROXY = { name: 'istio-proxy', image: 'istio/proxyv2:1.24.0' };

describe('how pods are in the mesh', () => {
  it('a sidecar that is injected', async () => {
    expect((await admission([ENABLED, deployment()])).membership).toMatchObject({
      answer: 'yes',
      mode: 'sidecar',
      reason: 'namespace shop has label istio-injection=enabled',
    });
  });
  it('a proxy that is written, wherever the pods go', async () => {
    const written = deployment({ containers: [APP, PROXY] });
    for (const documents of [
      [written],
      [namespace(), written],
      [namespace({ 'istio-injection': 'disabled' }), written],
    ])
      expect((await admission(documents)).membership).toMatchObject({ answer: 'yes', mode: 'sidecar' });
    const native = deployment({ spec: { initContainers: [{ ...PROXY, restartPolicy: 'Always' }] } });
    expect((await admission([namespace(), native])).membership).toMatchObject({ answer: 'yes', mode: 'sidecar' });
    // Without it the container ends, or never does: no sidecar.
    const broken = deployment({ spec: { initContainers: [PROXY] } });
    expect((await admission([namespace(), broken])).membership.answer).toBe('no');
  });
  it('a proxy that somebody has still to fill in is none', async () => {
    const auto = deployment({ containers: [APP, { name: 'istio-proxy', image: 'auto' }] });
    expect((await admission([namespace(), auto])).membership.answer).toBe('no');
    expect((await admission([ENABLED, auto])).membership).toMatchObject({ answer: 'yes', mode: 'sidecar' });
  });
  it('pods that were injected when somebody wrote them down', async () => {
    const status = deployment({ annotations: { 'sidecar.istio.io/status': '{}' } });
    const { membership, ambient } = await admission([namespace({ 'istio.io/dataplane-mode': 'ambient' }), status]);
    expect(membership).toMatchObject({ answer: 'yes', mode: 'sidecar' });
    expect(ambient.answer).toBe('no');
  });
  it('a gateway that is injected, or written, also on the network of its node', async () => {
    const gateway = (spec: object = {}, image = 'auto') =>
      deployment({
        labels: { istio: 'ingressgateway', 'sidecar.istio.io/inject': 'true' },
        annotations: { 'inject.istio.io/templates': 'gateway' },
        containers: [{ name: 'istio-proxy', image }],
        spec,
      });
    expect((await admission([namespace(), gateway()])).membership).toMatchObject({ answer: 'yes', mode: 'gateway' });
    expect((await admission([namespace(), gateway({ hostNetwork: true })])).membership.answer).toBe('no');
    const written = gateway({ hostNetwork: true }, 'istio/proxyv2:1.8.0');
    expect((await admission([namespace(), written])).membership).toMatchObject({ answer: 'yes', mode: 'gateway' });
  });
  it('libraries in the place of a proxy, injected or written', async () => {
    const annotations = { 'inject.istio.io/templates': 'grpc-agent' };
    const injected = await admission([ENABLED, deployment({ annotations })]);
    expect(injected.membership).toMatchObject({ answer: 'yes', mode: 'proxyless' });
    expect(injected.istio.templates).toEqual(['grpc-agent']);
    const written = await admission([ENABLED, deployment({ annotations, containers: [APP, PROXY] })]);
    expect(written.membership.mode).toBe('proxyless');
    const several = await admission([
      ENABLED,
      deployment({ annotations: { 'inject.istio.io/templates': 'sidecar, own ' } }),
    ]);
    expect(several.istio.templates).toEqual(['sidecar', 'own']);
  });
  it('a sidecar before ambient mode, which it keeps out', async () => {
    const both = namespace({ 'istio-injection': 'enabled', 'istio.io/dataplane-mode': 'ambient' });
    expect((await admission([both, deployment()])).membership).toMatchObject({ answer: 'yes', mode: 'sidecar' });
    const refused = deployment({ labels: { 'sidecar.istio.io/inject': 'false' } });
    expect((await admission([both, refused])).membership).toMatchObject({ answer: 'yes', mode: 'ambient' });
  });
  it('in some way, where only which is not known', async () => {
    const unclear = await admission([
      namespace({ 'istio.io/rev': 'canary', 'istio.io/dataplane-mode': 'ambient' }),
      deployment(),
    ]);
    expect(unclear.istio.outcome).toBe('unknown');
    expect(unclear.membership.answer).toBe('yes');
    expect(unclear.membership.mode).toBeUndefined();
  });
  it('not on the network of the node, and not known while that is filled in later', async () => {
    const on = (hostNetwork: unknown) => deployment({ spec: { hostNetwork } });
    expect((await admission([ENABLED, on(true)])).membership).toMatchObject({
      answer: 'no',
      reason: 'the pods use hostNetwork',
    });
    expect((await admission([on(true)])).membership.answer).toBe('no');
    const { membership, istio } = await admission([ENABLED, on('${HOST_NETWORK}')]);
    expect(membership.answer).toBe('unknown');
    expect(istio.facts.at(-1)?.text).toBe('hostNetwork is filled in later');
    expect(istio.facts.at(-1)?.field?.pointer).toBe('/spec/template/spec/hostNetwork');
    expect((await admission([namespace(), on('${HOST_NETWORK}')])).membership.answer).toBe('no');
  });
});

describe('the namespace', () => {
  it('is asked for the template of a CronJob, whose other labels do not count', async () => {
    const cron = (place: 'metadata' | 'jobTemplate' | 'template') => {
      const refusal = { labels: { 'sidecar.istio.io/inject': 'false' } };
      return {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'cart', namespace: 'shop', ...(place === 'metadata' ? refusal : {}) },
        spec: {
          jobTemplate: {
            metadata: place === 'jobTemplate' ? refusal : {},
            spec: { template: template(place === 'template' ? refusal : {}) },
          },
        },
      };
    };
    expect((await admission([ENABLED, cron('metadata')])).membership.answer).toBe('yes');
    expect((await admission([ENABLED, cron('jobTemplate')])).membership.answer).toBe('yes');
    expect((await admission([ENABLED, cron('template')])).membership.answer).toBe('no');
  });
  it('leaves it open when it was not read, in a closed world too', async () => {
    for (const config of [{}, { closedWorld: true }, { revisions: ['default'] }]) {
      const { membership, istio } = await admission([deployment()], config);
      expect(membership).toMatchObject({ answer: 'unknown', reason: 'no manifest of Namespace shop was read' });
      expect(istio.unknownBecause).toBe('no manifest of Namespace shop was read');
    }
    expect((await admission([deployment()], { expectMesh: 'all' })).membership).toMatchObject({
      answer: 'yes',
      reason: 'expectMesh is "all" (no manifest of Namespace shop was read)',
    });
    expect((await admission([namespace(), deployment()], { expectMesh: 'all' })).membership.answer).toBe('no');
  });
  it('leaves it open when none is written, unless the config says which', async () => {
    const loose = deployment({ namespace: undefined });
    const theDefault = namespace({ 'istio-injection': 'enabled' }, 'default');
    expect((await admission([theDefault, loose])).membership).toMatchObject({
      answer: 'unknown',
      reason: 'the manifest names no namespace',
    });
    expect((await admission([theDefault, loose], { closedWorld: true })).membership.answer).toBe('yes');
    expect((await admission([ENABLED, loose], { defaultNamespace: 'shop' })).membership.answer).toBe('yes');
  });
  it('leaves it open when a later step fills it in, whatever the config says of others', async () => {
    const later = deployment({ namespace: '${NAMESPACE}' });
    for (const config of [{}, { closedWorld: true }, { defaultNamespace: 'shop' }])
      expect((await admission([ENABLED, later], config)).membership).toMatchObject({
        answer: 'unknown',
        reason: 'its namespace is filled in later',
      });
  });
  it('is that of the Kustomization, even out of a namespace that the injector leaves alone', async () => {
    const files = {
      'kustomization.yaml': 'namespace: shop\nresources: [app.yaml]\n',
      'app.yaml': text(namespace({ 'istio-injection': 'enabled' }), deployment({ namespace: 'kube-system' })),
    };
    const { membership, istio } = (await admissions(files)).get('cart') ?? {};
    expect(membership).toMatchObject({ answer: 'yes' });
    expect(istio?.outcome).toBe('injected');
    const later = { ...files, 'kustomization.yaml': 'namespace: ${NS}\nresources: [app.yaml]\n' };
    expect((await admissions(later)).get('cart')?.membership).toMatchObject({
      answer: 'unknown',
      reason: 'a Kustomization gives it a namespace that is filled in later',
    });
    const stays = { 'app.yaml': files['app.yaml'] };
    expect((await admissions(stays)).get('cart')?.istio.cause).toBe('system-namespace');
  });
  it('has the labels that a Kustomization adds, and so have the pods', async () => {
    const app = text(ENABLED, deployment());
    const labelled = (key: string, value = 'x') => ({
      'kustomization.yaml': `commonLabels: { ${key}: "${value}" }\nresources: [app.yaml]\n`,
      'app.yaml': app,
    });
    expect((await admissions(labelled('team'))).get('cart')?.membership.answer).toBe('yes');
    expect((await admissions(labelled('sidecar.istio.io/inject', 'false'))).get('cart')?.membership.answer).toBe('no');
    expect((await admissions(labelled('sidecar.istio.io/inject', '${INJECT}'))).get('cart')?.membership.answer).toBe(
      'unknown',
    );
  });
  it('is one, where its manifests say the same of the mesh, and open where they do not', async () => {
    const files = (other: Labels) => ({
      'a/ns.yaml': text(namespace({ 'istio-injection': 'enabled', cluster: 'a' })),
      'b/ns.yaml': text(namespace(other)),
      'app.yaml': text(deployment()),
    });
    const same = await admissions(files({ 'istio-injection': 'enabled', cluster: 'b' }));
    expect(same.get('cart')?.membership.answer).toBe('yes');
    const other = (await admissions(files({}))).get('cart');
    expect(other?.membership).toMatchObject({ answer: 'unknown', reason: 'the manifests of Namespace shop differ' });
    // Who refuses is out in either.
    const refused = { ...files({}), 'app.yaml': text(deployment({ labels: { 'sidecar.istio.io/inject': 'false' } })) };
    expect((await admissions(refused)).get('cart')?.membership.answer).toBe('no');
    const otherMode = (await admissions(files({ 'istio.io/dataplane-mode': 'ambient' }))).get('cart');
    expect(otherMode?.istio.outcome).toBe('unknown');
  });
  it('is open where it has more different manifests than anybody has clusters', async () => {
    const many = Array.from({ length: 40 }, (_, i) => namespace({ 'istio-injection': 'enabled', cluster: `${i}` }));
    expect((await admission([...many, deployment()])).membership.answer).toBe('unknown');
    const copies = Array.from({ length: 40 }, () => ENABLED);
    expect((await admission([...copies, deployment()])).membership.answer).toBe('yes');
  });
});

describe('revisions', () => {
  it('are known when the config lists them, when webhooks bring them, or when all was read', async () => {
    const canary = [namespace({ 'istio.io/rev': 'canary' }), deployment()];
    expect((await admission(canary)).membership.answer).toBe('unknown');
    expect((await admission(canary, { revisions: ['canary'] })).membership.answer).toBe('yes');
    expect((await admission(canary, { revisions: ['other'] })).membership.answer).toBe('no');
    expect((await admission(canary, { closedWorld: true })).membership.answer).toBe('no');
    const istiod = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'istiod-canary',
        namespace: 'istio-system',
        labels: { app: 'istiod', 'istio.io/rev': 'canary' },
      },
      spec: {
        template: template({
          labels: { 'sidecar.istio.io/inject': 'false' },
          containers: [{ name: 'discovery', image: 'p' }],
        }),
      },
    };
    const read = await admissions(text(...canary, istiod), { closedWorld: true });
    expect(read.get('cart')?.istio).toMatchObject({ outcome: 'injected', revision: 'canary' });
  });
  it('the old label has an owner only where somebody knows of one', async () => {
    const release = (revisionTags: string[]) => ({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'istiod', namespace: 'istio-system' },
      spec: { chart: { spec: { chart: 'istiod' } }, values: { revision: '1-24', revisionTags } },
    });
    expect((await admission([ENABLED, deployment(), release([])])).istio.outcome).toBe('unknown');
    expect((await admission([ENABLED, deployment(), release(['default'])])).istio).toMatchObject({
      outcome: 'injected',
      revision: '1-24',
    });
  });
});

describe('the control plane itself', () => {
  const SYSTEM = yaml`
    apiVersion: v1
    kind: Namespace
    metadata: { name: istio-system, labels: { topology.istio.io/network: n } }
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: { name: istiod, namespace: istio-system, labels: { app: istiod, istio.io/rev: default } }
    spec:
      template:
        metadata: { labels: { app: istiod, istio.io/rev: default, sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none } }
        spec: { containers: [{ name: discovery, image: istio/pilot:1.24.0 }] }
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: { name: istio-ingressgateway, namespace: istio-system, labels: { istio: ingressgateway } }
    spec:
      template:
        metadata:
          labels: { istio: ingressgateway, sidecar.istio.io/inject: "true", istio.io/dataplane-mode: none }
          annotations: { inject.istio.io/templates: gateway }
        spec: { containers: [{ name: istio-proxy, image: auto }] }
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: { name: istio-egressgateway, namespace: istio-system }
    spec:
      template:
        metadata: { labels: { istio: egressgateway, sidecar.istio.io/inject: "false" } }
        spec: { containers: [{ name: istio-proxy, image: istio/proxyv2:1.8.0 }] }
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: { name: ztunnel, namespace: istio-system }
    spec:
      template:
        metadata: { labels: { app: ztunnel, sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none } }
        spec: { containers: [{ name: istio-proxy, image: istio/ztunnel:1.24.0 }] }
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: { name: istio-cni-node, namespace: istio-system }
    spec:
      template:
        metadata: { labels: { k8s-app: istio-cni-node, sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none } }
        spec: { hostNetwork: true, containers: [{ name: install-cni, image: istio/install-cni:1.24.0 }] }
  `;
  it('comes out as it is', async () => {
    const answers = await admissions(SYSTEM);
    const told = [...answers].map(([name, { membership }]) => `${name} ${membership.answer} ${membership.mode ?? '-'}`);
    expect(told).toEqual([
      'istiod no -',
      'istio-ingressgateway yes gateway',
      'istio-egressgateway yes gateway',
      'ztunnel yes gateway',
      'istio-cni-node no -',
    ]);
  });
});

describe('pods behind a Service that was not read', () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'cart', namespace: 'shop' },
    spec: { selector: { app: 'x' }, ports: [{ port: 80 }] },
  };
  const answer = async (documents: readonly object[], config = {}) => {
    const mesh = await makeMesh(text(service, ...documents), config);
    const [one] = mesh.services;
    if (!one) throw new Error('no service');
    return mesh.membershipOfService(one).answer;
  };
  it('are outside where the namespace says nothing, and nothing else takes it', async () => {
    expect(await answer([])).toBe('unknown');
    expect(await answer([namespace()])).toBe('no');
    expect(await answer([ENABLED])).toBe('unknown');
    expect(await answer([namespace()], { enableNamespacesByDefault: true })).toBe('unknown');
    expect(await answer([namespace({}, 'shop', { 'linkerd.io/inject': 'enabled' })])).toBe('unknown');
    const team = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'own' },
      webhooks: [
        {
          name: 'sidecar-injector.istio.io',
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
          namespaceSelector: { matchLabels: { team: 'a' } },
        },
      ],
    };
    expect(await answer([namespace({ team: 'a' }), team])).toBe('unknown');
    expect(await answer([namespace({ team: 'b' }), team])).toBe('no');
  });
});

describe('laws', () => {
  const value = fc.constantFrom(
    'true',
    'false',
    'enabled',
    'disabled',
    'default',
    'canary',
    'ambient',
    'none',
    '',
    '${X}',
  );
  const keys = [
    'istio-injection',
    'istio.io/rev',
    'sidecar.istio.io/inject',
    'istio.io/dataplane-mode',
    'team',
    'linkerd.io/inject',
    'inject.istio.io/templates',
  ];
  const labels = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 4 });
  const place = fc.constantFrom('shop', 'pay', 'kube-system', undefined);
  const document: fc.Arbitrary<object> = fc.oneof(
    fc
      .record({
        at: place,
        name: fc.constantFrom('a', 'b', 'c'),
        labels,
        annotations: labels,
        hostNetwork: fc.boolean(),
      })
      .map(({ at, name, hostNetwork, ...metadata }) =>
        deployment({ name, namespace: at, ...metadata, spec: hostNetwork ? { hostNetwork } : {} }),
      ),
    fc
      .record({ name: fc.constantFrom('shop', 'pay'), labels, annotations: labels })
      .map((n) => namespace(n.labels, n.name, n.annotations)),
    fc
      .record({
        name: fc.constantFrom('w', 'v'),
        prefix: fc.constantFrom('namespace.', 'rev.namespace.', ''),
        labels,
        namespaceSelector: labels,
        objectSelector: labels,
      })
      .map((w) => ({
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name: w.name, labels: w.labels },
        webhooks: [
          {
            name: `${w.prefix}sidecar-injector.istio.io`,
            rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
            namespaceSelector: { matchLabels: w.namespaceSelector },
            objectSelector: { matchLabels: w.objectSelector },
          },
        ],
      })),
    fc
      .record({ revision: value, byDefault: fc.boolean(), autoInject: value })
      .map(({ revision, byDefault, autoInject }) => ({
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata: { name: `i${revision}`, namespace: 'istio-system' },
        spec: {
          chart: { spec: { chart: 'istiod' } },
          values: {
            revision,
            global: { proxy: { autoInject } },
            sidecarInjectorWebhook: { enableNamespacesByDefault: byDefault },
          },
        },
      })),
  );
  const version = fc.constantFrom('1.5', '1.8', '1.9', '1.10', '1.16', '1.24', '1.30');
  const told = (mesh: Mesh) =>
    mesh.workloads
      .map((w) => {
        const { istio, ambient, linkerd, linkerdAlone, membership } = mesh.admission(w);
        const { outcome, cause, revision, revisions, templates } = istio;
        const plain = [istio, ambient, linkerd, linkerdAlone].map((part) => part.facts.map((f) => f.text));
        const rest = [
          ambient.answer,
          linkerd.outcome,
          linkerd.mode,
          membership.answer,
          membership.mode,
          membership.reason,
        ];
        const body = JSON.stringify(sorted(w.resource.body.value));
        return JSON.stringify([body, outcome, cause, revision, revisions, templates, plain, rest, mesh.sidecar(w)]);
      })
      .sort();
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([k, v]) => [k, sorted(v)]),
        )
      : value;
  const turned = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([k, v]) => [k, turned(v)]),
        )
      : value;

  test('neither the order of documents nor that of labels ever changes an answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { maxLength: 7 }),
        version,
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        async (documents, istioVersion, closedWorld, random) => {
          const config = { istioVersion, closedWorld };
          const first = told(await makeMesh(text(...documents), config));
          const keyed = documents.map((d): [number, object] => [random.next().value ?? 0, turned(d) as object]);
          const shuffled = keyed.sort((a, b) => a[0] - b[0]).map(([, d]) => d);
          expect(told(await makeMesh(text(...shuffled), config))).toEqual(first);
        },
      ),
      { numRuns: 400 },
    );
  }, 60_000);

  test('nothing that stands anywhere makes it throw', async () => {
    const any = fc.jsonValue({ maxDepth: 4 });
    const metadata = fc.record({
      name: fc.constantFrom('istio', 'istio-sidecar-injector', 'shop'),
      labels: any,
      annotations: any,
    });
    const anything = fc.oneof(
      fc.record({
        metadata,
        webhooks: any,
        apiVersion: fc.constant('admissionregistration.k8s.io/v1'),
        kind: fc.constant('MutatingWebhookConfiguration'),
      }),
      fc
        .record({
          metadata,
          clientConfig: any,
          rules: any,
          namespaceSelector: any,
          objectSelector: any,
          matchConditions: any,
          name: fc.constant('x.sidecar-injector.istio.io'),
        })
        .map(({ metadata: m, ...w }) => ({
          apiVersion: 'admissionregistration.k8s.io/v1',
          kind: 'MutatingWebhookConfiguration',
          metadata: m,
          webhooks: [w],
        })),
      fc.record({ metadata, data: any, apiVersion: fc.constant('v1'), kind: fc.constant('ConfigMap') }),
      fc.record({ metadata, a: any, b: any }).map(({ metadata: m, a, b }) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: m,
        data: {
          config: JSON.stringify({ policy: a, neverInjectSelector: [a, { matchExpressions: b, matchLabels: a }] }),
          values: JSON.stringify(b),
          mesh: JSON.stringify({ defaultConfig: a }),
        },
      })),
      fc.record({ metadata, apiVersion: fc.constant('v1'), kind: fc.constant('Namespace') }),
      fc
        .record({ metadata, labels: any, annotations: any, hostNetwork: any, initContainers: any })
        .map(({ metadata: m, labels: l, annotations, hostNetwork, initContainers }) => ({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { ...m, namespace: 'shop' },
          spec: {
            template: {
              metadata: { labels: l, annotations },
              spec: { hostNetwork, initContainers, containers: [APP] },
            },
          },
        })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 6 }), version, async (documents, istioVersion) => {
        const mesh = await makeMesh(text(deployment(), ...documents), { istioVersion });
        for (const workload of mesh.workloads) {
          const { istio, change } = mesh.admission(workload);
          expect(istio.facts.length).toBeGreaterThan(0);
          change();
          mesh.sidecar(workload);
        }
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});
