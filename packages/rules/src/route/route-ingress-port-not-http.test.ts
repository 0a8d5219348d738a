import { testRule, yaml } from '@meshvet/core/testing';
import { routeIngressPortNotHttp } from './route-ingress-port-not-http.ts';

const service = (ports: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [${ports}] }
`;
const old = (port: string, mark = '') => yaml`
  apiVersion: extensions/v1beta1
  kind: Ingress
  metadata: { name: shop, namespace: shop, annotations: { kubernetes.io/ingress.class: istio } }
  spec: { rules: [{ http: { paths: [{ backend: { serviceName: cart, servicePort: ${port} } }] } }] } ${mark}
`;
const current = (port: string, mark = '') => yaml`
  apiVersion: networking.k8s.io/v1
  kind: Ingress
  metadata: { name: shop, namespace: shop }
  spec: { ingressClassName: mesh, defaultBackend: { service: { name: cart, port: { ${port} } } } } ${mark}
`;
const ingressClass = (controller: string) => yaml`
  apiVersion: networking.k8s.io/v1
  kind: IngressClass
  metadata: { name: mesh }
  spec: { controller: ${controller} }
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeIngressPortNotHttp, {
  bad: {
    'the form before networking.k8s.io/v1': all(old('80', '#~ notHttp'), service('{ name: https, port: 80 }')),
    'a port without a name before Istio 1.3': {
      settings: { istioVersion: '1.2' },
      yaml: all(old('80', '#~ notHttp'), service('{ port: 80 }')),
    },
    'a class of the controller of Istio': all(
      ingressClass('istio.io/ingress-controller'),
      current('name: tcp', '#~ notHttp'),
      service('{ name: tcp, port: 80 }'),
    ),
  },
  good: {
    'a port without a name since Istio 1.3 is found out': {
      settings: { istioVersion: '1.3' },
      yaml: all(old('80'), service('{ port: 80 }')),
    },
    'another controller': all(
      ingressClass('k8s.io/ingress-nginx'),
      current('name: tcp'),
      service('{ name: tcp, port: 80 }'),
    ),
    'a Service that was not read': old('80'),
    'a name that is filled in later': all(old('80'), service('{ name: "${NAME}", port: 80 }')),
  },
});
