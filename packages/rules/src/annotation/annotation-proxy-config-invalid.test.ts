import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { annotationProxyConfigInvalid } from './annotation-proxy-config-invalid.ts';

/** A Deployment whose pods are injected, with annotations on its pod template. */
function pods(...annotations: string[]): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata:
      labels: { app: cart, sidecar.istio.io/inject: "true" }
      annotations:
${annotations
  .flatMap((text) => text.split('\n'))
  .map((line) => `        ${line}\n`)
  .join('')}    spec:
      containers: [{ name: cart, image: "cart:1" }]
`;
}

const config = (...lines: string[]) => pods('proxy.istio.io/config: |', ...lines.map((line) => `  ${line}`));

testRule(annotationProxyConfigInvalid, {
  bad: {
    'no YAML': pods('proxy.istio.io/config: "concurrency: {" #~ notYaml'),
    'no mapping': pods('proxy.istio.io/config: holdApplicationUntilProxyStarts #~ notMapping'),
    'a boolean in quotes': config('holdApplicationUntilProxyStarts: "true" #~ field `holdApplicationUntilProxyStarts`'),
    'texts without quotes': config('meshId: 5 #~ field', 'proxyMetadata:', '  A: 1 #~ field', '  B: "1"'),
    durations: config(
      'terminationDrainDuration: 30 #~ field',
      'drainDuration: 1500ms #~ field',
      'parentShutdownDuration: 1 minute #~ field',
    ),
    numbers: config('statusPort: 0 #~ field', 'proxyAdminPort: 65536 #~ field', 'statNameLength: long #~ field'),
    'words that the field does not have': config(
      'interceptionMode: tproxy #~ field',
      'tracingServiceName: APP #~ field',
      'controlPlaneAuthPolicy: INHERIT #~ field',
    ),
    addresses: config(
      'discoveryAddress: istiod.istio-system.svc #~ field',
      'statsdUdpAddress: http://statsd:9125 #~ field',
      'tracing:',
      '  zipkin:',
      '    address: "zipkin:0" #~ field',
      '  sampling: all #~ field',
    ),
    'lists and mappings': config(
      'proxyStatsMatcher:',
      '  inclusionPrefixes: cluster.outbound #~ field',
      'extraStatTags: [1] #~ field',
      'image: distroless #~ field',
      'runtimeValues: [] #~ field',
    ),
    'a provider of keys without its delay': config('privateKeyProvider:', '  cryptomb: {} #~ field'),
    'snake case': config('gateway_topology:', '  num_trusted_proxies: -1 #~ field'),
    'JSON on one line': pods(`proxy.istio.io/config: '{ "concurrency": "two" }' #~ field \`concurrency\``),
    'a number of threads that there is not': config('concurrency: -1 #~ idle'),
    'a name that stands twice: the whole is shown': pods(
      'proxy.istio.io/config: "{envoyMetricsService: {address: a}, envoyAccessLogService: {address: a}}" #~ field #~ field',
    ),
  },
  good: {
    'what people write': config(
      'concurrency: 0',
      'discoveryAddress: istiod.istio-system.svc:15012',
      'drainDuration: 1m',
      'terminationDrainDuration: 0.5s',
      'statusPort: "15020"',
      'holdApplicationUntilProxyStarts: true',
      'proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true", EMPTY: }',
      'tracing: { sampling: 10.0, zipkin: { address: "[fd00::1]:9411" } }',
      'gatewayTopology: { numTrustedProxies: 2, forwardClientCertDetails: SANITIZE_SET }',
      'image: { imageType: distroless }',
      'proxyStatsMatcher: { inclusionRegexps: [".*"] }',
      'statsdUdpAddress: ""',
      'meshId:',
    ),
    empty: pods('proxy.istio.io/config: ""'),
    'an empty mapping': pods('proxy.istio.io/config: "{}"'),
    'filled in later': config('concurrency: ${THREADS}', 'tracing: { zipkin: { address: "$(HOST_IP):9411" } }'),
    'of a chart': pods(`proxy.istio.io/config: 'concurrency: {{ .Values.x }}'`),
    'before 1.6 nobody reads it': { settings: { istioVersion: '1.5' }, yaml: config('concurrency: two') },
    'pods without a sidecar': config('concurrency: two').replace('"true"', '"false"'),
  },
});

test('names the field and what it takes', async () => {
  const text = config('holdApplicationUntilProxyStarts: "yes"');
  const [finding] = await findingsOf(annotationProxyConfigInvalid, { 'a.yaml': text });
  expect(finding?.message).toBe(
    'Deployment shop/cart: field holdApplicationUntilProxyStarts of proxy.istio.io/config: it takes true or false without quotes, and not "yes"; the injector refuses it, and the pod is rejected (warning, because it is not known whether the pods are in the mesh: no manifest of Namespace shop was read).',
  );
  expect(finding?.location.pointer).toBe('/spec/template/metadata/annotations/proxy.istio.io~1config');
});

test('a hostile text is read to an end', async () => {
  const text = pods(
    `proxy.istio.io/config: '${JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`runtimeValues`.concat(i ? String(i) : ''), i])))}'`,
  );
  expect((await findingsOf(annotationProxyConfigInvalid, { 'a.yaml': text })).length).toBeLessThanOrEqual(20);
});
