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

const service = (labels: string) => `---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop, labels: { ${labels} } }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
`;
const gateway = `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { gatewayClassName: istio }
`;
const target = { spec: 'targetRefs: [{ kind: Service, name: cart }]' };
const closed = (yaml: string) => ({ yaml, settings: { closedWorld: true } });
const marked = { spec: 'targetRefs: [{ kind: Service, name: cart }] #~ target' };

testRule(ambientL7PolicyWithoutWaypoint, {
  bad: {
    'a waypoint does not read policies without targetRefs': `${namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint')}${pods()}${policy(`${paths} #~ dropped`)}`,
    'a waypoint for the Service does not either': `${namespace()}${pods()}${policy(`${paths} #~ dropped`)}${service('istio.io/use-waypoint: waypoint')}`,
    'the target refuses the waypoint of its namespace': `${namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint')}${policy(paths, marked)}${service('istio.io/use-waypoint: none')}`,
    'the target has no waypoint, and its Namespace stands beside it without the label': `${namespace()}${policy(paths, marked)}${service('a: b')}`,
    'everybody is let in without being asked': `${namespace()}${pods()}${policy(paths, { action: 'CUSTOM #~ custom' })}`,
    'CUSTOM for some pods, with a waypoint before them': `${namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint')}${pods()}${policy(paths, { action: 'CUSTOM #~ custom', spec: 'selector: { matchLabels: { app: cart } }' })}`,
    'CUSTOM before the first workload': `${namespace()}${policy(paths, { action: 'CUSTOM #~ custom' })}`,
    'the target has no waypoint, and everything was read': closed(
      `${namespace()}${policy(paths, marked)}${service('a: b')}`,
    ),
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
    'before 1.22 a waypoint read such policies too': {
      yaml: namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint') + pods() + policy(paths),
      settings: { istioVersion: '1.21' },
    },
    'before 1.22 a waypoint in the namespace may be for somebody': {
      yaml: `${namespace()}${pods()}${policy(paths)}---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: shop }
spec: { gatewayClassName: istio-waypoint }
`,
      settings: { istioVersion: '1.21' },
    },
    'the Service has a waypoint by its namespace': closed(
      `${namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint')}${policy(paths, target)}${service('a: b')}`,
    ),
    'the Namespace stands elsewhere, and its label may be set by hand': {
      files: { 'mesh/base.yaml': namespace(), 'apps/one/all.yaml': `${policy(paths, target)}${service('a: b')}` },
    },
    'a trial of CUSTOM by a sidecar':
      namespace('istio-injection: enabled') + pods() + policy(paths, { action: 'CUSTOM' }),
    'a gateway of the namespace asks, for all others nothing is said':
      namespace() + pods() + policy(paths, { action: 'CUSTOM' }) + gateway,
    'CUSTOM at a target that has a waypoint': `${namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint')}${policy(paths, { ...target, action: 'CUSTOM' })}${service('a: b')}`,
    'CUSTOM without rules asks for nothing': `${namespace()}${pods()}${policy('[]', { action: 'CUSTOM' })}`,
    'a Gateway is the target': closed(
      `${namespace()}${policy(paths, { spec: 'targetRefs: [{ kind: Gateway, group: gateway.networking.k8s.io, name: cart }]' })}${service('a: b')}`,
    ),
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
