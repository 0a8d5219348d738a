import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { ambientConfigUnread } from './ambient-config-unread.ts';

const namespace = (labels = 'istio.io/dataplane-mode: ambient', name = 'shop') => `apiVersion: v1
kind: Namespace
metadata: { name: ${name}, labels: { ${labels} } }
---
`;
const pods = (labels = 'app: cart', name = 'cart', annotations = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { ${labels} }, annotations: { ${annotations} } }
    spec: { containers: [{ name: cart, image: cart }] }
---
`;
const service = (labels = 'a: b') => `apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop, labels: { ${labels} } }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
---
`;
const gateway = (className = 'istio-waypoint', space = 'shop') => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: ${space} }
spec: { gatewayClassName: ${className}, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
---
`;
const VERSIONS: Record<string, string> = {
  RequestAuthentication: 'security.istio.io/v1',
  WasmPlugin: 'extensions.istio.io/v1alpha1',
  Telemetry: 'telemetry.istio.io/v1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
};
const config = (kind: string, spec: string, space = 'shop') => `apiVersion: ${VERSIONS[kind]}
kind: ${kind}
metadata: { name: one, namespace: ${space} }
spec:
  ${spec}
---
`;
const JWT = 'jwtRules: [{ issuer: a }]';
const jwt = (selector: string) => config('RequestAuthentication', `${selector}\n  ${JWT}`);
const CART = 'selector: { matchLabels: { app: cart } } #~ selector';
const cart = CART.replace(' #~ selector', '');
const toService = 'targetRefs: [{ kind: Service, group: "", name: cart }]';
const ENTRY = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: mail, namespace: shop, labels: { a: b } }
spec: { hosts: [mail.example.com], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: DNS }
---
`;

testRule(ambientConfigUnread, {
  bad: {
    'pods that have no waypoint at all': namespace() + pods() + jwt(CART),
    'a plugin by selector': namespace() + pods() + config('WasmPlugin', `${CART}\n  url: oci://example.com/a:1`),
    'traces by selector':
      namespace() + pods() + config('Telemetry', `${CART}\n  tracing: [{ randomSamplingPercentage: 1 }]`),
    'metrics that are changed':
      namespace() + pods() + config('Telemetry', `${CART}\n  metrics: [{ overrides: [{ disabled: true }] }]`),
    'a filter by selector':
      namespace() + pods() + config('EnvoyFilter', 'workloadSelector:\n    labels: { app: cart } #~ selector'),
    'a filter by selector behind a waypoint':
      namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint') +
      gateway() +
      pods() +
      config('EnvoyFilter', 'workloadSelector:\n    labels: { app: cart } #~ selector'),
    'tokens for a whole namespace: a waypoint takes no policy without target':
      namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint') +
      gateway() +
      pods() +
      jwt('').replace('spec:', 'spec: #~ namespace'),
    'a whole namespace before its first workload': namespace() + jwt('').replace('spec:', 'spec: #~ namespace'),
    'pods that are ambient by their own label':
      namespace('istio-injection: disabled') + pods('app: cart, istio.io/dataplane-mode: ambient') + jwt(CART),
    'a Service that refuses the waypoint of its namespace':
      namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint') +
      service('istio.io/use-waypoint: none') +
      jwt(`${toService} #~ target`),
    'a Service without waypoint, and nothing names one':
      namespace() + service() + config('WasmPlugin', `${toService} #~ target\n  url: oci://example.com/a:1`),
    'the older targetRef':
      namespace() + service() + jwt('targetRef: { kind: Service, group: "", name: cart } #~ target'),
    'a ServiceEntry without waypoint':
      namespace() +
      ENTRY +
      config(
        'Telemetry',
        'targetRefs: [{ kind: ServiceEntry, group: networking.istio.io, name: mail }] #~ target\n  accessLogging: [{ providers: [{ name: envoy }] }]',
      ),
    'the waypoint lives there, and takes no selectors':
      namespace() +
      gateway() +
      pods() +
      config('Telemetry', `${CART}\n  accessLogging: [{ providers: [{ name: envoy }] }]`),
  },
  good: {
    'sidecars read it': namespace('istio-injection: enabled') + pods() + jwt(cart),
    'nobody read the namespace': pods() + jwt(cart),
    'one of the pods has a sidecar':
      namespace() + pods() + pods('app: cart, sidecar.istio.io/inject: "true"', 'other') + jwt(cart),
    'a gateway of the namespace reads what has no selector':
      namespace() + pods() + pods('app: edge, istio: ingressgateway', 'edge') + jwt(''),
    'so does a gateway whose pods istiod makes': namespace() + pods() + gateway('istio') + jwt(''),
    'the waypoints of a namespace read its Telemetry without selector':
      namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint') +
      gateway() +
      pods() +
      config('Telemetry', 'accessLogging: [{ providers: [{ name: envoy }] }]'),
    'a waypoint that stands in no file may read it too':
      namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint') +
      pods() +
      config('Telemetry', 'accessLogging: [{ providers: [{ name: envoy }] }]'),
    'metrics by their provider are there without it':
      namespace() + pods() + config('Telemetry', `${cart}\n  metrics: [{ providers: [{ name: prometheus }] }]`),
    'the root namespace speaks to all namespaces, and their gateways':
      namespace() + pods() + config('RequestAuthentication', JWT, 'istio-system'),
    'the target has a waypoint':
      namespace('istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint') + service() + jwt(toService),
    'a target that nobody read': namespace() + jwt(toService),
    'a Gateway is the target':
      namespace() + service() + jwt('targetRefs: [{ kind: Gateway, group: gateway.networking.k8s.io, name: cart }]'),
    'pods that nobody read': namespace() + jwt(cart),
    'a filter for all pods of the namespace': namespace() + pods() + config('EnvoyFilter', 'configPatches: []'),
    'before 1.22 a waypoint went by selectors': {
      yaml: namespace() + pods() + jwt(cart),
      settings: { istioVersion: '1.21' },
    },
    'the label of the namespace is filled in later':
      namespace('istio.io/dataplane-mode: "${MODE}"') + pods() + jwt(cart),
  },
});

test('tokens that nobody checks are an error, other things a warning', async () => {
  const severities = async (file: string) =>
    (await findingsOf(ambientConfigUnread, { 'a.yaml': file })).map((f) => f.severity);
  expect(await severities(namespace() + pods() + jwt(cart))).toEqual(['error']);
  expect(await severities(namespace() + jwt(''))).toEqual(['warning']);
  expect(await severities(namespace() + service() + jwt(toService))).toEqual(['warning']);
  expect(
    await severities(namespace() + pods() + config('WasmPlugin', `${cart}\n  url: oci://example.com/a:1`)),
  ).toEqual(['warning']);
});

test('the codes of Kiali tell the missing target from the missing waypoint', async () => {
  const codes = async (file: string) => (await findingsOf(ambientConfigUnread, { 'a.yaml': file })).map((f) => f.codes);
  expect(await codes(namespace() + pods() + jwt(cart))).toEqual([['KIA1115', 'KIA1110']]);
  expect(await codes(namespace() + pods('app: cart, istio.io/use-waypoint: w') + jwt(cart))).toEqual([['KIA1115']]);
  expect(
    await codes(namespace() + pods() + config('Telemetry', 'accessLogging: [{ providers: [{ name: envoy }] }]')),
  ).toEqual([['KIA1112']]);
  expect(await codes(namespace() + service() + jwt(toService))).toEqual([['KIA1110']]);
});
