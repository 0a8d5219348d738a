import { testRule } from '@meshvet/core/testing';
import { ambientVersionUnsupported } from './ambient-version-unsupported.ts';

const object = (kind: string, labels: string) => `apiVersion: v1
kind: ${kind}
metadata:
  name: shop
  labels:
    ${labels}
`;
const at = (yaml: string, istioVersion: string) => ({ yaml, settings: { istioVersion } });

testRule(ambientVersionUnsupported, {
  bad: {
    'ambient mode before 1.18': at(object('Namespace', 'istio.io/dataplane-mode: ambient #~ tooNew'), '1.17'),
    'waypoints by label before 1.22': at(object('Service', 'istio.io/use-waypoint: waypoint #~ tooNew'), '1.21'),
    'waypoints of another namespace before 1.23': at(
      object('Namespace', 'istio.io/use-waypoint-namespace: edge #~ tooNew'),
      '1.22',
    ),
    'gateways that use the waypoint of a Service, before 1.24': at(
      object('Service', 'istio.io/ingress-use-waypoint: "true" #~ tooNew'),
      '1.23',
    ),
    'and of a namespace, before 1.25': at(
      object('Namespace', 'istio.io/ingress-use-waypoint: "true" #~ tooNew'),
      '1.24',
    ),
  },
  good: {
    'ambient mode in 1.18': at(object('Namespace', 'istio.io/dataplane-mode: ambient'), '1.18'),
    'waypoints by label in 1.22': at(object('Service', 'istio.io/use-waypoint: waypoint'), '1.22'),
    'waypoints of another namespace in 1.23': at(object('Namespace', 'istio.io/use-waypoint-namespace: edge'), '1.23'),
    'gateways that use the waypoint of a Service, in 1.24': at(
      object('Service', 'istio.io/ingress-use-waypoint: "true"'),
      '1.24',
    ),
    'and of a namespace, in 1.25': at(object('Namespace', 'istio.io/ingress-use-waypoint: "true"'), '1.25'),
    'none asks for nothing': at(object('Namespace', 'istio.io/dataplane-mode: none'), '1.10'),
  },
});
