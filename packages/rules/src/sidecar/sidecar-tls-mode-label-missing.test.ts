import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { sidecarTlsModeLabelMissing } from './sidecar-tls-mode-label-missing.ts';

const pod = (labels: string, release = '1.13.1', containers = '') => yaml`
  apiVersion: v1
  kind: Pod
  metadata:
    name: cart
    namespace: shop
    ${labels}
  spec:
    initContainers: [{ name: istio-init, image: "docker.io/istio/proxyv2:${release}", args: [istio-iptables, -b, "*"] }]
    containers:
      - { name: cart, image: "cart:1" }
      - { name: istio-proxy, image: "docker.io/istio/proxyv2:${release}", args: [proxy, sidecar]${containers} }
`;

testRule(sidecarTlsModeLabelMissing, {
  bad: {
    'in 1.5, where mTLS became automatic': pod('labels: { app: cart } #~ missing', '1.5.0'),
  },
  good: {
    'in 1.4 nobody reads it': pod('labels: { app: cart }', '1.4.10'),
    'a mode that is switched off on purpose': pod('labels: { security.istio.io/tlsMode: disabled }'),
    'filled in later': pod('labels: "${LABELS}"'),
    'libraries of gRPC do mTLS themselves': pod(
      'labels: { app: cart }',
      '1.13.1',
      ', env: [{ name: DISABLE_ENVOY, value: "true" }]',
    ),
    'the mesh does no automatic mTLS': `${pod('labels: { app: cart }')}---
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: { name: mesh, namespace: istio-system }
spec: { meshConfig: { enableAutoMtls: false } }
`,
    'settings for the injector': yaml`
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, labels: { app: cart } }
      spec:
        containers:
          - { name: cart, image: "cart:1" }
          - { name: istio-proxy, image: auto }
    `,
  },
});

test('adds the label', async () => {
  const [finding] = await findingsOf(sidecarTlsModeLabelMissing, { 'a.yaml': pod('labels:\n      app: cart') });
  expect(finding?.edits?.map((edit) => edit.text)).toEqual(['    security.istio.io/tlsMode: istio\n']);
});
