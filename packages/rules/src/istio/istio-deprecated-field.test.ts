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
    'a provider of kind lightstep': telemetry('step #~ lightstep `step`'),
  },
  good: {
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
