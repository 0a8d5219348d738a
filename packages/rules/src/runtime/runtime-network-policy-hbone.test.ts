import { testRule } from '@meshvet/core/testing';
import { runtimeNetworkPolicyHbone } from './runtime-network-policy-hbone.ts';

const ambient = 'istio.io/dataplane-mode: ambient';
const files = (ingress: string, { namespace = ambient, labels = 'app: cart', more = '' } = {}) => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${namespace} } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { ${labels} } }
    spec: { containers: [{ name: cart, image: cart }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: cart, namespace: shop }
spec:
  podSelector: { matchLabels: { app: cart } }
  policyTypes: [Ingress]
  ingress:
${ingress.replace(/^/gm, '    ')}
${more}`;
const policy = (spec: string) => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: more, namespace: shop }
spec: ${spec}
`;

testRule(runtimeNetworkPolicyHbone, {
  bad: {
    'pods of the same namespace': files(`- from: [{ podSelector: { matchLabels: { app: front } } }]
  ports: [{ port: http }] #~ blocked`).replace('port: http', 'port: 80'),
    'another ambient namespace': files(
      `- from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: front } } }]
  ports: [{ port: 80, endPort: 90 }] #~ blocked`,
      { more: `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: front, labels: { ${ambient} } }\n` },
    ),
    'beside a policy that forbids everything': files('- ports: [{ port: 80 }] #~ blocked', {
      more: policy('{ podSelector: {}, policyTypes: [Ingress] }'),
    }),
  },
  good: {
    'all ports': files('- from: [{ podSelector: {} }]'),
    'a range with the port': files('- ports: [{ port: 80, endPort: 20000 }]'),
    'a name may stand for it': files('- ports: [{ port: hbone }]'),
    'another policy admits it': files('- ports: [{ port: 80 }]', {
      more: policy('{ podSelector: {}, ingress: [{ ports: [{ port: 15008, protocol: TCP }] }] }'),
    }),
    'a policy of Cilium may admit it': files('- ports: [{ port: 80 }]', {
      more: '---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: { name: more, namespace: shop }\nspec: {}\n',
    }),
    'sidecars keep the port that was called': files('- ports: [{ port: 80 }]', {
      namespace: 'istio-injection: enabled',
    }),
    'a pod that is not in ambient mode': files('- ports: [{ port: 80 }]', {
      labels: 'app: cart, istio.io/dataplane-mode: none',
    }),
    'callers outside the cluster do not come over the mesh': files(
      '- from: [{ ipBlock: { cidr: 203.0.113.0/24 } }]\n  ports: [{ port: 80 }]',
    ),
    'a namespace that may be outside the mesh': files(
      '- from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: monitoring } } }]\n  ports: [{ port: 80 }]',
    ),
    'UDP does not go through the mesh': files('- ports: [{ port: 53, protocol: UDP }]'),
    'everything is forbidden, which somebody wanted': files('- ports: [{ port: 80 }]').replace(
      /ingress:\n.*\n/,
      'ingress: []\n',
    ),
    'before 1.18 there is no ambient mode': {
      yaml: files('- ports: [{ port: 80 }]'),
      settings: { istioVersion: '1.17' },
    },
  },
});
