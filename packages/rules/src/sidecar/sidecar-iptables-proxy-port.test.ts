import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarIptablesProxyPort } from './sidecar-iptables-proxy-port.ts';

const pod = (arg: string) => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: cart, namespace: shop }
  spec:
    initContainers:
      - name: istio-init
        image: docker.io/istio/proxyv2:1.13.1
        args:
          - istio-iptables
          ${arg}
    containers:
      - { name: cart, image: "cart:1" }
      - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.13.1", args: [proxy, sidecar] }
`;

const mesh = (config: string) => `apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: { name: mesh, namespace: istio-system }
spec: { meshConfig: { ${config} } }
---
`;

testRule(sidecarIptablesProxyPort, {
  bad: {
    'the long name': pod('- --envoy-port=15003 #~ other'),
    'the port of incoming traffic': pod('- -p15006 #~ other'),
    'a word': pod('- -p=envoy #~ invalid'),
    'a number that is no port': pod('- -p=70000 #~ invalid'),
    'MeshConfig names another one': `${mesh('proxyListenPort: 15101')}${pod('- -p=15001 #~ other')}`,
  },
  good: {
    'left to the default': pod('- -b=*'),
    'filled in later': pod('- -p=$(PORT)'),
    'MeshConfig names it': `${mesh('proxyListenPort: 15101')}${pod('- -p=15101')}`,
    'a number, not a text': pod('- -p\n          - 15001'),
  },
});

test('is sure only where MeshConfig was seen', async () => {
  const severity = async (before: string) =>
    (await findingsOf(sidecarIptablesProxyPort, { 'a.yaml': `${before}${pod('- -p=15003')}` }))[0]?.severity;
  expect(await severity('')).toBe('warning');
  expect(await severity(mesh('enableTracing: true'))).toBe('error');
});
