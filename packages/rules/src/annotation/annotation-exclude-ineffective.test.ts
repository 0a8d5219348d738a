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
    'an exception that is captured': pods(
      `${T}includeInboundPorts: "80, 9000"`,
      `${T}excludeInboundPorts: "15090, 9000" #~ captured`,
    ),
    'an exception to nothing': pods(`${T}includeInboundPorts: ""`, `${T}excludeInboundPorts: "9000" #~ idle`),
    'ranges outside of the list': pods(
      `${T}includeOutboundIPRanges: 10.0.0.0/8,fd00::/8`,
      `${T}excludeOutboundIPRanges: 172.16.0.0/12,fc00::/8 #~ idle`,
    ),
  },
  good: {
    'Istio says otherwise in its reference, but excluded ranges count beside a list too': pods(
      `${T}includeOutboundIPRanges: 10.0.0.0/8`,
      `${T}excludeOutboundIPRanges: 10.1.0.0/16`,
    ),
    'a range that holds the included one': pods(
      `${T}includeOutboundIPRanges: fd00:1::/32`,
      `${T}excludeOutboundIPRanges: fd00::/8`,
    ),
    'ports are captured whatever their range': pods(
      `${T}includeOutboundIPRanges: 10.0.0.0/8`,
      `${T}includeOutboundPorts: "443"`,
      `${T}excludeOutboundIPRanges: 172.16.0.0/12`,
    ),
    'what is no range is told by annotation-value-invalid': pods(
      `${T}includeOutboundIPRanges: 10.0.0.0/8`,
      `${T}excludeOutboundIPRanges: 172.16.0.1`,
    ),
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
