import { testRule, yaml } from '@meshvet/core/testing';
import { workloadGroupLabelsShared } from './workload-group-labels-shared.ts';

const group = (name: string, labels: string, mark = '', space = 'bank') => yaml`
  apiVersion: networking.istio.io/v1
  kind: WorkloadGroup
  metadata: { name: ${name}, namespace: ${space} }
  spec:
    metadata: { labels: ${labels} } ${mark}
    template: { serviceAccount: ledger }
`;

testRule(workloadGroupLabelsShared, {
  bad: {
    'the order of the labels does not count': [
      group('a', '{ app: x, tier: y }', '#~ shared'),
      group('b', '{ tier: y, app: x }', '#~ shared'),
    ].join('---\n'),
  },
  good: {
    'another namespace': [group('a', '{ app: x }'), group('b', '{ app: x }', '', 'shop')].join('---\n'),
    'some of the labels': [group('a', '{ app: x }'), group('b', '{ app: x, tier: y }')].join('---\n'),
    'no labels': [group('a', '{}'), group('b', '{}')].join('---\n'),
    'variants of one group': [group('a', '{ app: x }'), group('a', '{ app: x }')].join('---\n'),
  },
});
