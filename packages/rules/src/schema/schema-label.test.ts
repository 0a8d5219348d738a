import { testRule } from '@meshvet/core/testing';
import { schemaLabel } from './schema-label.ts';

const resource = (kind: string, spec: string) =>
  `apiVersion: networking.istio.io/v1\nkind: ${kind}\nmetadata: { name: a }\nspec:\n${spec}\n`;

testRule(schemaLabel, {
  bad: {
    'where requests come from': resource(
      'VirtualService',
      '  hosts: [a]\n  http:\n    - match: [{ sourceLabels: { app: "a b" } }] #~ refused\n      route: [{ destination: { host: a } }]',
    ),
    'an endpoint': resource(
      'ServiceEntry',
      '  hosts: [a]\n  endpoints: [{ address: 1.1.1.1, labels: { a/b/c: d } }] #~ refused `a/b/c`',
    ),
    'a workload and a group of workloads': `${resource('WorkloadEntry', '  address: 1.1.1.1\n  labels: { "": a } #~ refused')}---\n${resource('WorkloadGroup', '  metadata: { labels: { a: b* } } #~ refused `b*`\n  template: {}')}`,
    'a prefix that is no domain name': resource(
      'WorkloadEntry',
      '  address: 1.1.1.1\n  labels: { "a_b/c": d } #~ refused',
    ),
    'a long name': resource('WorkloadEntry', `  address: 1.1.1.1\n  labels: { ${'a'.repeat(64)}: d } #~ refused`),
  },
  good: {
    'a long value, which Istio takes': resource(
      'WorkloadEntry',
      `  address: 1.1.1.1\n  labels: { a: ${'b'.repeat(100)} }`,
    ),
    'a value and a key that are filled in later': resource(
      'WorkloadEntry',
      '  address: 1.1.1.1\n  labels: { a: "${A}", "${B}": c }',
    ),
    'a number, which is a mistake of its shape': resource('WorkloadEntry', '  address: 1.1.1.1\n  labels: { a: 1 }'),
  },
});
