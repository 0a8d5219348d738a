import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectRevisionUnknown } from './inject-revision-unknown.ts';

const namespace = (label: string, mark = '', more = 'team: a') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata:
    name: shop
    labels:
      ${more}
      ${label} ${mark}
`;
const deployment = (label: string, mark = '') => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata:
        labels:
          app: cart
          ${label} ${mark}
      spec: { containers: [{ name: cart, image: "cart:1" }] }
`;
const webhook = (revision: string, selector: string) => yaml`
  ---
  apiVersion: admissionregistration.k8s.io/v1
  kind: MutatingWebhookConfiguration
  metadata: { name: istio-sidecar-injector-${revision}, labels: { app: sidecar-injector, istio.io/rev: "${revision}" } }
  webhooks:
    - name: rev.namespace.sidecar-injector.istio.io
      clientConfig: { service: { name: "istiod-${revision}", namespace: istio-system, path: /inject } }
      namespaceSelector: { matchExpressions: [${selector}] }
      rules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
`;
const OLD = webhook(
  '1-27',
  '{ key: istio.io/rev, operator: In, values: ["1-27"] }, { key: istio-injection, operator: DoesNotExist }',
);
const canary = { revisions: ['canary'] };

testRule(injectRevisionUnknown, {
  bad: {
    'the webhooks that were read belong to a revision': namespace('istio-injection: enabled', '#~ noDefaultRead') + OLD,
    'the config lists the revisions': { yaml: namespace('istio.io/rev: cannary', '#~ unknown'), settings: canary },
    'an empty one names none, whatever is installed': namespace('istio.io/rev:', '#~ empty'),
    'only named revisions are there': {
      yaml: namespace('istio-injection: enabled', '#~ noDefault'),
      settings: canary,
    },
    'the namespace is told once, and its pods are not': {
      yaml: `${namespace('istio.io/rev: old', '#~ unknown')}${deployment('version: v1')}`,
      settings: canary,
    },
    'pods of a namespace that says nothing': {
      yaml: `${namespace('a: b')}${deployment('istio.io/rev: old', '#~ unknown `old`')}`,
      settings: canary,
    },
    'pods that ask for the default': {
      yaml: `${namespace('a: b')}${deployment('sidecar.istio.io/inject: "true"', '#~ noDefault')}`,
      settings: canary,
    },
    'a revision of pods, in a closed world': {
      yaml: `${namespace('a: b')}${deployment('istio.io/rev: old', '#~ unknown')}`,
      settings: { closedWorld: true },
    },
  },
  good: {
    'the webhook of the tag default heeds the old label':
      namespace('istio-injection: enabled') +
      OLD +
      webhook('default', '{ key: istio-injection, operator: In, values: [enabled] }'),
    'the config says which revision is the default': {
      yaml: namespace('istio-injection: enabled') + OLD,
      settings: { defaultRevision: '1-27' },
    },
    'istioctl install makes its first revision the default':
      namespace('istio-injection: enabled') +
      yaml`
      ---
      apiVersion: install.istio.io/v1alpha1
      kind: IstioOperator
      metadata: { name: istio, namespace: istio-system }
      spec: { revision: canary }
    `,
    'a tag': { yaml: namespace('istio.io/rev: prod'), settings: { ...canary, tags: { prod: 'canary' } } },
    'the default revision has a name': {
      yaml: namespace('istio-injection: enabled'),
      settings: { ...canary, defaultRevision: 'canary' },
    },
    'the tag default': {
      yaml: namespace('istio-injection: enabled'),
      settings: { ...canary, tags: { default: 'canary' } },
    },
    'other revisions may be installed by other files': `${namespace('istio.io/rev: stable')}${yaml`
      ---
      apiVersion: install.istio.io/v1alpha1
      kind: IstioOperator
      metadata: { name: istio, namespace: istio-system }
      spec: { revision: canary }
    `}`,
    'a Pod of istiod proves its revision': {
      yaml: `${namespace('istio.io/rev: canary')}${yaml`
        ---
        apiVersion: v1
        kind: Pod
        metadata: { name: istiod-canary-1, namespace: istio-system, labels: { app: istiod, istio.io/rev: canary } }
        spec: { containers: [{ name: discovery, image: pilot }] }
      `}`,
      settings: { closedWorld: true },
    },
    'the label chooses the control plane of waypoints in ambient mode': {
      yaml: namespace('istio.io/rev: old', '', 'istio.io/dataplane-mode: ambient'),
      settings: canary,
    },
    'pods that refuse': {
      yaml: `${namespace('a: b')}${deployment('istio.io/rev: old, sidecar.istio.io/inject: "false"').replace(', sidecar', '\n        sidecar')}`,
      settings: canary,
    },
    'the label of the pods is not read where the namespace has one': {
      yaml: `${namespace('istio.io/rev: canary')}${deployment('istio.io/rev: old')}`,
      settings: canary,
    },
    'before 1.6 there were no revisions': {
      yaml: namespace('istio.io/rev: old'),
      settings: { ...canary, istioVersion: '1.5' },
    },
  },
});

test('is an error where something tells what is installed, and else a warning', async () => {
  const severity = async (settings: object) =>
    (await findingsOf(injectRevisionUnknown, { 'a.yaml': namespace('istio.io/rev: old') }, { settings })).map(
      (f) => `${f.severity}: ${f.fix}`,
    );
  expect(await severity(canary)).toEqual(['error: Write istio.io/rev: canary.']);
  expect(await severity({ closedWorld: true })).toEqual(['warning: Name a revision or a tag that is installed.']);
  expect(await severity({})).toEqual([]);
});
