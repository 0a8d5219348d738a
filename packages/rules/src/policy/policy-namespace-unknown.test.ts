import { testRule, yaml } from '@meshvet/core/testing';
import { policyNamespaceUnknown } from './policy-namespace-unknown.ts';

const policy = (source: string, mark = '') =>
  [
    yaml`
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: { name: p, namespace: shop }
      spec: { rules: [{ from: [{ source: { ${source} } }] }] } ${mark}
    `,
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: prod-shop }\n',
    'apiVersion: v1\nkind: Service\nmetadata: { name: bank, namespace: bank }\nspec: { ports: [{ port: 80 }] }\n',
  ].join('---\n');
const closed = (text: string, more = {}) => ({ yaml: text, settings: { closedWorld: true, ...more } });

testRule(policyNamespaceUnknown, {
  bad: {
    'patterns at both ends': closed(policy('namespaces: ["test-*", "*-shop", "prod-*"]', '#~ pattern')),
    'those that are left out are names too, and Kiali does not look': closed(
      policy('notNamespaces: [test]', '#~ unknown `test`'),
    ),
    'case matters in the names of namespaces': closed(policy('namespaces: [Prod-shop]', '#~ unknown')),
  },
  good: {
    'another cluster of the mesh has it': {
      ...closed(policy('namespaces: [test]')),
      setup: {
        clusters: {
          west: [{ path: 'west.yaml', text: 'apiVersion: v1\nkind: Namespace\nmetadata: { name: test }\n' }],
        },
      },
    },
    'any namespace': closed(policy('namespaces: ["*"]')),
    'something of it was read, though not its manifest': closed(policy('namespaces: [bank]')),
    'the config declares it': closed(policy('namespaces: [test]'), { externals: { namespaces: ['test'] } }),
    'the root namespace': closed(policy('namespaces: [istio-system]')),
    'it may be somewhere else': policy('namespaces: [test]'),
  },
});
