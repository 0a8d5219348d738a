import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarIptablesInboundPort } from './sidecar-iptables-inbound-port.ts';

const pod = (arg: string, release = '1.13.1', mark = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
  spec:
    initContainers:
      - name: istio-init
        image: docker.io/istio/proxyv2:${release}
        args: ${mark}
          - -b
          - "*"
          ${arg}
    containers:
      - { name: cart, image: "cart:1" }
      - { name: istio-proxy, image: "docker.io/istio/proxyv2:${release}", args: [proxy, sidecar] }
`;

const mesh = (config: string) => `apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: { name: mesh, namespace: istio-system }
spec: { meshConfig: { ${config} } }
---
`;

testRule(sidecarIptablesInboundPort, {
  bad: {
    'another port': pod('- -z=15007 #~ other'),
    'the long name': pod('- --inbound-capture-port=15001 #~ outgoing'),
    'a word': pod('- -z=inbound #~ invalid'),
    'in 1.2 there is no -z': pod('- -z=15006 #~ unknown', '1.2.10'),
    'in 1.3 there is, and it is not given': pod('- -p=15001', '1.3.0', '#~ missing `args`'),
    'MeshConfig names another one': `${mesh('proxyInboundListenPort: 15106')}${pod('- -z=15006 #~ other')}`,
  },
  good: {
    '1.3 with it': pod('- -z=15006', '1.3.0'),
    '1.2 without it': pod('- -p=15001', '1.2.10'),
    'a tag that names no release, judged by istioVersion': {
      yaml: pod('- -p=15001', 'latest'),
      settings: { istioVersion: '1.2' },
    },
    'filled in later': pod('- -z=$(PORT)'),
    'any words may follow': pod('- $(MORE)'),
    'MeshConfig names it': `${mesh('proxyInboundListenPort: 15106')}${pod('- -z=15106')}`,
    'no traffic is taken in': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop }
      spec:
        initContainers: [{ name: istio-init, image: "docker.io/istio/proxyv2:1.13.1", args: [-p, "15001", -b, ""] }]
        containers:
          - { name: cart, image: "cart:1" }
          - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
    `,
  },
});

test('what is only left to the default is good advice', async () => {
  const [finding] = await findingsOf(sidecarIptablesInboundPort, { 'a.yaml': pod('- -p=15001') });
  expect(finding?.severity).toBe('info');
});

test('the port of outgoing traffic is put right', async () => {
  const edits = async (arg: string) =>
    (await findingsOf(sidecarIptablesInboundPort, { 'a.yaml': pod(arg) })).flatMap(
      (f) => f.edits?.map((e) => e.text) ?? [],
    );
  expect(await edits('- -z\n          - 15001')).toEqual(['"15006"']);
  expect(await edits('- -z=15001'), 'one item with its option').toEqual([]);
});
