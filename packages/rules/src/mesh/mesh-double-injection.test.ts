import { testRule, yaml } from '@meshvet/core/testing';
import { meshDoubleInjection } from './mesh-double-injection.ts';

const namespace = (labels: string, annotations = '', mark = '') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata:
    name: shop
    labels: { ${labels} }
    annotations: { ${annotations} } ${mark}
`;
const deployment = ({ labels = '', annotations = '', mark = '', markLabels = '', container = '' } = {}) => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata:
        labels: { app: cart${labels && `, ${labels}`} } ${markLabels}
        annotations: { ${annotations} } ${mark}
      spec: { containers: [{ name: cart, image: "cart:1" }${container}] }
`;
const istio = 'istio-injection: enabled';
const linkerd = 'linkerd.io/inject: enabled';

testRule(meshDoubleInjection, {
  bad: {
    'the namespace is told once, and its pods are not': `${namespace(istio, linkerd, '#~ namespace')}${deployment()}`,
    'the namespace asks for Linkerd, and the pods for Istio': `${namespace('team: a', linkerd)}${deployment({ labels: 'sidecar.istio.io/inject: "true"', markLabels: '#~ pods' })}`,
    'the pods ask for both': `${namespace('team: a')}${deployment({ labels: 'sidecar.istio.io/inject: "true"', annotations: linkerd, mark: '#~ pods' })}`,
    'by the mode for ingress controllers': `${namespace(istio)}${deployment({ annotations: 'linkerd.io/inject: ingress', mark: '#~ pods' })}`,
    'the proxy of Linkerd is rendered': `${namespace(istio)}${deployment({
      container: ', { name: linkerd-proxy, image: proxy }',
    }).replace(
      '}, { name: linkerd-proxy, image: proxy }] }',
      '}, { name: linkerd-proxy, image: proxy }] } #~ carried',
    )}`,
  },
  good: {
    'Linkerd alone': `${namespace('team: a', linkerd)}${deployment()}`,
    'Istio alone': `${namespace(istio)}${deployment()}`,
    'the pods refuse Linkerd': `${namespace(istio)}${deployment({ annotations: 'linkerd.io/inject: disabled' })}`,
    'the namespace refuses Istio': `${namespace('istio-injection: disabled', linkerd)}${deployment()}`,
    'Linkerd knows no such value': `${namespace(istio)}${deployment({ annotations: 'linkerd.io/inject: "true"' })}`,
    'the mode came with 2.9': {
      yaml: namespace(istio, 'linkerd.io/inject: ingress'),
      settings: { linkerdVersion: '2.8' },
    },
    'whether Istio injects is not known': `${namespace('istio.io/rev: canary', linkerd)}${deployment()}`,
    'the namespace was not read': deployment({ annotations: linkerd }),
    'neither touches the network of a node': `${namespace(istio)}${deployment({ annotations: linkerd }).replace('spec: { containers', 'spec: { hostNetwork: true, containers')}`,
  },
});
