import { testRule, yaml } from '@meshvet/core/testing';
import { envoyFilterConfigUntyped } from './envoy-filter-config-untyped.ts';

const patch = (applyTo: string, value: string) => yaml`
  apiVersion: networking.istio.io/v1alpha3
  kind: EnvoyFilter
  metadata: { name: tester, namespace: shop }
  spec:
    configPatches:
      - applyTo: ${applyTo}
        patch:
          operation: MERGE
          value: ${value}
`;

testRule(envoyFilterConfigUntyped, {
  bad: {
    'a network filter since Istio 1.10': {
      yaml: patch('NETWORK_FILTER', '{ name: envoy.filters.network.tcp_proxy, config: { idle: 1s } } #~ untyped'),
      settings: { istioVersion: '1.10' },
    },
  },
  good: {
    'before Istio 1.10': {
      yaml: patch('NETWORK_FILTER', '{ name: envoy.tcp_proxy, config: { idle: 1s } }'),
      settings: { istioVersion: '1.9' },
    },
    'config of something that is no filter': patch('CLUSTER', '{ config: { a: b } }'),
    'an empty one': patch('HTTP_FILTER', '{ name: a, config: }'),
    'inside the typed configuration': patch('HTTP_FILTER', '{ name: a, typed_config: { config: { b: c } } }'),
  },
});
