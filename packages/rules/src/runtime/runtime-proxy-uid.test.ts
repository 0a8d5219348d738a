import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimeProxyUid } from './runtime-proxy-uid.ts';

const IN_MESH = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`;

const withInit = (settings: object) => ({
  settings,
  yaml: yaml`
    apiVersion: v1
    kind: Pod
    metadata: { name: cart, namespace: shop }
    spec:
      initContainers:
        - name: fetch
          image: fetch
          securityContext:
            runAsUser: 1337
      containers: [{ name: cart, image: cart }]
  `,
});

const marked = (one: { settings: object; yaml: string }, id: string) => ({
  ...one,
  yaml: one.yaml.replace('runAsUser: 1337', `runAsUser: 1337 #~ ${id}`),
});

testRule(runtimeProxyUid, {
  bad: {
    'each container that says it itself, in a kind that istioctl does not read': yaml`
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec:
            containers:
              - { name: cart, image: cart, securityContext: { runAsUser: 1337, runAsGroup: 1337 } } #~ user
              - { name: log, image: log, securityContext: { runAsUser: 1337 } } #~ user
              - { name: other, image: other }
    `,
    'a native sidecar of the author is an application too': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers:
          - { name: log, image: log, restartPolicy: Always, securityContext: { runAsUser: 1337 } } #~ user
        containers: [{ name: cart, image: cart }]
    `,
    'the user that the config says': {
      settings: { installation: { proxyUid: 4711 } },
      yaml: yaml`
        apiVersion: v1
        kind: Pod
        metadata: { name: cart, namespace: shop }
        spec:
          containers: [{ name: cart, image: cart, securityContext: { runAsUser: 4711 } }] #~ user
      `,
    },
    'the user of the proxy in the manifest': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        containers:
          - name: cart
            image: cart
            securityContext: { runAsUser: 2000 } #~ user
          - { name: istio-proxy, image: "istio/proxyv2:1.20.0", securityContext: { runAsUser: 2000 } }
    `,
    'an init container behind a native sidecar': marked(withInit({ installation: { nativeSidecars: true } }), 'init'),
    'an init container behind a sidecar that new nodes make native': marked(withInit({}), 'init'),
    'the group of the pod': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        securityContext: { runAsGroup: 1337 } #~ group
        containers: [{ name: cart, image: cart }]
    `,
  },
  good: {
    'an init container reaches the network by that user, with the CNI plugin and a classic sidecar': withInit({
      installation: { cni: true, nativeSidecars: false },
    }),
    'an init container runs before anything is redirected': withInit({ istioVersion: '1.16' }),
    'on OpenShift the user comes from the namespace': {
      settings: { installation: { proxyUid: 'assigned' } },
      yaml: yaml`
        apiVersion: v1
        kind: Pod
        metadata: { name: cart, namespace: shop }
        spec: { securityContext: { runAsUser: 1337 }, containers: [{ name: cart, image: cart }] }
      `,
    },
    'the proxy itself': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers: [{ name: istio-validation, image: "istio/proxyv2:1.20.0", securityContext: { runAsUser: 1337 } }]
        containers:
          - { name: cart, image: cart }
          - { name: istio-proxy, image: "istio/proxyv2:1.20.0", securityContext: { runAsUser: 1337, runAsGroup: 1337 } }
    `,
    'fsGroup is harmless': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec: { securityContext: { fsGroup: 1337, supplementalGroups: [1337] }, containers: [{ name: cart, image: cart }] }
    `,
    'nothing is redirected': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, annotations: { sidecar.istio.io/interceptionMode: NONE } }
      spec: { securityContext: { runAsUser: 1337 }, containers: [{ name: cart, image: cart }] }
    `,
    'not in the mesh': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, labels: { sidecar.istio.io/inject: "false" } }
      spec: { securityContext: { runAsUser: 1337 }, containers: [{ name: cart, image: cart }] }
    `,
    'a later step fills it in': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec: { securityContext: { runAsUser: "$(USER_ID)" }, containers: [{ name: cart, image: cart }] }
    `,
  },
});

test('is an error in the mesh, and says the code of istioctl once a resource and only where istioctl would', async () => {
  const manifest = (kind: string) =>
    `${IN_MESH}---\napiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: a, namespace: shop }\nspec: { template: { spec: { securityContext: { runAsUser: 1337 }, containers: [{ name: a, image: a }, { name: b, image: b, securityContext: { runAsUser: 1337 } }] } } }\n`;
  const found = async (kind: string) =>
    (await findingsOf(runtimeProxyUid, { 'a.yaml': manifest(kind) })).map((f) => `${f.severity} ${f.codes}`).sort();
  expect(await found('Deployment')).toEqual(['error ', 'error IST0144']);
  expect(await found('DaemonSet')).toEqual(['error ', 'error ']);
});
