import { testRule, yaml } from '@meshvet/core/testing';
import { envoyFilterOperationIgnored } from './envoy-filter-operation-ignored.ts';

const patch = (applyTo: string, operation: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1alpha3
  kind: EnvoyFilter
  metadata: { name: tuning, namespace: shop }
  spec:
    configPatches:
      - applyTo: ${applyTo}
        patch:
          operation: ${operation} ${mark}
          value: { name: a }
`;

testRule(envoyFilterOperationIgnored, {
  bad: {
    'a route configuration is one, and cannot be removed': patch('ROUTE_CONFIGURATION', 'REMOVE', '#~ remove'),
    'a listener': patch('LISTENER', 'REPLACE', '#~ replace'),
    'routes are added all the same': patch('HTTP_ROUTE', 'ADD', '#~ undocumented'),
    'routes are removed all the same': patch('HTTP_ROUTE', 'REMOVE', '#~ undocumented'),
    'filters of listeners are replaced all the same': patch('LISTENER_FILTER', 'REPLACE', '#~ undocumented'),
  },
  good: {
    'virtual hosts can be replaced, though the words of the original do not say so': patch('VIRTUAL_HOST', 'REPLACE'),
    'a route that is merged': patch('HTTP_ROUTE', 'MERGE'),
    'a route in front of others': patch('HTTP_ROUTE', 'INSERT_FIRST'),
    'a cluster that is removed': patch('CLUSTER', 'REMOVE'),
    placeholders: `${patch('"${WHERE}"', 'REPLACE')}---\n${patch('CLUSTER', '"${HOW}"').replace('tuning', 'other')}`,
  },
});
