import { testRule, yaml } from '@meshvet/core/testing';
import { injectPodOptOut } from './inject-pod-opt-out.ts';

const namespace = (labels: string) => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { ${labels} } }
`;
const deployment = (mark = '', labels = 'app: cart', annotations = '') => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata:
        annotations: { ${annotations} }
        labels: { ${labels}, sidecar.istio.io/inject: "false" } ${mark}
      spec: { containers: [{ name: cart, image: "cart:1" }] }
`;

testRule(injectPodOptOut, {
  bad: {
    'a namespace with a revision': {
      yaml: `${namespace('istio.io/rev: canary')}${deployment('#~ optOut')}`,
      settings: { revisions: ['canary'] },
    },
    'the installation injects by default': {
      yaml: `${namespace('team: a')}${deployment('#~ optOut')}`,
      settings: { enableNamespacesByDefault: true },
    },
    'since 1.9': {
      yaml: `${namespace('istio-injection: enabled')}${deployment('#~ optOut')}`,
      settings: { istioVersion: '1.9' },
    },
  },
  good: {
    'before 1.9 nobody reads the label': {
      yaml: `${namespace('istio-injection: enabled')}${deployment()}`,
      settings: { istioVersion: '1.8' },
    },
    'the namespace is not in the mesh either': `${namespace('team: a')}${deployment()}`,
    'the namespace was not read': deployment(),
    'whether its revision is installed is not known': `${namespace('istio.io/rev: canary')}${deployment()}`,
    'the pods are in ambient mode': `${namespace('istio-injection: enabled')}${deployment('', 'app: cart, istio.io/dataplane-mode: ambient')}`,
    'the pods are in the mesh of Linkerd': `${namespace('istio-injection: enabled')}${deployment('', 'app: cart', 'linkerd.io/inject: enabled')}`,
    'a gateway': `${namespace('istio-injection: enabled')}${deployment('', 'app: cart, istio: ingressgateway')}`,
  },
});
