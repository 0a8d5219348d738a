import { testRule, yaml } from '@meshvet/core/testing';
import { envoyFilterRelativeOperation } from './envoy-filter-relative-operation.ts';

const filter = (patches: string, { name = 'lua', priority = '' } = {}) => yaml`
  apiVersion: networking.istio.io/v1alpha3
  kind: EnvoyFilter
  metadata: { name: ${name}, namespace: shop }
  spec:
    ${priority}
    configPatches:
${patches}
`;
const patch = (
  operation: string,
  { mark = '', value = 'envoy.filters.http.lua', version = '', target = 'router' } = {},
) =>
  `      - applyTo: HTTP_FILTER
        match:
          ${version && `proxy: { proxyVersion: '${version}' }`}
          listener: { filterChain: { filter: { name: hcm, subFilter: { name: ${target} } } } }
        patch:
          operation: ${operation} ${mark}
          value: { name: ${value} }`;

testRule(envoyFilterRelativeOperation, {
  bad: {
    'beside a filter of Istio itself it is good advice only': {
      yaml: filter(patch('INSERT_BEFORE', { mark: '#~ relative `INSERT_BEFORE`' })),
      settings: { preset: 'all' },
    },
    'once for all patches of an EnvoyFilter': filter(
      `${patch('INSERT_BEFORE', { mark: '#~ relative' })}\n${patch('REPLACE', { value: 'other' })}`,
    ),
    'a priority of 0 is none': filter(patch('REMOVE', { mark: '#~ relative' }), { priority: 'priority: 0' }),
    'the same filter for one version only, in the same EnvoyFilter': filter(
      `${patch('INSERT_AFTER', { mark: '#~ relative', version: '^1\\.11.*' })}\n${patch('INSERT_AFTER', { mark: '#~ version' })}`,
    ),
    'and in another EnvoyFilter, wherever it stands': `${filter(patch('INSERT_AFTER', { mark: '#~ version' }))}---\n${filter(
      patch('MERGE', { version: '^1\\.11.*' }),
      { name: 'versions' },
    )}`,
  },
  good: {
    'first of all, and merged': filter(`${patch('INSERT_FIRST')}\n${patch('MERGE')}\n${patch('ADD')}`),
    'a priority': filter(patch('INSERT_BEFORE'), { priority: 'priority: -5' }),
    'a priority that is filled in later': filter(patch('INSERT_BEFORE'), { priority: 'priority: "${PRIORITY}"' }),
  },
});
