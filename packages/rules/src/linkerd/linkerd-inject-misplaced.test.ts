import { testRule } from '@meshvet/core/testing';
import { linkerdInjectMisplaced } from './linkerd-inject-misplaced.ts';

const cronJob = (object: string, job: string, pod: string) => `apiVersion: batch/v1
kind: CronJob
metadata:
  name: bill
  ${object}
spec:
  schedule: "0 * * * *"
  jobTemplate:
    metadata:
      ${job}
    spec:
      template:
        metadata: { ${pod} }
        spec: { containers: [{ name: bill, image: bill }] }
`;

testRule(linkerdInjectMisplaced, {
  bad: {
    'on the CronJob and on its job template': cronJob(
      'annotations: { linkerd.io/inject: disabled } #~ misplaced',
      'annotations: { linkerd.io/inject: disabled } #~ misplaced',
      '',
    ),
  },
  good: {
    'the pods have it too': cronJob(
      'annotations: { linkerd.io/inject: disabled }',
      'labels: { a: b }',
      'annotations: { linkerd.io/inject: disabled }',
    ),
    'a Pod is its own template, and a Namespace has its own': `apiVersion: v1
kind: Pod
metadata: { name: a, annotations: { linkerd.io/inject: enabled } }
spec: { containers: [{ name: a, image: a }] }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
`,
  },
});
