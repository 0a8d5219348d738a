import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { ambientL7PolicyWithoutWaypoint } from './ambient-l7-policy-without-waypoint.ts';

const namespace = (labels = 'istio.io/dataplane-mode: ambient') => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
---
`;
const pods = (labels = 'app: cart') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { ${labels} } }
    spec: { containers: [{ name: cart, image: cart }] }
---
`;
const policy = (rules: string, { action = 'ALLOW', metadata = '', spec = '' } = {}) => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: one, namespace: shop, ${metadata} }
spec:
  action: ${action}
  ${spec}
  rules:
${rules.replace(/^/gm, '    ')}
`;
const paths = '- to: [{ operation: { paths: [/admin] } }]';

testRule(ambientL7PolicyWithoutWaypoint, {
  bad: {
    'a condition on the request': `${namespace()}${pods()}${policy('- when:\n    - key: request.auth.claims[groups] #~ dropped\n      values: [admin]')}`,
    'the identity of a token': `${namespace()}${pods()}${policy('- from: [{ source: { requestPrincipals: ["*"] } }] #~ dropped')}`,
    'the namespace is ambient, and no pod was read': `${namespace()}${policy(`${paths} #~ dropped`)}`,
    'one rule of two': `${namespace()}${pods()}${policy(`- {}\n${paths} #~ dropped`)}`,
    'pods that are ambient by their own label': `${namespace('istio-injection: disabled')}${pods('app: cart, istio.io/dataplane-mode: ambient')}${policy(`${paths} #~ dropped`)}`,
    'use-waypoint none is no waypoint': `${namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: none')}${pods()}${policy(`${paths} #~ dropped`)}`,
  },
  good: {
    'sidecars read requests': namespace('istio-injection: enabled') + pods() + policy(paths),
    'nobody knows the namespace': pods() + policy(paths),
    'one of the pods has a sidecar':
      namespace() +
      pods() +
      pods('app: b, sidecar.istio.io/inject: "true"').replace('name: cart, n', 'name: b, n') +
      policy(paths),
    'a waypoint for the namespace':
      namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint') + pods() + policy(paths),
    'a waypoint for the Service': `${namespace()}${pods()}${policy(paths)}---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop, labels: { istio.io/use-waypoint: waypoint } }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
`,
    'a waypoint in the namespace, which somebody may use': `${namespace()}${pods()}${policy(paths)}---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint }
`,
    'the policy is for a waypoint':
      namespace() + pods() + policy(paths, { spec: 'targetRefs: [{ kind: Service, name: cart }]' }),
    'a trial run': namespace() + pods() + policy(paths, { metadata: 'annotations: { istio.io/dry-run: "true" }' }),
    'a gateway in the namespace reads requests': namespace() + pods('istio: ingressgateway') + policy(paths),
    'a selector of pods that nobody read':
      namespace() + policy(paths, { spec: 'selector: { matchLabels: { app: x } }' }),
    'a key that is filled in later': `${namespace()}${pods()}${policy('- when: [{ key: "${KEY}", values: [a] }]\n  to: [{ operation: { paths: [/a] } }]')}`,
    'what denies nothing at all is told by another rule': namespace() + pods() + policy(paths, { action: 'DENY' }),
  },
});

test('without a workload in sight it is a warning, in a closed world an error', async () => {
  const file = namespace() + policy(paths);
  const severities = async (closedWorld: boolean) =>
    (await findingsOf(ambientL7PolicyWithoutWaypoint, { 'a.yaml': file }, { settings: { closedWorld } })).map(
      (f) => f.severity,
    );
  expect(await severities(false)).toEqual(['warning']);
  expect(await severities(true)).toEqual(['error']);
});
