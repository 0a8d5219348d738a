import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { annotationValueInvalid } from './annotation-value-invalid.ts';

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
`;

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

const T = 'traffic.sidecar.istio.io/';

testRule(annotationValueInvalid, {
  bad: {
    'includeOutboundIPRanges with a blank behind the comma': pods(
      `${T}includeOutboundIPRanges: "10.0.0.0/8, 172.16.0.0/12" #~ rejected \`"10.0.0.0/8, 172.16.0.0/12"\``,
    ),
    'includeOutboundIPRanges with an address that has no prefix length': pods(
      `${T}includeOutboundIPRanges: 10.0.0.1 #~ rejected`,
    ),
    'includeOutboundIPRanges with everything and a range beside it': pods(
      `${T}includeOutboundIPRanges: "*,10.0.0.0/8" #~ rejected`,
    ),
    'everything cannot be excluded': pods(
      `${T}excludeOutboundIPRanges: "*" #~ rejected`,
      `${T}excludeInboundPorts: "*" #~ rejected`,
      `${T}excludeOutboundPorts: "*" #~ rejected`,
    ),
    'ranges of ports, and what is no port': pods(
      `${T}includeInboundPorts: "8080-8090" #~ rejected`,
      `${T}excludeInboundPorts: "80,,81" #~ rejected`,
      `${T}excludeOutboundPorts: "65536" #~ rejected`,
    ),
    'the case of the interception mode counts': pods('sidecar.istio.io/interceptionMode: tproxy #~ rejected'),
    'numbers of the readiness probe': pods(
      'status.sidecar.istio.io/port: health #~ rejected',
      'readiness.status.sidecar.istio.io/initialDelaySeconds: 10s #~ rejected',
      'readiness.status.sidecar.istio.io/periodSeconds: "-1" #~ rejected',
      'readiness.status.sidecar.istio.io/failureThreshold: "" #~ rejected',
    ),
    'a boolean that Go does not read': pods('prometheus.istio.io/merge-metrics: "yes" #~ rejected'),
    'quantities are checked since 1.29': {
      settings: { istioVersion: '1.29' },
      yaml: pods('sidecar.istio.io/proxyCPU: 100 m #~ rejected', 'sidecar.istio.io/proxyMemoryLimit: 1GB #~ rejected'),
    },
    'and not before': {
      settings: { istioVersion: '1.28' },
      yaml: pods('sidecar.istio.io/proxyCPU: 100 m #~ unchecked'),
    },
    'interfaces are checked since 1.30': pods(
      `${T}excludeInterfaces: "eth0,a-name-that-is-too-long" #~ rejected`,
      'istio.io/reroute-virtual-interfaces: "0net" #~ rejected',
    ),
    'and not in 1.29': {
      settings: { istioVersion: '1.29' },
      yaml: pods(`${T}excludeInterfaces: "eth 0" #~ unchecked`),
    },
    'nobody checks includeOutboundPorts before the pod starts': pods(`${T}includeOutboundPorts: "80-90" #~ fails`),
    'what Istio passes over': pods(
      'sidecar.istio.io/rewriteAppHTTPProbers: "off" #~ ignored',
      'sidecar.istio.io/userVolume: "[{name: cache}]" #~ ignored',
      'ambient.istio.io/bypass-inbound-capture: enabled #~ ignored',
    ),
    'a level that Envoy does not know': pods('sidecar.istio.io/logLevel: verbose #~ logLevel'),
    'on the pods of a gateway': `apiVersion: v1
kind: Pod
metadata:
  name: gateway
  namespace: edge
  labels: { istio: ingressgateway, sidecar.istio.io/inject: "true" }
  annotations:
    inject.istio.io/templates: gateway
    status.sidecar.istio.io/port: "99999" #~ rejected
spec: { containers: [{ name: istio-proxy, image: auto }] }
`,
    'in a patch': `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart }
spec:
  template:
    metadata:
      annotations:
        ${T}excludeInboundPorts: "a" #~ rejected
`,
    'the port of the proxy cannot be scraped since 1.31': {
      settings: { istioVersion: '1.31' },
      yaml: pods('prometheus.io/scrape: "true"', 'prometheus.io/port: "15090" #~ scrapePort'),
    },
    'a name is no port to scrape since 1.31': {
      settings: { istioVersion: '1.31' },
      yaml: pods('prometheus.io/scrape: "true"', 'prometheus.io/port: http-metrics #~ scrapePort'),
    },
  },
  good: {
    'includeOutboundIPRanges with everything': pods(`${T}includeOutboundIPRanges: "*"`),
    'empty lists are valid, whatever they do': pods(
      `${T}includeOutboundIPRanges: ""`,
      `${T}excludeOutboundIPRanges: ""`,
      `${T}includeInboundPorts: ""`,
      `${T}excludeInboundPorts: ""`,
      `${T}excludeOutboundPorts: ""`,
      `${T}excludeInterfaces: ""`,
    ),
    'ranges of both kinds of addresses': pods(
      `${T}includeOutboundIPRanges: "10.0.0.0/8,fd00::/8,::ffff:10.0.0.0/104,2001:db8:0:0:0:0:0:1/128"`,
    ),
    'blanks around ports, and port 0': pods(
      `${T}includeInboundPorts: " 80 , 443"`,
      'status.sidecar.istio.io/port: "0"',
      `${T}includeOutboundPorts: "*"`,
    ),
    'values that Go reads': pods(
      'prometheus.istio.io/merge-metrics: "F"',
      'sidecar.istio.io/rewriteAppHTTPProbers: "1"',
      'sidecar.istio.io/proxyCPU: 0.5',
      'sidecar.istio.io/proxyMemory: 128Mi',
      'sidecar.istio.io/proxyCPULimit: "2"',
      'sidecar.istio.io/proxyMemoryLimit: 1e9',
      'sidecar.istio.io/interceptionMode: NONE',
      'sidecar.istio.io/logLevel: warning',
      `sidecar.istio.io/userVolume: '[{"name": "cache", "emptyDir": {}}]'`,
    ),
    'a value that a later step fills in': pods(`${T}excludeInboundPorts: "\${PORTS}"`),
    'a value that is no string is told by inject-value-not-string': pods(`${T}excludeInboundPorts: 9000.5`),
    'the key of a later release is told by annotation-too-new': {
      settings: { istioVersion: '1.6' },
      yaml: pods('prometheus.istio.io/merge-metrics: "yes"', `${T}includeOutboundPorts: "80-90"`),
    },
    'pods without a sidecar': `apiVersion: v1
kind: Pod
metadata:
  name: cart
  namespace: shop
  labels: { sidecar.istio.io/inject: "false" }
  annotations: { ${T}excludeInboundPorts: all }
spec: { containers: [{ name: cart, image: "cart:1" }] }
`,
    'ports of scraping before 1.31': pods('prometheus.io/scrape: "true"', 'prometheus.io/port: http-metrics'),
    'the port of the agent turns the merging off, and the scraping may be off': {
      settings: { istioVersion: '1.31' },
      yaml: `${pods('prometheus.io/scrape: "true"', 'prometheus.io/port: "15020"')}---\n${pods(
        'prometheus.io/scrape: "false"',
        'prometheus.io/port: metrics',
      ).replace('name: cart, namespace', 'name: other, namespace')}`,
    },
  },
});

test('is an error where the pods are surely injected, and a warning elsewhere', async () => {
  const severity = async (text: string) =>
    (await findingsOf(annotationValueInvalid, { 'a.yaml': text })).map((f) => f.severity);
  const wrong = pods(`${T}excludeInboundPorts: all`);
  expect(await severity(wrong)).toEqual(['warning']);
  expect(await severity(NAMESPACE + wrong)).toEqual(['error']);
});

test('writes the value where there is no doubt about it, and suggests it where there is some', async () => {
  const edits = async (annotation: string) =>
    (await findingsOf(annotationValueInvalid, { 'a.yaml': pods(annotation) })).map((f) => [
      f.edits?.map((e) => e.text),
      f.suggestedEdits?.map((e) => e.text),
    ]);
  expect(await edits(`${T}includeOutboundIPRanges: "10.0.0.0/8, 172.16.0.0/12"`)).toEqual([
    [['"10.0.0.0/8,172.16.0.0/12"'], undefined],
  ]);
  expect(await edits(`${T}excludeOutboundIPRanges: 10.0.0.1`)).toEqual([[undefined, ['"10.0.0.1/32"']]]);
  expect(await edits('sidecar.istio.io/interceptionMode: tproxy')).toEqual([[['TPROXY'], undefined]]);
  expect(await edits('sidecar.istio.io/proxyMemory: 1GB')).toEqual([[undefined, ['"1Gi"']]]);
  expect(await edits(`${T}excludeInboundPorts: "8080-8090"`)).toEqual([[undefined, undefined]]);
});
