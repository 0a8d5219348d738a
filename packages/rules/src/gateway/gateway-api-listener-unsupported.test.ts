import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiListenerUnsupported } from './gateway-api-listener-unsupported.ts';

const gateway = (listener: string, className = 'istio') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec:
    gatewayClassName: ${className}
    listeners:
      - ${listener}
`;
const set = (listener: string) => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: ListenerSet
  metadata: { name: more, namespace: shop }
  spec:
    parentRef: { name: front }
    listeners:
      - ${listener}
`;
const http = '{ name: a, port: 80, protocol: HTTP }';
const https = (refs: string) => `{ name: a, port: 443, protocol: HTTPS, tls: { certificateRefs: [${refs}] } }`;

testRule(gatewayApiListenerUnsupported, {
  bad: {
    UDP: gateway('{ name: a, port: 53, protocol: UDP } #~ protocol'),
    'HBONE is for waypoints': gateway('{ name: a, port: 15008, protocol: HBONE } #~ protocol'),
    'a ListenerSet of a Gateway of Istio': `${gateway(http)}---\n${set('{ name: b, port: 81, protocol: Http } #~ protocol')}`,
    'TLS without tls': `${gateway(http)}---\n${set('{ name: b, port: 443, protocol: HTTPS } #~ tls')}`,
    'a ConfigMap as certificate': gateway(`${https('{ kind: ConfigMap, name: a }')} #~ certificate`),
    'a kind of others': gateway(`${https('{ group: example.com, kind: Cert, name: a }')} #~ certificate`),
    'three certificates': gateway(`${https('{ name: a }, { name: b }, { name: c }')} #~ certificates`),
    'two before 1.27': {
      settings: { istioVersion: '1.26' },
      yaml: gateway(`${https('{ name: a }, { name: b }')} #~ certificates`),
    },
    'routes of another controller': gateway(
      '{ name: a, port: 80, protocol: HTTP, allowedRoutes: { kinds: [{ kind: HTTPRoute }, { kind: TLSRoute }] } } #~ kind',
      'other',
    ),
    'TCP that is not ended, at Istio': gateway(
      '{ name: a, port: 443, protocol: TLS, tls: { mode: Passthrough }, allowedRoutes: { kinds: [{ kind: TCPRoute }] } } #~ kind',
    ),
  },
  good: {
    'another controller': gateway('{ name: a, port: 53, protocol: UDP }', 'other'),
    'a waypoint': gateway('{ name: mesh, port: 15008, protocol: HBONE }', 'istio-waypoint'),
    'a Gateway that has to have some listener': gateway('{ name: a, port: 443, protocol: HTTPS }'),
    'two certificates': gateway(https('{ name: a }, { group: "", kind: Secret, name: b }')),
    'kinds of other groups': gateway(
      '{ name: a, port: 80, protocol: HTTP, allowedRoutes: { kinds: [{ group: example.com, kind: MyRoute }] } }',
    ),
    placeholders: gateway('{ name: a, port: 80, protocol: "${P}", allowedRoutes: { kinds: [{ kind: "${K}" }] } }'),
    'a ListenerSet of a Gateway that was not read': set('{ name: b, port: 81, protocol: http }'),
  },
});
