import { testRule } from '@meshvet/core/testing';
import { runtimeNetworkPolicyControlPlane } from './runtime-network-policy-control-plane.ts';

const DNS = '- ports: [{ port: 53, protocol: UDP }]';
const files = (spec: string, { namespace = 'istio-injection: enabled', more = '' } = {}) => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${namespace} } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec: { containers: [{ name: cart, image: cart }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: cart, namespace: shop }
spec:
  podSelector: { matchLabels: { app: cart } }
${spec.replace(/^/gm, '  ')}
${more}`;
const egress = (rules: string, mark = '') => `policyTypes: [Egress]\negress:${mark}\n${rules.replace(/^/gm, '  ')}`;
const policy = (spec: string) => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: more, namespace: shop }
spec: ${spec}
`;

testRule(runtimeNetworkPolicyControlPlane, {
  bad: {
    'nothing may be called, and everything was read': {
      yaml: files('policyTypes: [Ingress, Egress] #~ istiod `policyTypes`'),
      settings: { closedWorld: true },
    },
    'a namespace that is not that of istiod': files(
      egress(
        `${DNS}\n- to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: db } } }]`,
        ' #~ istiod',
      ),
    ),
    'pods of the same namespace': files(egress(`${DNS}\n- to: [{ podSelector: {} }]`, ' #~ istiod')),
    'pods that are not istiod': files(
      egress(
        `${DNS}\n- to: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: prometheus } } }]\n  ports: [{ port: 15012 }]`,
        ' #~ istiod',
      ),
    ),
    'of two policies one speaks': files(egress(DNS, ' #~ istiod'), {
      more: policy('{ podSelector: {}, policyTypes: [Egress] }'),
    }),
  },
  good: {
    'what only forbids stands beside others that allow, somewhere': files('policyTypes: [Ingress, Egress]'),
    'callers are limited, and what is called is not': files('ingress: [{ ports: [{ port: 80 }] }]'),
    'another policy lets them reach istiod': files(egress(DNS), {
      more: policy('{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 15012 }] }] }'),
    }),
    'the addresses of istiod are not known': files(
      egress(`${DNS}\n- to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [169.254.169.254/32] } }]`),
    ),
    'the namespace of istiod may carry the label': files(
      egress(`${DNS}\n- to: [{ namespaceSelector: { matchLabels: { mesh: control } } }]`),
    ),
    'another root namespace': {
      yaml: files(
        egress(`${DNS}\n- to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: mesh } } }]`),
      ),
      settings: { installation: { rootNamespace: 'mesh' } },
    },
    'everything may be called': files(egress('- {}')),
    'the DNS of OpenShift': files(egress('- ports: [{ port: 15012 }]\n- ports: [{ port: 5353, protocol: UDP }]')),
    'pods that are perhaps not in the mesh': files(egress(DNS), { namespace: 'a: b' }),
    'ambient pods talk to nobody themselves': files(egress(DNS), { namespace: 'istio.io/dataplane-mode: ambient' }),
    'before 1.5 there is no istiod': {
      yaml: files(egress(DNS)),
      settings: { istioVersion: '1.4' },
    },
  },
});
