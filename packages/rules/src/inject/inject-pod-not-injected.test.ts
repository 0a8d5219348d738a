import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectPodNotInjected } from './inject-pod-not-injected.ts';

const namespace = (labels = '') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { team: a${labels && `, ${labels}`} } }
`;
const deployment = (mark = '', labels = '', annotations = '', more = '') => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: cart ${mark}
    namespace: shop
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart${labels && `, ${labels}`} }, annotations: { ${annotations} } }
      spec: { containers: [{ name: cart, image: "cart:1" }], ${more} }
`;
const service = yaml`
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
`;
const policy = yaml`
  ---
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: cart, namespace: shop }
  spec: { selector: { matchLabels: { app: cart } } }
`;
const destinationRule = (mode: string, host = 'cart') => yaml`
  ---
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: cart, namespace: shop }
  spec: { host: ${host}, trafficPolicy: { ${mode && `tls: { mode: ${mode} }`} } }
`;
const pod = (mark: string, more = '', labels = 'app: cart', annotations = '') => yaml`
  ---
  apiVersion: v1
  kind: Pod
  metadata:
    name: cart-1 ${mark}
    namespace: shop
    labels: { ${labels} }
    annotations: { ${annotations} }
    ${more}
  spec: { containers: [{ name: cart, image: "cart:1" }] }
`;
const podWithProxy = yaml`
  ---
  apiVersion: v1
  kind: Pod
  metadata: { name: other, namespace: shop, labels: { app: other } }
  spec: { containers: [{ name: other, image: "other:1" }, { name: istio-proxy, image: "proxyv2:1.30" }] }
`;
const uid = 'uid: 5e7c0a52-3c1b-4a44-9c5e-0d2f1c6f4b11';

testRule(injectPodNotInjected, {
  bad: {
    'a Sidecar is for the pods': `${namespace()}${deployment('#~ expected')}${yaml`
      ---
      apiVersion: networking.istio.io/v1
      kind: Sidecar
      metadata: { name: cart, namespace: shop }
      spec: { workloadSelector: { labels: { app: cart } } }
    `}`,
    'clients speak mutual TLS of Istio to its Service': `${namespace()}${deployment('#~ expected')}${service}${destinationRule('ISTIO_MUTUAL', 'cart.shop.svc.cluster.local')}`,
    'a VirtualService for the mesh names its Service': `${namespace()}${deployment('#~ expected')}${service}${yaml`
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: cart, namespace: shop }
      spec: { hosts: [cart], http: [{ route: [{ destination: { host: cart } }] }] }
    `}`,
    'before Istio 1.10 a pod cannot join by itself': {
      yaml: `${namespace()}${deployment('#~ expected', 'sidecar.istio.io/inject: "true"')}`,
      settings: { istioVersion: '1.9' },
    },
    'webhooks of the input ask for another label': {
      yaml: `${namespace()}${policy}${deployment('#~ expected')}${yaml`
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: MutatingWebhookConfiguration
        metadata: { name: istio-sidecar-injector }
        webhooks:
          - name: namespace.sidecar-injector.istio.io
            clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
            namespaceSelector: { matchLabels: { mesh: "on" } }
            rules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
      `}`,
      settings: { closedWorld: true },
    },
    'the policy of the injector': {
      yaml: `${namespace('istio-injection: enabled')}${policy}${deployment('#~ expected')}`,
      settings: { installation: { autoInject: 'disabled' } },
    },
    'a dump of a cluster: only this Pod has no proxy': {
      yaml: `${namespace('istio-injection: enabled')}${pod('#~ besideProxies')}${podWithProxy}`,
      settings: { closedWorld: true },
    },
    'a Pod that a controller made, by revision': {
      yaml: `${namespace('istio.io/rev: canary')}${pod('#~ running', 'ownerReferences: [{ kind: ReplicaSet, name: cart }]')}`,
      settings: { revisions: ['canary'] },
    },
  },
  good: {
    'nothing says that the pods belong in the mesh': `${namespace()}${deployment()}${service}`,
    'the pods ask themselves': `${namespace()}${policy}${deployment('', 'sidecar.istio.io/inject: "true"')}`,
    'the pods refuse': `${namespace('istio-injection: enabled')}${policy}${deployment('', 'sidecar.istio.io/inject: "false"')}`,
    'the pods refuse by the old annotation': `${namespace('istio-injection: enabled')}${policy}${deployment('', '', 'sidecar.istio.io/inject: "false"')}`,
    'the namespace refuses': `${namespace('istio-injection: disabled')}${policy}${deployment()}`,
    'a rule of its own speaks of hostNetwork': `${namespace('istio-injection: enabled')}${policy}${deployment('', '', '', 'hostNetwork: true')}`,
    'a rule of its own speaks of the annotation': `${namespace()}${policy}${deployment('', '', 'sidecar.istio.io/inject: "true"')}`,
    'a rule of its own speaks of a misspelt key of the namespace': `${namespace('istio-inject: enabled')}${policy}${deployment()}`,
    'a rule of its own speaks of the revision': {
      yaml: `${namespace('istio.io/rev: ghost')}${policy}${deployment()}`,
      settings: { revisions: ['default'] },
    },
    'the pods leave ambient mode': `${namespace()}${policy}${deployment('', 'istio.io/dataplane-mode: none')}`,
    'ambient mode takes the policy up': `${namespace('istio.io/dataplane-mode: ambient')}${policy}${deployment()}`,
    'nobody knows the namespace': `${policy}${deployment()}`,
    'clients know that there is no proxy': `${namespace()}${deployment()}${service}${destinationRule('DISABLE')}`,
    'a policy for everything is told at the namespace, once': `${namespace()}${deployment()}${yaml`
      ---
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: { name: default, namespace: shop }
      spec: { mtls: { mode: STRICT } }
    `}`,
    'a policy that allows plain text is no sign of a proxy': `${namespace()}${deployment()}${yaml`
      ---
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: { name: default, namespace: shop }
      spec: { selector: { matchLabels: { app: cart } }, mtls: { mode: DISABLE } }
    `}`,
    'a VirtualService for a gateway only leads there from outside': `${namespace()}${deployment()}${service}${yaml`
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: cart, namespace: shop }
      spec: { hosts: [cart], gateways: [ingress/web], http: [{ route: [{ destination: { host: cart } }] }] }
    `}`,
    'expectMesh none': {
      yaml: `${namespace()}${policy}${deployment()}`,
      settings: { expectMesh: 'none' },
    },
    'what generators write says nothing of a cluster': `${namespace('istio-injection: enabled')}${pod('', 'creationTimestamp: null')}`,
    'a manifest of a Pod, in a closed world too': {
      yaml: `${namespace('istio-injection: enabled')}${pod('')}`,
      settings: { closedWorld: true },
    },
    'a dump of Pods that refuse': {
      yaml: `${namespace('istio-injection: enabled')}${podWithProxy}${pod('', uid, 'sidecar.istio.io/inject: "false"')}`,
      settings: { closedWorld: true },
    },
    'a mirror Pod cannot be changed': `${namespace('istio-injection: enabled')}${pod('', uid, 'app: cart', 'kubernetes.io/config.mirror: abc')}`,
  },
});

test('a Pod of a namespace with istio-injection is what istioctl reports too', async () => {
  const codes = async (labels: string) =>
    (await findingsOf(injectPodNotInjected, { 'a.yaml': `${namespace(labels)}${pod('', uid)}` }))[0]?.codes;
  expect(await codes('istio-injection: enabled')).toEqual(['IST0103']);
  expect(await codes('istio.io/rev: default')).toEqual([]);
});

test('says the smallest change, and writes it', async () => {
  const [finding] = await findingsOf(injectPodNotInjected, { 'a.yaml': `${namespace()}${policy}${deployment()}` });
  expect(finding?.fix).toBe('Label the pods sidecar.istio.io/inject: "true".');
  expect(finding?.suggestedEdits?.map((e) => e.text) ?? []).toEqual(['sidecar.istio.io/inject: "true", ']);
  expect(finding?.severity).toBe('warning');
});
