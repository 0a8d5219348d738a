import { testRule } from '@meshvet/core/testing';
import { ambientPeerAuthenticationDisable } from './ambient-peer-authentication-disable.ts';

const namespace = (labels = 'istio.io/dataplane-mode: ambient') => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
---
`;
const pods = (labels = 'app: cart') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { ${labels} } }
    spec: { containers: [{ name: cart, image: cart }] }
---
`;
const peer = (spec: string, space = 'shop') => `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: one, namespace: ${space} }
spec:
  ${spec}
`;
const SELECT = 'selector: { matchLabels: { app: cart } }';

testRule(ambientPeerAuthenticationDisable, {
  bad: {
    'one port of some pods':
      namespace() + pods() + peer(`${SELECT}\n  portLevelMtls:\n    80: { mode: DISABLE } #~ disable`),
  },
  good: {
    'PERMISSIVE is read': namespace() + pods() + peer('mtls: { mode: PERMISSIVE }'),
    'one pod has a sidecar':
      namespace() + pods('app: cart, sidecar.istio.io/inject: "true"') + peer('mtls: { mode: DISABLE }'),
    'pods that nobody read': namespace() + peer(`${SELECT}\n  mtls: { mode: DISABLE }`),
    'the whole mesh': namespace() + pods() + peer('mtls: { mode: DISABLE }', 'istio-system'),
  },
});
