import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectPodLabelInvalid } from './inject-pod-label-invalid.ts';

const namespace = (labels: string) => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { ${labels} } }
  ---
`;
const labelled = (value: string, mark: string) => yaml`
  apiVersion: v1
  kind: Pod
  metadata:
    name: cart
    namespace: shop
    labels:
      sidecar.istio.io/inject: "${value}" ${mark}
  spec: { containers: [{ name: cart, image: "cart:1" }] }
`;
const cni = { installation: { cni: true } };

testRule(injectPodLabelInvalid, {
  bad: {
    'in a namespace with injection they are injected': `${namespace('istio-injection: enabled')}${labelled('False', '#~ injected')}`,
    'in a namespace without a label they are not': `${namespace('team: a')}${labelled('yes', '#~ notInjected')}`,
    'in a namespace that refuses they are not': `${namespace('istio-injection: disabled')}${labelled('yes', '#~ notInjected')}`,
    '"False" with the CNI plugin, which takes it for a no': {
      yaml: `${namespace('istio-injection: enabled')}${labelled('False', '#~ notRedirected')}`,
      settings: cni,
    },
    '"0" with the CNI plugin, in a namespace that was not read': {
      yaml: labelled('0', '#~ notRedirected'),
      settings: cni,
    },
    '"no" is no boolean for the plugin': {
      yaml: `${namespace('istio-injection: enabled')}${labelled('no', '#~ injected')}`,
      settings: cni,
    },
    '"False" with the CNI plugin before 1.27 keeps the injector out too': {
      yaml: `${namespace('istio-injection: enabled')}${labelled('False', '#~ readAsNo')}`,
      settings: { ...cni, istioVersion: '1.26' },
    },
    '"False" with the CNI plugin where nothing is injected': {
      yaml: `${namespace('team: a')}${labelled('False', '#~ notInjected')}`,
      settings: cni,
    },
    'since 1.27 "yes" counts for nothing': yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "yes" #~ ignored
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    'in 1.26 "yes" is a yes': {
      settings: { istioVersion: '1.26' },
      yaml: yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "yes" #~ readAsYes
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    },
    'in 1.12 "True" is a yes': {
      settings: { istioVersion: '1.12' },
      yaml: yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "True" #~ readAsYes
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    },
    'in 1.26 "enabled" is a no': {
      settings: { istioVersion: '1.26' },
      yaml: yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: enabled #~ readAsNo
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    },
    'in 1.26 "False" is a no': {
      settings: { istioVersion: '1.26' },
      yaml: yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "False" #~ readAsNo
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    },
    'in 1.11 nothing reads it': {
      settings: { istioVersion: '1.11' },
      yaml: yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "no" #~ unread
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    },
    empty: yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "" #~ empty
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    'a word without a meaning, on the template of a patch': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        template:
          metadata:
            labels:
              sidecar.istio.io/inject: please #~ ignored
    `,
  },
  good: {
    'before 1.9 the label means nothing, whatever its value': {
      settings: { istioVersion: '1.8' },
      yaml: yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "no"
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    },
    'a boolean is told by inject-value-not-string': yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: yes
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    'a value that a later step fills in': yaml`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cart
        namespace: shop
        labels:
          sidecar.istio.io/inject: "$(INJECT)"
      spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
    'on the workload it is another mistake': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop, labels: { sidecar.istio.io/inject: enabled } }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec: { containers: [{ name: cart, image: "cart:1" }] }
    `,
  },
});

test('offers the value that was meant, and nothing where that is not known', async () => {
  const pod = (value: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: a, labels: { sidecar.istio.io/inject: ${value} } }\n`;
  const edits = async (value: string) =>
    (await findingsOf(injectPodLabelInvalid, { 'a.yaml': pod(value) })).map((f) => f.edits?.map((e) => e.text));
  expect(await edits('enabled')).toEqual([['"true"']]);
  expect(await edits("'False'")).toEqual([["'false'"]]);
  expect(await edits('please')).toEqual([undefined]);
});
