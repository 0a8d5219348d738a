import { testRule, yaml } from '@meshvet/core/testing';
import { routeIngressClass } from './route-ingress-class.ts';

testRule(routeIngressClass, {
  good: {
    'a version that is gone is told by a rule of its own': {
      settings: { closedWorld: true },
      yaml: yaml`
        apiVersion: extensions/v1beta1
        kind: Ingress
        metadata: { name: shop, namespace: shop, annotations: { kubernetes.io/ingress.class: istio } }
        spec: { backend: { serviceName: cart, servicePort: 80 } }
      `,
    },
    'another class in a closed world': {
      settings: { closedWorld: true },
      yaml: yaml`
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: shop, namespace: shop, annotations: { kubernetes.io/ingress.class: nginx } }
        spec: { defaultBackend: { service: { name: cart, port: { number: 80 } } } }
      `,
    },
    'in an open world the IngressClass may live elsewhere': yaml`
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: { name: shop, namespace: shop }
      spec: { ingressClassName: istio, defaultBackend: { service: { name: cart, port: { number: 80 } } } }
    `,
  },
});
