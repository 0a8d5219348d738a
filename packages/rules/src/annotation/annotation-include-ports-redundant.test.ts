import { testRule, yaml } from '@meshvet/core/testing';
import { annotationIncludePortsRedundant } from './annotation-include-ports-redundant.ts';

const pod = (annotations: string, mark = '', labels = 'sidecar.istio.io/inject: "true"') => yaml`
  apiVersion: v1
  kind: Pod
  metadata:
    name: cart
    namespace: shop
    labels: { ${labels} }
    annotations:
      traffic.sidecar.istio.io/includeOutboundPorts: "8443,9090" ${mark}
      ${annotations}
  spec: { containers: [{ name: cart, image: "cart:1" }] }
`;
const installation = yaml`
  ---
  apiVersion: install.istio.io/v1alpha1
  kind: IstioOperator
  metadata: { name: istio, namespace: istio-system }
  spec: { values: { global: { proxy: { includeIPRanges: "10.0.0.0/8" } } } }
`;

testRule(annotationIncludePortsRedundant, {
  bad: {
    'beside a star': pod('traffic.sidecar.istio.io/includeOutboundIPRanges: "*"', '#~ redundant'),
    'a star beats what the installation says':
      pod('traffic.sidecar.istio.io/includeOutboundIPRanges: "*"', '#~ redundant') + installation,
  },
  good: {
    'some ranges': pod('traffic.sidecar.istio.io/includeOutboundIPRanges: "10.0.0.0/8"'),
    'ranges of the installation': pod('a: b') + installation,
    'a port inside what is excluded comes back': pod('traffic.sidecar.istio.io/excludeOutboundIPRanges: "10.0.0.0/8"'),
    'no sidecar': pod('a: b', '', 'sidecar.istio.io/inject: "false"'),
    'filled in later': pod('traffic.sidecar.istio.io/includeOutboundIPRanges: "${RANGES}"'),
    'before 1.7 nobody reads it': { yaml: pod('a: b'), settings: { istioVersion: '1.6' } },
  },
});
