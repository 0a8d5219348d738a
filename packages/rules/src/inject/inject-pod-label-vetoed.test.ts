import { testRule, yaml } from '@meshvet/core/testing';
import { injectPodLabelVetoed } from './inject-pod-label-vetoed.ts';

const namespace = (labels: string) => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { ${labels} } }
`;
const deployment = (label: string, mark = '', more = 'name: cart, image: "cart:1"') => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata:
        labels:
          app: cart
          ${label} ${mark}
      spec: { containers: [{ ${more} }] }
`;

testRule(injectPodLabelVetoed, {
  bad: {
    'a revision asks': `${namespace('istio-injection: disabled')}${deployment('istio.io/rev: canary', '#~ revision `canary`')}`,
    'since 1.10': {
      yaml: `${namespace('istio-injection: disabled')}${deployment('sidecar.istio.io/inject: "true"', '#~ label')}`,
      settings: { istioVersion: '1.10' },
    },
    'where the installation injects by default': {
      yaml: `${namespace('istio-injection: disabled')}${deployment('sidecar.istio.io/inject: "true"', '#~ label')}`,
      settings: { enableNamespacesByDefault: true },
    },
  },
  good: {
    'istiod names the revision that it is': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: istio-control, labels: { istio-injection: disabled } }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: istiod-1-24, namespace: istio-control }
      spec:
        selector: { matchLabels: { app: istiod } }
        template:
          metadata: { labels: { app: istiod, istio.io/rev: 1-24 } }
          spec: { containers: [{ name: discovery, image: "pilot:1.24.0" }] }
    `,
    'the annotation beside the revision refuses': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: tools, labels: { istio-injection: disabled } }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: agent, namespace: tools }
      spec:
        selector: { matchLabels: { app: agent } }
        template:
          metadata: { labels: { app: agent, istio.io/rev: 1-24 }, annotations: { sidecar.istio.io/inject: "false" } }
          spec: { containers: [{ name: agent, image: "agent:1" }] }
    `,
    'before 1.10 the label asks for nothing': {
      yaml: `${namespace('istio-injection: disabled')}${deployment('sidecar.istio.io/inject: "true"')}`,
      settings: { istioVersion: '1.9' },
    },
    'a rule of its own speaks of a value that is none': `${namespace('istio-injection: "off"')}${deployment('sidecar.istio.io/inject: "true"')}`,
    'the namespace was not read': deployment('sidecar.istio.io/inject: "true"'),
    'the pods want none either': `${namespace('istio-injection: disabled')}${deployment('sidecar.istio.io/inject: "false"')}`,
    'the pods are in ambient mode': `${namespace('istio-injection: disabled, istio.io/dataplane-mode: ambient')}${deployment('istio.io/rev: canary')}`,
    'a rule of its own speaks of an image that waits': `${namespace('istio-injection: disabled')}${deployment('sidecar.istio.io/inject: "true"', '', 'name: istio-proxy, image: auto')}`,
    'a patch says another thing in the end': {
      files: {
        'kustomization.yaml': yaml`
          resources: [app.yaml]
          commonLabels: { istio-injection: enabled }
        `,
        'app.yaml': `${namespace('istio-injection: disabled')}${deployment('sidecar.istio.io/inject: "true"')}`,
      },
    },
  },
});
