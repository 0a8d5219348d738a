import { testRule, yaml } from '@meshvet/core/testing';
import { istioDeprecatedField } from './istio-deprecated-field.ts';

const telemetry = (provider: string) => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data:
    mesh: |
      extensionProviders:
        - name: step
          lightstep: { service: lightstep.example.com, port: 443 }
        - name: open
          opentelemetry: { service: open.example.com, port: 443 }
  ---
  apiVersion: telemetry.istio.io/v1
  kind: Telemetry
  metadata: { name: default, namespace: istio-system }
  spec:
    tracing:
      - providers:
          - name: ${provider}
`;
const outlier = (field: string, above = 'trafficPolicy:\n    outlierDetection:\n      ') =>
  `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: cart, namespace: shop }\nspec:\n  host: cart\n  ${above}${field}\n`;
const delay = (percent: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: cart, namespace: shop }
  spec:
    hosts: [cart]
    http:
      - fault: { delay: { fixedDelay: 5s, percent: ${percent} } }
        route: [{ destination: { host: cart } }]
`;

testRule(istioDeprecatedField, {
  bad: {
    'a number of errors that nobody counts, for one port of a subset': outlier(
      'consecutiveErrors: 5 #~ outlierErrors',
      'subsets:\n    - name: v1\n      trafficPolicy:\n        portLevelSettings:\n          - port: { number: 80 }\n            outlierDetection:\n              ',
    ),
    'beside what has taken its place': outlier('consecutiveErrors: 5 #~ outlierErrors\n      consecutive5xxErrors: 3'),
    'Istio 1.6 still counts them': {
      yaml: outlier('consecutiveErrors: 5 #~ outlierErrorsOld'),
      settings: { istioVersion: '1.6' },
    },
    'a provider of kind lightstep': telemetry('step #~ lightstep `step`'),
  },
  good: {
    'the field before there was another': {
      yaml: outlier('consecutiveErrors: 5'),
      settings: { istioVersion: '1.4' },
    },
    'none at all, which is what 0 means': outlier('consecutiveErrors: 0'),
    'filled in later': outlier('consecutiveErrors: "${ERRORS}"'),
    'another provider': telemetry('open'),
    'no delay at all': delay('0'),
    'a percent that is filled in later': delay('"${PERCENT}"'),
    'an empty proxy': yaml`
      apiVersion: networking.istio.io/v1
      kind: Sidecar
      metadata: { name: default, namespace: shop }
      spec: { outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: } }
    `,
  },
});
