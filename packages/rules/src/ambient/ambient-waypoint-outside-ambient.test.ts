import { testRule } from '@meshvet/core/testing';
import { ambientWaypointOutsideAmbient } from './ambient-waypoint-outside-ambient.ts';

const namespace = (labels: string) => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
---
`;
const pods = (labels: string, name = 'cart') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
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

testRule(ambientWaypointOutsideAmbient, {
  bad: {
    'a namespace without label of the mesh': namespace('team: a') + pods(`${USE} #~ pods`),
    'a pod that asks for a sidecar in an ambient namespace':
      namespace('istio.io/dataplane-mode: ambient') + pods(`${USE} #~ pods\n        sidecar.istio.io/inject: "true"`),
  },
  good: {
    'nobody read the namespace': pods(USE),
    'none is no waypoint': namespace('istio-injection: enabled') + pods('istio.io/use-waypoint: none'),
    'who opts out knows it':
      namespace('istio.io/dataplane-mode: ambient') + pods(`${USE}\n        istio.io/dataplane-mode: none`),
    'pods that join by their own label':
      namespace('team: a') + pods(`${USE}\n        istio.io/dataplane-mode: ambient`),
    'the pods of a waypoint':
      namespace('team: a') + pods(`${USE}\n        gateway.istio.io/managed: istio.io-mesh-controller`),
    'before 1.22 there was no such label': {
      yaml: namespace('team: a') + pods(USE),
      settings: { istioVersion: '1.21' },
    },
    'the label of the namespace is filled in later': namespace('istio.io/dataplane-mode: "${MODE}"') + pods(USE),
  },
});
