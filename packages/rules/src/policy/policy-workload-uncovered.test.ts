import { testRule, yaml } from '@meshvet/core/testing';
import { policyWorkloadUncovered } from './policy-workload-uncovered.ts';

const namespace = (name: string, labels = '{ istio-injection: enabled }') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ${name}, labels: ${labels} }
`;
const workload = (name: string, space: string, annotations = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${space} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    template:
      metadata: { labels: { app: ${name} }, annotations: { ${annotations} } }
      spec: { serviceAccountName: ${name}, containers: [{ name: app, image: app }] }
`;
const policy = (name: string, space: string, spec: string, mark = '', metadata = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: ${name}, namespace: ${space}${metadata} }
  spec: { ${spec} } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });

testRule(policyWorkloadUncovered, {
  bad: {
    'a policy for other pods': {
      ...closed(
        all(
          namespace('shop'),
          workload('cart', 'shop').replace('namespace: shop }', 'namespace: shop } #~ uncovered'),
          policy('pay', 'shop', 'selector: { matchLabels: { app: pay } }'),
        ),
      ),
    },
  },
  good: {
    'in an open world it may stand elsewhere': all(namespace('shop'), workload('cart', 'shop')),
    'a policy of the mesh': closed(all(namespace('shop'), workload('cart', 'shop'), policy('all', 'istio-system', ''))),
    'outside the mesh no policy holds': closed(all(namespace('shop', '{}'), workload('cart', 'shop'))),
  },
});
