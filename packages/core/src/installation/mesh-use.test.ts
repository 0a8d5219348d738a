import { describe, expect, it, test } from 'vitest';
import type { Config } from '../config/config.ts';
import { lint } from '../lint/lint.ts';
import type { LintResult } from '../lint/result.ts';
import { defineRule } from '../rule/define-rule.ts';
import { dedent } from '../testing/yaml.ts';

async function run(files: Readonly<Record<string, string>> | string, config: Config = {}): Promise<LintResult> {
  const named = typeof files === 'string' ? { 'a.yaml': files } : files;
  const input = Object.entries(named).map(([path, text]) => ({ path, text: dedent(text) }));
  return lint(input, { rules: SPEAKERS, config });
}

// One rule for each thing that a rule can be about; each says a word of every ConfigMap.
const SPEAKERS = (['istio', 'linkerd', 'gateway-api', 'any mesh', 'kubernetes'] as const).map((about) =>
  defineRule({
    meta: {
      id: `speaks-of-${about.replace(' ', '-')}`,
      summary: 's',
      why: 'w',
      fix: 'f',
      severity: 'info',
      about,
      subject: 'resource',
      sources: [],
      messages: { said: 'said' },
    },
    examples: { bad: [], good: [] },
    check: ({ subject, report }) => report(subject.body, 'said'),
  }),
);

const spoke = (result: LintResult): string[] =>
  [...new Set(result.findings.map(({ ruleId }) => ruleId.replace('speaks-of-', '')))].sort();

const pod = (metadata: string, container = '{ name: app, image: "app:1" }') => `
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { ${metadata} }
      spec: { containers: [${container}] }
`;
const object = (apiVersion: string, kind: string, rest = '') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: x, namespace: shop }\n${rest}`;

describe('a mesh is in use by', () => {
  test.each([
    ['its objects', object('networking.istio.io/v1', 'ServiceEntry')],
    [
      'the label of a namespace',
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: a, labels: { istio-injection: enabled } }\n',
    ],
    [
      'a misspelt label',
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: a, labels: { istio-injecton: enabled } }\n',
    ],
    ['a label of pods', pod('labels: { app: cart, sidecar.istio.io/inject: "true" }')],
    [
      'an annotation of pods',
      pod('labels: { app: cart }, annotations: { traffic.sidecar.istio.io/excludeInboundPorts: "80" }'),
    ],
    [
      'a proxy in a manifest',
      pod('labels: { app: cart }', '{ name: istio-proxy, image: "docker.io/istio/proxyv2:1.24.0" }'),
    ],
    [
      'an image of the control plane',
      pod('labels: { app: cart }', '{ name: discovery, image: "gcr.io/istio-release/pilot:1.9" }'),
    ],
    [
      'a release of its charts',
      object(
        'helm.toolkit.fluxcd.io/v2',
        'HelmRelease',
        'spec: { chart: { spec: { chart: istiod, version: "1" } } }\n',
      ),
    ],
    [
      'an Application with its charts',
      object(
        'argoproj.io/v1alpha1',
        'Application',
        'spec: { source: { repoURL: "https://istio-release.storage.googleapis.com/charts", chart: base } }\n',
      ),
    ],
    ['the operator', object('sailoperator.io/v1', 'Istio')],
    ['the control plane of OpenShift Service Mesh 2', object('maistra.io/v2', 'ServiceMeshControlPlane')],
    ['the class of an Ingress', object('networking.k8s.io/v1', 'Ingress', 'spec: { ingressClassName: istio }\n')],
    [
      'the class of a Gateway',
      object('gateway.networking.k8s.io/v1', 'Gateway', 'spec: { gatewayClassName: istio }\n'),
    ],
  ])('%s', async (_, yaml) => {
    const { meshes } = await run(yaml);
    expect(meshes?.istio?.file).toBe('a.yaml');
    expect(meshes?.linkerd).toBeUndefined();
  });

  it('text that is left out', async () => {
    const chart = { 'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n' };
    const template = 'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: {{ .Values.name }} }\n';
    const { meshes } = await run({ ...chart, 'c/templates/g.yaml': template });
    expect(meshes?.istio).toMatchObject({ file: 'c/templates/g.yaml' });
  });

  it('ambient mode and Linkerd by their own words', async () => {
    const ambient = await run(
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: a, labels: { istio.io/dataplane-mode: ambient } }\n',
    );
    expect(ambient.meshes).toMatchObject({ istio: {}, ambient: {} });
    const linkerd = await run(pod('labels: { app: cart }, annotations: { linkerd.io/inject: enabled }'));
    expect(Object.keys(linkerd.meshes ?? {})).toEqual(['linkerd']);
    expect(spoke(linkerd)).toEqual(['any-mesh', 'kubernetes', 'linkerd']);
  });

  test.each<[string, Config, string[]]>([
    ['a release of Istio in the config', { istioVersion: '1.24' }, ['istio']],
    ['a release of Linkerd in the config', { linkerdVersion: '2.16' }, ['linkerd']],
    ['a closed world, which is a whole mesh', { closedWorld: true }, ['istio']],
    ['a closed world of Linkerd', { closedWorld: true, linkerdVersion: '2.16' }, ['linkerd']],
    ['the wish that all pods are in', { expectMesh: 'all' }, ['istio']],
    ['a project of the config', { projects: [{ folder: 'x', revisions: ['canary'] }] }, ['istio']],
    ['nothing of an empty config', { failOn: 'never', kubernetesVersion: '1.30' }, []],
  ])('%s', async (_, config, expected) => {
    expect(Object.keys((await run(pod('labels: { app: cart }'), config)).meshes ?? {})).toEqual(expected);
  });
});

describe('no mesh is in use by', () => {
  test.each([
    ['pods and Services alone', pod('labels: { app: cart, version: v1 }')],
    [
      'the definition of a kind',
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'spec: { group: networking.istio.io }\n').replace(
        'name: x',
        'name: gateways.networking.istio.io, labels: { app: istio-pilot, istio: crd }',
      ),
    ],
    [
      'rights that name its kinds',
      object(
        'rbac.authorization.k8s.io/v1',
        'ClusterRole',
        'rules: [{ apiGroups: [networking.istio.io], resources: ["*"], verbs: [get] }]\n',
      ),
    ],
    [
      'pods that only keep out',
      pod('labels: { app: cart, sidecar.istio.io/inject: "false" }, annotations: { linkerd.io/inject: disabled }'),
    ],
    [
      'other charts',
      object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'spec: { chart: { spec: { chart: redis } } }\n'),
    ],
    [
      'a chart whose part for a mesh is switched off',
      object(
        'helm.toolkit.fluxcd.io/v2',
        'HelmRelease',
        'spec: { values: { istio: { enabled: false }, linkerd: false } }\n',
      ),
    ],
  ])('%s', async (_, yaml) => {
    const result = await run(yaml);
    expect(result.meshes).toEqual({});
    expect(spoke(result)).toEqual(['kubernetes']);
  });

  it('the Gateway API, whose own rules speak all the same', async () => {
    const result = await run(object('gateway.networking.k8s.io/v1', 'HTTPRoute'));
    expect(Object.keys(result.meshes ?? {})).toEqual(['gatewayApi']);
    expect(spoke(result)).toEqual(['gateway-api', 'kubernetes']);
  });

  it('a class of a Gateway that only begins alike', async () => {
    const result = await run(
      object('gateway.networking.k8s.io/v1', 'Gateway', 'spec: { gatewayClassName: istiod_like }\n'),
    );
    expect(Object.keys(result.meshes ?? {})).toEqual(['gatewayApi']);
  });
});

describe('a project', () => {
  it('is in the mesh of its neighbour', async () => {
    const files = { 'p/a.yaml': pod('labels: { app: cart }'), 'q/b.yaml': object('networking.istio.io/v1', 'Gateway') };
    expect(spoke(await run(files, { projects: ['p', 'q'] }))).toContain('istio');
  });
});
