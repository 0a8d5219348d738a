import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarPartialWorkloads } from './sidecar-partial-workloads.ts';

const carrier = yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
  spec:
    initContainers: [{ name: istio-init, image: "docker.io/istio/proxyv2:1.13.1", args: [istio-iptables, -b, "*"] }]
    containers:
      - { name: cart, image: "cart:1" }
      - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
`;
const pod = (metadata: string, spec = 'containers: [{ name: stock, image: "stock:1" }]') => `---
apiVersion: v1
kind: Pod
metadata: { namespace: shop, ${metadata} }
spec:
  ${spec}
`;
const namespace = (labels: string) => `---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
`;

testRule(sidecarPartialWorkloads, {
  bad: {
    'in a namespace that nobody has seen':
      carrier + pod('name: stock').replace('"stock:1" }]', '"stock:1" }] #~ without'),
    'injection is off':
      carrier +
      namespace('istio-injection: disabled') +
      pod('name: stock').replace('"stock:1" }]', '"stock:1" }] #~ without'),
  },
  good: {
    'the namespace brings it': carrier + namespace('istio-injection: enabled') + pod('name: stock'),
    'another namespace': carrier + pod('name: stock').replace('shop', 'depot'),
    'the source beside what was rendered from it': {
      files: { 'a/cart-injected.yaml': carrier, 'a/cart.yaml': pod('name: cart') },
    },
    'a revision is asked for': carrier + pod('name: stock, labels: { istio.io/rev: canary }'),
    'the network of the node':
      carrier + pod('name: stock', 'hostNetwork: true\n  containers: [{ name: stock, image: "stock:1" }]'),
    'a gateway': carrier + pod('name: gate, labels: { istio: ingressgateway }'),
    'the proxy of Linkerd':
      carrier +
      pod('name: stock', 'containers: [{ name: stock, image: "stock:1" }, { name: linkerd-proxy, image: "p:1" }]'),
    'a job': `${carrier}---
apiVersion: batch/v1
kind: Job
metadata: { name: stock, namespace: shop }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: stock, image: "stock:1" }] } } }
`,
    'the config expects no mesh': { yaml: carrier + pod('name: stock'), settings: { expectMesh: 'none' } },
    'nobody carries one': pod('name: a') + pod('name: b'),
  },
});

test('warns where certainly nothing injects, and else informs', async () => {
  const severity = async (more: string) =>
    (await findingsOf(sidecarPartialWorkloads, { 'a.yaml': carrier + more + pod('name: stock') })).map(
      (f) => f.severity,
    );
  expect(await severity('')).toEqual(['info']);
  expect(await severity(namespace(''))).toEqual(['warning']);
});
