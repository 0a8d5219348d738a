import { testRule } from '@meshvet/core/testing';
import { ambientWaypointHidesCaller } from './ambient-waypoint-hides-caller.ts';

const namespace = (labels = 'istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint') => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
---
`;
const waypoint = (labels = 'a: b', spec = '') => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop, labels: { ${labels} } }
spec: { ${spec} gatewayClassName: istio-waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---
`;
const pods = (name: string, labels = 'a: b') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name}, ${labels} } }
    spec: { serviceAccountName: ${name}, containers: [{ name: main, image: main }] }
---
`;
const service = (labels = 'a: b') => `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop, labels: { ${labels} } }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
---
`;
const policy = (
  rules: string,
  { name = 'one', action = 'ALLOW', metadata = '' } = {},
) => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${name}, namespace: shop, ${metadata} }
spec:
  selector: { matchLabels: { app: cart } }
  action: ${action}
  rules:
${rules.replace(/^/gm, '    ')}
---
`;
const WEB = '- from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }]';
const all = namespace() + waypoint() + service() + pods('cart') + pods('web');

testRule(ambientWaypointHidesCaller, {
  bad: {
    'a waypoint of the Service itself':
      namespace('istio.io/dataplane-mode: ambient') +
      waypoint() +
      service('istio.io/use-waypoint: waypoint') +
      pods('cart') +
      pods('web') +
      policy(`${WEB} #~ caller`),
    'another policy lets somebody else in': `${all}${policy(`${WEB} #~ caller`)}${policy('- from: [{ source: { namespaces: [edge] } }]', { name: 'two' })}`,
    'a policy that denies lets nobody in': `${all}${policy(`${WEB} #~ caller`)}${policy('- {}', { name: 'two', action: 'DENY' })}`,
  },
  good: {
    'the waypoint is let in too':
      all +
      policy('- from: [{ source: { principals: [cluster.local/ns/shop/sa/web, cluster.local/ns/shop/sa/waypoint] } }]'),
    'another policy lets the waypoint in by its namespace': `${all}${policy(WEB)}${policy('- from: [{ source: { namespaces: [shop] } }]', { name: 'two' })}`,
    'another policy lets everybody in': `${all}${policy(WEB)}${policy('- {}', { name: 'two' })}`,
    'a wildcard':
      all + policy('- from: [{ source: { principals: ["cluster.local/ns/shop/*", cluster.local/ns/shop/sa/web] } }]'),
    'callers with a sidecar go past the waypoint':
      namespace() +
      waypoint() +
      service() +
      pods('cart') +
      pods('web', 'sidecar.istio.io/inject: "true"') +
      policy(WEB),
    'a gateway goes past it too': all + pods('edge', 'istio: ingressgateway') + policy(WEB.replace('web', 'edge')),
    'the waypoint takes no traffic to Services':
      namespace() + waypoint('istio.io/waypoint-for: workload') + service() + pods('cart') + pods('web') + policy(WEB),
    'the Service refuses it':
      namespace() + waypoint() + service('istio.io/use-waypoint: none') + pods('cart') + pods('web') + policy(WEB),
    'a waypoint that nobody read': namespace() + service() + pods('cart') + pods('web') + policy(WEB),
    'its pods may have another account':
      namespace() +
      waypoint('a: b', 'infrastructure: { annotations: { a: b } },') +
      service() +
      pods('cart') +
      pods('web') +
      policy(WEB),
    'no Service leads to the pods': namespace() + waypoint() + pods('cart') + pods('web') + policy(WEB),
    'a trial run': all + policy(WEB, { metadata: 'annotations: { istio.io/dry-run: "true" }' }),
  },
});
