import { testRule, yaml } from '@meshvet/core/testing';
import { routeIngressClass } from './route-ingress-class.ts';

const ingress = (version: string, className: string, mark = '') => yaml`
  apiVersion: ${version} ${mark}
  kind: Ingress
  metadata: { name: shop, namespace: shop, annotations: { kubernetes.io/ingress.class: ${className} } }
  spec: { backend: { serviceName: cart, servicePort: 80 } }
`;

testRule(routeIngressClass, {
  bad: {
    'since Kubernetes 1.22': {
      settings: { kubernetesVersion: '1.22' },
      yaml: ingress('networking.k8s.io/v1beta1', 'istio', '#~ removed'),
    },
  },
  good: {
    'before Kubernetes 1.22': {
      settings: { kubernetesVersion: '1.21' },
      yaml: ingress('networking.k8s.io/v1beta1', 'istio'),
    },
    'another class': ingress('extensions/v1beta1', 'nginx'),
    'in an open world the IngressClass may live elsewhere': yaml`
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: { name: shop, namespace: shop }
      spec: { ingressClassName: istio, defaultBackend: { service: { name: cart, port: { number: 80 } } } }
    `,
  },
});
