import { testRule } from '@meshvet/core/testing';
import { ambientSidecarConflict } from './ambient-sidecar-conflict.ts';

const namespace = (labels: string) => `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { ${labels} } }
---
`;
const pods = (labels: string, spec = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata:
      labels:
        app: cart
${labels.replace(/^/gm, '        ')}
    spec:
      ${spec}
      containers:
        - { name: cart, image: cart }
`;
const ambient = 'istio.io/dataplane-mode: ambient';
const proxy = (mark = '') => `        - name: istio-proxy${mark}\n          image: istio/proxyv2\n`;

testRule(ambientSidecarConflict, {
  bad: {
    'the namespace injects': namespace('istio-injection: enabled') + pods(`${ambient} #~ pod`),
    'a revision on the pods of an ambient namespace': namespace(ambient) + pods('istio.io/rev: default #~ namespace'),
    'a proxy that was rendered, by the label of the pods': pods(`${ambient} #~ written \`ambient\``) + proxy(),
    'a proxy that was rendered, in an ambient namespace': namespace(ambient) + pods('a: b') + proxy(' #~ written'),
  },
  good: {
    'the pods refuse the sidecar': `${namespace('istio-injection: enabled')}${pods(`${ambient}\nsidecar.istio.io/inject: "false"`)}`,
    'both on the Namespace are told there': namespace(`${ambient}, istio-injection: enabled`) + pods('a: b'),
    'the namespace refuses sidecars':
      namespace(`${ambient}, istio-injection: disabled`) + pods('sidecar.istio.io/inject: "true"'),
    'a namespace that nobody read': pods(ambient),
    'a revision that may not be installed': namespace(ambient) + pods('istio.io/rev: canary'),
    'a gateway keeps its proxy': namespace(ambient) + pods('istio: ingressgateway\nsidecar.istio.io/inject: "true"'),
    'before 1.22 the label of a pod is not read': {
      yaml: namespace('istio-injection: enabled') + pods(ambient),
      settings: { istioVersion: '1.21' },
    },
    'before 1.18 there is no ambient mode': {
      yaml: namespace(ambient) + pods('sidecar.istio.io/inject: "true"'),
      settings: { istioVersion: '1.17' },
    },
  },
});
