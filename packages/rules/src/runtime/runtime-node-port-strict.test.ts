import { testRule } from '@meshvet/core/testing';
import { runtimeNodePortStrict } from './runtime-node-port-strict.ts';

const files = (
  service: string,
  { labels = 'app: cart', annotations = '', strict = 'mtls: { mode: STRICT }', policy = 'shop' } = {},
) => `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
${service.replace(/^/gm, '  ')}
  selector: { app: cart }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { ${labels} }, annotations: { ${annotations} } }
    spec: { containers: [{ name: cart, image: cart }] }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: ${policy} }
spec: { ${strict} }
`;
const nodePort = 'type: NodePort\nports: [{ name: http, port: 80, targetPort: 8080 }]';

testRule(runtimeNodePortStrict, {
  bad: {
    'the mesh demands it': files('type: NodePort #~ reset\nports: [{ name: http, port: 80 }]', {
      policy: 'istio-system',
    }),
    'ambient pods demand it too': `${files('type: NodePort #~ reset\nports: [{ name: http, port: 80 }]')}---
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
`,
  },
  good: {
    'inside the cluster every caller may be in the mesh': files('ports: [{ name: http, port: 80 }]'),
    'plain text is taken too': files(nodePort, { strict: 'mtls: { mode: PERMISSIVE }' }),
    'the port is left out of the capture, as for nginx before the mesh': files(nodePort, {
      annotations: 'traffic.sidecar.istio.io/includeInboundPorts: ""',
    }),
    'a gateway of the mesh brings its own TLS': files(nodePort, { labels: 'app: cart, istio: ingressgateway' }),
    'pods without a proxy': files(nodePort, { labels: 'app: cart, sidecar.istio.io/inject: "false"' }),
    'UDP is not captured': files('type: NodePort\nports: [{ name: dns, port: 53, protocol: UDP }]'),
    'the policy is one of another namespace': files(nodePort, { policy: 'other' }),
  },
});
