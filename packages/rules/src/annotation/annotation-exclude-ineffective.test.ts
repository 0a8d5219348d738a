import { testRule } from '@meshvet/core/testing';
import { annotationExcludeIneffective } from './annotation-exclude-ineffective.ts';

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

testRule(annotationExcludeIneffective, {
  bad: {
    'an exception to ranges': pods(
      `${T}includeOutboundIPRanges: 10.0.0.0/8`,
      `${T}excludeOutboundIPRanges: 10.1.0.0/16 #~ ineffective`,
    ),
    'an exception to nothing': pods(`${T}includeInboundPorts: ""`, `${T}excludeInboundPorts: "9000" #~ ineffective`),
  },
  good: {
    'an exception alone': pods(`${T}excludeInboundPorts: "9000"`),
    'an empty exception': pods(`${T}includeInboundPorts: "80"`, `${T}excludeInboundPorts: ""`),
    'outbound ports are excluded from ranges as well': pods(
      `${T}includeOutboundIPRanges: 10.0.0.0/8`,
      `${T}excludeOutboundPorts: "3306"`,
    ),
    'filled in later': pods(`${T}includeInboundPorts: "$(PORTS)"`, `${T}excludeInboundPorts: "9000"`),
    'pods without a sidecar': pods(`${T}includeInboundPorts: "80"`, `${T}excludeInboundPorts: "9000"`).replace(
      '"true"',
      '"false"',
    ),
  },
});
