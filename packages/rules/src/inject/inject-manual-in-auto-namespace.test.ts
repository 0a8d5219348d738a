import { testRule, yaml } from '@meshvet/core/testing';
import { injectManualInAutoNamespace } from './inject-manual-in-auto-namespace.ts';

const namespace = (labels: string) => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { ${labels} } }
`;
const deployment = (mark = '', image = 'docker.io/istio/proxyv2:1.20.0', annotations = '') => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart }, annotations: { ${annotations} } }
      spec:
        containers:
          - { name: cart, image: "cart:1" }
          - name: istio-proxy ${mark}
            image: ${image}
`;
const status = `sidecar.istio.io/status: '{"containers":["istio-proxy"]}'`;

testRule(injectManualInAutoNamespace, {
  bad: {
    'written by hand, or without the annotation of the tool': `${namespace('istio-injection: enabled')}${deployment('#~ written')}`,
    'a revision of the namespace': {
      yaml: `${namespace('istio.io/rev: canary')}${deployment('#~ rendered', undefined, status)}`,
      settings: { revisions: ['canary'] },
    },
  },
  good: {
    'nothing is injected there': `${namespace('team: a')}${deployment('', undefined, status)}`,
    'the namespace was not read': deployment('', undefined, status),
    'image auto asks for it': `${namespace('istio-injection: enabled')}${deployment('', 'auto')}`,
    'before 1.9 nothing was laid over the template': {
      yaml: `${namespace('istio-injection: enabled')}${deployment()}`,
      settings: { istioVersion: '1.8' },
    },
    'a Pod that was taken from a cluster': `${namespace('istio-injection: enabled')}${yaml`
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: cart, namespace: shop, annotations: { ${status} } }
      spec: { containers: [{ name: cart, image: "cart:1" }, { name: istio-proxy, image: "proxyv2:1.30" }] }
    `}`,
  },
});
