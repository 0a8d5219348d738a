import { testRule } from '@meshvet/core/testing';
import { ambientWaypointRefuses } from './ambient-waypoint-refuses.ts';

const AMBIENT = 'istio.io/dataplane-mode: ambient';
const namespace = (labels = AMBIENT, name = 'shop') => `apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  labels:
    ${labels}
---
`;
const waypoint = ({
  labels = 'a: b',
  listener = '',
  space = 'shop',
  className = 'istio-waypoint',
  annotations = '',
} = {}) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: ${space}, labels: { ${labels} }, annotations: { ${annotations} } }
spec: { gatewayClassName: ${className}, listeners: [{ name: mesh, port: 15008, protocol: HBONE, ${listener} }] }
---
`;
const service = (labels: string) => `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  labels:
    ${labels}
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
---
`;
const pods = (labels: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata:
      labels:
        app: cart
        ${labels}
    spec: { containers: [{ name: cart, image: cart }] }
---
`;
const USE = 'istio.io/use-waypoint: waypoint';
const INFRA = 'istio.io/use-waypoint-namespace: infra';
const from = (text: string) => `allowedRoutes: { namespaces: { ${text} } }`;

testRule(ambientWaypointRefuses, {
  bad: {
    'a Service names one for pods':
      namespace() + waypoint({ labels: 'istio.io/waypoint-for: workload' }) + service(`${USE} #~ traffic`),
    'one that takes nothing':
      namespace(`${AMBIENT}\n    ${USE} #~ traffic`) + waypoint({ labels: 'istio.io/waypoint-for: none' }),
    'a value that istiod does not know':
      namespace(`${AMBIENT}\n    ${USE} #~ traffic`) + waypoint({ labels: 'istio.io/waypoint-for: services' }),
    'the class says what its waypoints take': `${namespace() + waypoint() + service(`${USE} #~ traffic`)}apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: istio-waypoint, labels: { istio.io/waypoint-for: workload } }
spec: { controllerName: istio.io/mesh-controller }
`,
    'a Service of another namespace':
      namespace() + waypoint({ space: 'infra' }) + service(`${USE} #~ namespace\n    ${INFRA}`),
    'from Same is what there is without it':
      namespace(`${AMBIENT}\n    ${USE} #~ namespace\n    ${INFRA}`) +
      waypoint({ space: 'infra', listener: from('from: Same') }),
    'a selector that the namespace does not meet':
      namespace(`${AMBIENT}\n    ${USE} #~ namespace\n    ${INFRA}\n    team: a`) +
      waypoint({ space: 'infra', listener: from('from: Selector, selector: { matchLabels: { team: b } }') }),
  },
  good: {
    'one for all': namespace() + waypoint({ labels: 'istio.io/waypoint-for: all' }) + pods(USE) + service(USE),
    'one for pods, by the namespace':
      namespace(`${AMBIENT}\n    ${USE}`) + waypoint({ labels: 'istio.io/waypoint-for: workload' }),
    'a Service by default': namespace() + waypoint() + service(USE),
    'pods outside the ambient mesh': namespace('istio-injection: enabled') + waypoint() + pods(USE),
    'pods that opt out': namespace() + waypoint() + pods(`${USE}\n        istio.io/dataplane-mode: none`),
    'a waypoint that nobody read': namespace() + service(USE),
    'a selector that the namespace meets':
      namespace(`${AMBIENT}\n    ${USE}\n    ${INFRA}\n    team: a`) +
      waypoint({ space: 'infra', listener: from('from: Selector, selector: { matchLabels: { team: a } }') }),
    'a selector, and the namespace was not read':
      waypoint({ space: 'infra', listener: from('from: Selector, selector: { matchLabels: { team: a } }') }) +
      service(`${USE}\n    ${INFRA}`),
    'another binding of the waypoint':
      namespace() +
      waypoint({ space: 'infra', annotations: 'ambient.istio.io/waypoint-inbound-binding: PROXY' }) +
      service(`${USE}\n    ${INFRA}`),
    'a class of another vendor': namespace() + waypoint({ className: 'gke-waypoint' }) + pods(USE),
    'what it takes is filled in later':
      namespace() + waypoint({ labels: 'istio.io/waypoint-for: "${FOR}"' }) + pods(USE),
  },
});
