import { testRule } from '@meshvet/core/testing';
import { annotationCaptureDisabled } from './annotation-capture-disabled.ts';

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

testRule(annotationCaptureDisabled, {
  bad: {
    'no outbound traffic': pods('traffic.sidecar.istio.io/includeOutboundIPRanges: "" #~ outbound `""`'),
    'nothing behind the key is empty too': pods('traffic.sidecar.istio.io/includeInboundPorts: #~ inbound'),
  },
  good: {
    'no ranges, and ports beside them': pods(
      'traffic.sidecar.istio.io/includeOutboundIPRanges: ""',
      'traffic.sidecar.istio.io/includeOutboundPorts: "443"',
    ),
    'a sidecar that only fetches certificates, as the guide for Prometheus has it': pods(
      'traffic.sidecar.istio.io/includeInboundPorts: ""',
      'traffic.sidecar.istio.io/includeOutboundIPRanges: ""',
      'proxy.istio.io/config: |',
      '  proxyMetadata:',
      '    OUTPUT_CERTS: /etc/istio-output-certs',
    ),
    'empty exceptions': pods('traffic.sidecar.istio.io/excludeInboundPorts: ""'),
    'filled in later': pods('traffic.sidecar.istio.io/includeInboundPorts: "$(PORTS)"'),
    'pods without a sidecar': pods('traffic.sidecar.istio.io/includeInboundPorts: ""').replace('"true"', '"false"'),
  },
});
