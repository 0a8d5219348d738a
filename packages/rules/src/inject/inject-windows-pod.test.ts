import { testRule } from '@meshvet/core/testing';
import { injectWindowsPod } from './inject-windows-pod.ts';

const NAMESPACE =
  'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\n';

const workload = (spec: string, labels = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: billing, namespace: shop }
spec:
  selector: { matchLabels: { app: billing } }
  template:
    metadata: { labels: { app: billing${labels} } }
    spec:
      ${spec}
      containers: [{ name: billing, image: billing }]
`;

const affinity = (...terms: string[]) =>
  `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [${terms.join(', ')}] } } }`;
const WINDOWS = '{ matchExpressions: [{ key: kubernetes.io/os, operator: In, values: [windows] }] }';

testRule(injectWindowsPod, {
  bad: {
    'by the os field': NAMESPACE + workload('os: { name: windows } #~ selected'),
    'by the old label': NAMESPACE + workload('nodeSelector: { beta.kubernetes.io/os: windows } #~ selected'),
    'by an affinity': NAMESPACE + workload(`${affinity(WINDOWS)} #~ selected`),
    'the pods ask, wherever they live': workload(
      'os: { name: windows } #~ selected',
      ', sidecar.istio.io/inject: "true"',
    ),
  },
  good: {
    'nothing says that the namespace is in the mesh': workload('os: { name: windows }'),
    'the namespace has no label': `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n---\n${workload('os: { name: windows }')}`,
    'Linux pods': NAMESPACE + workload('nodeSelector: { kubernetes.io/os: linux }'),
    'either of two systems':
      NAMESPACE + workload(affinity(WINDOWS, '{ matchExpressions: [{ key: zone, operator: Exists }] }')),
    'a later step fills it in': NAMESPACE + workload('nodeSelector: { kubernetes.io/os: "$(OS)" }'),
    'input of the wrong shape is left alone':
      NAMESPACE +
      workload(
        'nodeSelector: [windows]\n      os: windows\n      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [5, { matchExpressions: text }] } } }',
      ),
  },
});
