import { testRule, yaml } from '@meshvet/core/testing';
import { routeRolloutInvalid } from './route-rollout-invalid.ts';

const rollout = (istio: string, mark = '') => yaml`
  apiVersion: argoproj.io/v1alpha1
  kind: Rollout
  metadata: { name: pay, namespace: shop }
  spec:
    selector: { matchLabels: { app: pay } }
    template:
      metadata: { labels: { app: pay } }
      spec: { containers: [{ name: pay, image: pay }] }
    strategy:
      canary:
        trafficRouting:
          istio: { ${istio} } ${mark}
`;
const route = (http: string, namespace = 'shop') => yaml`
  ---
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: pay, namespace: ${namespace} }
  spec: { hosts: [pay], http: [${http}] }
`;
const TO_PAY = 'route: [{ destination: { host: pay } }]';

testRule(routeRolloutInvalid, {
  bad: {
    'no name, and several routes':
      rollout('virtualService: { name: pay }', '#~ several') + route(`{ name: a, ${TO_PAY} }, { name: b, ${TO_PAY} }`),
    'routes without names': rollout('virtualService: { name: pay, routes: [a] }', '#~ route') + route(`{ ${TO_PAY} }`),
    'in another namespace':
      rollout('virtualServices: [{ name: pay.edge, routes: [a] }]', '#~ route') +
      route(`{ name: b, ${TO_PAY} }`, 'edge'),
  },
  good: {
    'one route needs no name': rollout('virtualService: { name: pay }') + route(`{ ${TO_PAY} }`),
    'nobody has read it': rollout('virtualService: { name: else, routes: [a] }') + route(`{ name: b, ${TO_PAY} }`),
    'filled in later': rollout('virtualService: { name: pay, routes: ["${ROUTE}"] }') + route(`{ name: b, ${TO_PAY} }`),
    'tcp routes are named by their ports':
      rollout('virtualService: { name: pay, tcpRoutes: [{ port: 80 }] }') +
      route(`{ name: a, ${TO_PAY} }, { name: b, ${TO_PAY} }`),
  },
});
