import { testRule } from '@meshvet/core/testing';
import { ambientLabelMisplaced } from './ambient-label-misplaced.ts';

const workload = (labels: string, podLabels = 'app: cart') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
  labels:
    ${labels}
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { ${podLabels} } }
    spec: { containers: [{ name: cart, image: cart }] }
`;

testRule(ambientLabelMisplaced, {
  bad: {
    'on the job template of a CronJob': `apiVersion: batch/v1
kind: CronJob
metadata: { name: bill, namespace: shop }
spec:
  schedule: "0 * * * *"
  jobTemplate:
    metadata:
      labels:
        istio.io/dataplane-mode: none #~ workload
    spec: { template: { spec: { containers: [{ name: bill, image: bill }] } } }
`,
    'since 1.22 pods have the label': {
      yaml: workload('istio.io/dataplane-mode: none #~ workload'),
      settings: { istioVersion: '1.22' },
    },
  },
  good: {
    'before 1.22 it would not help on the pods either': {
      yaml: workload('istio.io/dataplane-mode: none'),
      settings: { istioVersion: '1.21' },
    },
    'a chart writes the labels on both': workload(
      'istio.io/dataplane-mode: none',
      'app: cart, istio.io/dataplane-mode: none',
    ),
    'of Istio itself': workload('istio: ztunnel\n    istio.io/dataplane-mode: none'),
    'a Pod is its own template': `apiVersion: v1
kind: Pod
metadata: { name: cart, labels: { istio.io/dataplane-mode: ambient } }
spec: { containers: [{ name: cart, image: cart }] }
`,
  },
});
