import { testRule } from '@meshvet/core/testing';
import { ambientAnnotationIgnored } from './ambient-annotation-ignored.ts';

const files = (
  annotations: string,
  namespace = 'istio.io/dataplane-mode: ambient',
  labels = 'app: cart',
) => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${namespace} } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata:
      labels: { ${labels} }
      annotations:
        ${annotations}
    spec: { containers: [{ name: cart, image: cart }] }
`;
const rewrite = 'sidecar.istio.io/rewriteAppHTTPProbers: "false"';

testRule(ambientAnnotationIgnored, {
  bad: {
    'probes go past ztunnel as they are': files(`${rewrite} #~ ignored`),
  },
  good: {
    'with a sidecar it is read': files(rewrite, 'istio-injection: enabled'),
    'nobody knows how the pods are served': files(rewrite, 'istio-injection: "${MODE}"'),
    'a pod that stays out of ambient mode': files(rewrite, undefined, 'app: cart, istio.io/dataplane-mode: none'),
    'that a sidecar is refused is no setting of it': files('sidecar.istio.io/inject: "false"'),
    'metrics that Prometheus fetches itself': files('prometheus.io/scrape: "true"'),
  },
});
