import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimePodSecurityCapabilities } from './runtime-pod-security-capabilities.ts';

const NO_CNI = { installation: { cni: false } } as const;
const CNI = { installation: { cni: true } } as const;

const namespace = (labels: string, annotations = '') => `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations: { ${annotations} }
  labels:
    ${labels}
`;
const enforced = (mark = '', level = 'baseline') =>
  namespace(`istio-injection: enabled\n    pod-security.kubernetes.io/enforce: ${level} ${mark}`);

const pod = (annotations = '', labels = '', extra = '') => `---
apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop, annotations: { ${annotations} }, labels: { ${labels} } }
spec: { containers: [{ name: cart, image: cart }${extra}] }
`;

const PSP = (capabilities: string) => `---
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: { name: default }
spec:
  ${capabilities}
`;

testRule(runtimePodSecurityCapabilities, {
  bad: {
    'golden case 12: baseline without CNI': { settings: NO_CNI, yaml: enforced('#~ rejected') + pod() },
    'restricted without CNI': { settings: NO_CNI, yaml: enforced('#~ rejected', 'restricted') },
    'nothing tells of a CNI plugin': enforced('#~ likely') + pod(),
    'the manifest carries istio-init': `${enforced('#~ rejected')}---
apiVersion: v1
kind: Pod
metadata: { name: cart, namespace: shop }
spec:
  initContainers: [{ name: istio-init, image: "istio/proxyv2:1.20.0" }]
  containers: [{ name: cart, image: cart }, { name: istio-proxy, image: "istio/proxyv2:1.20.0" }]
`,
    'TPROXY gives the proxy NET_ADMIN, with the CNI plugin too': {
      settings: CNI,
      yaml: enforced('#~ rejected') + pod('sidecar.istio.io/interceptionMode: TPROXY'),
    },
    'warnings and the audit log only': {
      settings: NO_CNI,
      yaml: namespace('istio-injection: enabled\n    pod-security.kubernetes.io/warn: restricted #~ told'),
    },
    'enforced and warned is one finding': {
      settings: NO_CNI,
      yaml: namespace(
        'istio-injection: enabled\n    pod-security.kubernetes.io/warn: restricted\n    pod-security.kubernetes.io/enforce: baseline #~ rejected',
      ),
    },
    'a revision that may be installed': {
      settings: NO_CNI,
      yaml: namespace('istio.io/rev: canary\n    pod-security.kubernetes.io/enforce: baseline #~ rejected'),
    },
    "Linkerd's init container": namespace(
      'pod-security.kubernetes.io/enforce: restricted #~ likely',
      'linkerd.io/inject: enabled',
    ),
    'Linkerd by the pods': `${namespace('pod-security.kubernetes.io/enforce: baseline #~ likely')}${pod('linkerd.io/inject: enabled')}`,
    'no PodSecurityPolicy lets istio-init in': {
      settings: { ...NO_CNI, kubernetesVersion: '1.24', istioVersion: '1.16', closedWorld: true },
      yaml: `${namespace('istio-injection: enabled')}${pod()}${PSP('allowedCapabilities: [NET_ADMIN] #~ policy')}`,
    },
  },
  good: {
    'golden case 12: baseline with CNI': { settings: CNI, yaml: enforced() + pod() },
    'the level privileged': { settings: NO_CNI, yaml: enforced('', 'privileged') + pod() },
    'a Namespace outside the mesh': {
      settings: NO_CNI,
      yaml: namespace('pod-security.kubernetes.io/enforce: baseline') + pod(),
    },
    'all pods keep out': { settings: NO_CNI, yaml: enforced() + pod('', 'sidecar.istio.io/inject: "false"') },
    'Kubernetes before Pod Security': {
      settings: { ...NO_CNI, kubernetesVersion: '1.22', istioVersion: '1.14' },
      yaml: enforced() + pod(),
    },
    'ambient mode needs nothing of the pods': {
      settings: NO_CNI,
      yaml: namespace('istio.io/dataplane-mode: ambient\n    pod-security.kubernetes.io/enforce: restricted') + pod(),
    },
    'nothing is redirected': { settings: NO_CNI, yaml: enforced() + pod('sidecar.istio.io/interceptionMode: NONE') },
    'gateways have no init container': { settings: NO_CNI, yaml: enforced() + pod('', 'istio: ingressgateway') },
    "Linkerd's CNI plugin": `${namespace('pod-security.kubernetes.io/enforce: restricted', 'linkerd.io/inject: enabled')}---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: linkerd-cni, namespace: linkerd-cni }
spec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: install-cni, image: cni }] } } }
`,
    'another PodSecurityPolicy may stand elsewhere': {
      settings: { ...NO_CNI, kubernetesVersion: '1.24', istioVersion: '1.16' },
      yaml: `${namespace('istio-injection: enabled')}${pod()}${PSP('allowedCapabilities: []')}`,
    },
    'a PodSecurityPolicy that allows both': {
      settings: { ...NO_CNI, kubernetesVersion: '1.24', istioVersion: '1.16', closedWorld: true },
      yaml: `${namespace('istio-injection: enabled')}${pod()}${PSP('allowedCapabilities: [NET_ADMIN, NET_RAW]')}`,
    },
    'a later step fills the level in': {
      settings: NO_CNI,
      yaml: enforced('', '"$(LEVEL)"') + pod(),
    },
  },
});

test('is an error only where both the sidecar and the lack of a CNI plugin are known, and shows a few workloads', async () => {
  const find = (text: string, settings: object) =>
    findingsOf(runtimePodSecurityCapabilities, { 'a.yaml': text }, { settings });
  const many = [1, 2, 3, 4, 5].map((n) => pod().replace('name: cart', `name: cart-${n}`)).join('');
  const [sure] = await find(enforced() + many, NO_CNI);
  expect(sure?.severity).toBe('error');
  expect(sure?.related.length).toBe(3);
  expect((await find(enforced() + many, {}))[0]?.severity).toBe('warning');
  const revision = namespace('istio.io/rev: canary\n    pod-security.kubernetes.io/enforce: baseline');
  expect((await find(revision, NO_CNI))[0]?.severity).toBe('warning');
});
