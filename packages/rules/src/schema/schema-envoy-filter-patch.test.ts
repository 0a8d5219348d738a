import { testRule } from '@meshvet/core/testing';
import { schemaEnvoyFilterPatch } from './schema-envoy-filter-patch.ts';

const filter = (patch: string) => `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter #~ internal
metadata: { name: a }
spec:
  configPatches:
    - ${patch}
`;
const matched = (applyTo: string, match: string, mark = '') =>
  filter(
    `{ applyTo: ${applyTo}, match: { listener: { filterChain: { filter: ${match} } } }, patch: { operation: REMOVE } }${mark}`,
  );
const manager = 'envoy.filters.network.http_connection_manager';

testRule(schemaEnvoyFilterPatch, {
  bad: {
    'no applyTo': filter('patch: { operation: REMOVE } #~ refused'),
    'an invalid one': filter('{ applyTo: INVALID, patch: { operation: REMOVE } } #~ refused `INVALID`'),
    'no patch': filter('applyTo: CLUSTER #~ refused'),
    'no operation': filter('{ applyTo: CLUSTER, patch: { value: {} } } #~ refused `patch`'),
    'an invalid operation': filter(
      '{ applyTo: CLUSTER, patch: { operation: INVALID, value: {} } } #~ refused `INVALID`',
    ),
    'a route looked for in clusters': filter(
      '{ applyTo: VIRTUAL_HOST, match: { cluster: {} }, patch: { operation: REMOVE } } #~ refused `cluster`',
    ),
    'a filter without name': matched('NETWORK_FILTER', '{}', ' #~ refused `filter`'),
    'a filter where chains are patched': matched('FILTER_CHAIN', '{ name: a }', ' #~ doubted'),
    'a filter inside another': matched('HTTP_FILTER', '{ name: a, subFilter: { name: b } }', ' #~ refused `subFilter`'),
    'a filter inside, for network filters': matched(
      'NETWORK_FILTER',
      `{ name: ${manager}, subFilter: { name: b } }`,
      ' #~ refused `subFilter`',
    ),
    'a filter inside without name': matched(
      'HTTP_FILTER',
      `{ name: ${manager}, subFilter: {} }`,
      ' #~ refused `subFilter`',
    ),
    'an old name inside; what is made may be called anything': filter(
      `{ applyTo: HTTP_FILTER, match: { listener: { filterChain: { filter: { name: ${manager}, subFilter: { name: envoy.router } } } } }, patch: { operation: MERGE, value: { name: envoy.lua, typed_config: {} } } } #~ doubted \`envoy.router\``,
    ),
    'waypoints are not looked at': filter('{ match: { context: WAYPOINT } }'),
    'an operation that is filled in later': filter('{ applyTo: CLUSTER, patch: { operation: "${OPERATION}" } }'),
    'a misspelt patch is told by another rule': filter('{ applyTo: CLUSTER, pacth: { operation: ADD } }'),
    'an old name that has to tell the filter': filter(
      '{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: envoy.cors } } } #~ doubted `envoy.cors`',
    ),
    'an old name where a type tells the filter': filter(
      '{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: envoy.ratelimit, typed_config: {} } } }',
    ),
    'config beside typed_config': filter(
      '{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, config: {}, typed_config: {} } } }',
    ),
    'the old config, when Envoy knew it': {
      settings: { istioVersion: '1.7' },
      yaml: filter('{ applyTo: HTTP_FILTER, patch: { operation: ADD, value: { name: a, config: { b: c } } } }'),
    },
  },
});
