import { testRule } from '@meshvet/core/testing';
import { ambientWaypointListener } from './ambient-waypoint-listener.ts';

const gateway = (
  listeners: string,
  { className = 'istio-waypoint', annotations = '' } = {},
) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop, annotations: { ${annotations} } }
spec:
  gatewayClassName: ${className}
  listeners: ${listeners}
`;

testRule(ambientWaypointListener, {
  bad: {
    'HBONE on another port': gateway('[{ name: mesh, port: 15009, protocol: HBONE }] #~ missing'),
    'the right port with another protocol': gateway('[{ name: mesh, port: 15008, protocol: TCP }] #~ missing'),
  },
  good: {
    'one of two': gateway('[{ name: a, port: 80, protocol: HTTP }, { name: mesh, port: 15008, protocol: HBONE }]'),
    'a gateway for calls from outside': gateway('[{ name: a, port: 80, protocol: HTTP }]', { className: 'istio' }),
    'a waypoint behind another proxy': gateway('[{ name: a, port: 15088, protocol: istio.io/PROXY }]', {
      annotations: 'ambient.istio.io/waypoint-inbound-binding: PROXY/15088',
    }),
    'a port that is filled in later': gateway('[{ name: mesh, port: "${PORT}", protocol: HBONE }]'),
    'none at all is told by the schema': gateway('[]'),
  },
});
