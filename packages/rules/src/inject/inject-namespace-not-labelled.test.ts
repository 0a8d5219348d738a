import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectNamespaceNotLabelled } from './inject-namespace-not-labelled.ts';

const namespace = (mark: string, labels = 'team: a', annotations = '', name = 'shop') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata:
    name: ${name} ${mark}
    labels: { ${labels} }
    annotations: { ${annotations} }
`;
const meshed = yaml`
  ---
  apiVersion: v1
  kind: Namespace
  metadata: { name: other, labels: { istio-injection: enabled } }
`;
const deployment = (labels = 'app: cart', name = 'cart') => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { ${labels} } }
      spec: { containers: [{ name: cart, image: "cart:1" }] }
`;
const authorization = (spec: string) => yaml`
  ---
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: allow, namespace: shop }
  spec: { ${spec} }
`;

testRule(injectNamespaceNotLabelled, {
  bad: {
    'every workload is expected in the mesh': {
      yaml: `${namespace('#~ expected')}${deployment()}`,
      settings: { expectMesh: 'all' },
    },
    'a policy for all, and four workloads': `${namespace('#~ expected')}${authorization('')}${deployment()}${deployment('app: cart', 'b')}${deployment('app: cart', 'c')}${deployment('app: cart', 'd')}`,
    'a resource of Istio shows that there is a mesh': `${namespace('#~ silent')}${yaml`
      ---
      apiVersion: networking.istio.io/v1
      kind: Gateway
      metadata: { name: web, namespace: shop }
      spec: { selector: { istio: ingressgateway } }
    `}`,
  },
  good: {
    'without any sign of Istio a namespace owes it no label': namespace(''),
    'Linkerd is there': `${namespace('', 'team: a', 'linkerd.io/inject: enabled')}${meshed}`,
    'ambient mode': `${namespace('', 'istio.io/dataplane-mode: ambient')}${meshed}`,
    'system namespaces, and that of the control plane': `${namespace('', 'a: b', '', 'kube-system')}---\n${namespace('', 'a: b', '', 'istio-system')}${meshed}`,
    'the installation injects by default': {
      yaml: `${namespace('')}${meshed}`,
      settings: { enableNamespacesByDefault: true },
    },
    'the pods ask one by one': `${namespace('')}${meshed}${deployment('app: cart, sidecar.istio.io/inject: "true"')}`,
    'a rule of its own speaks of the annotation': `${namespace('', 'team: a', 'istio-injection: enabled')}${meshed}`,
    'a rule of its own speaks of the pods that a policy selects': `${namespace('')}${deployment()}${authorization('selector: { matchLabels: { app: cart } }')}`,
    'another manifest of it carries the label': {
      files: {
        'base/namespace.yaml': namespace(''),
        'overlay/namespace.yaml': namespace('', 'istio-injection: enabled'),
      },
    },
  },
});

test('is advice, unless the pods are expected in the mesh', async () => {
  const severities = async (files: string, preset: 'recommended' | 'strict') =>
    (await findingsOf(injectNamespaceNotLabelled, { 'a.yaml': files }, { settings: { preset } })).map(
      (f) => f.severity,
    );
  expect(await severities(`${namespace('')}${meshed}`, 'recommended')).toEqual([]);
  expect(await severities(`${namespace('')}${meshed}`, 'strict')).toEqual(['warning']);
  expect(await severities(`${namespace('')}${deployment()}${authorization('')}`, 'recommended')).toEqual(['warning']);
});

test('names a few of the workloads', async () => {
  const more = [...'bcde'].map((name) => deployment('app: cart', name)).join('');
  const [finding] = await findingsOf(injectNamespaceNotLabelled, {
    'a.yaml': `${namespace('')}${authorization('')}${more}`,
  });
  expect(finding?.message).toContain('(Deployment b, Deployment c, Deployment d and 1 more)');
});
