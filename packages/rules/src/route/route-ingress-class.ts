import { defineRule, nameOf } from '@meshvet/core';
import { ISTIO_CONTROLLER, ingressClassOf, isIngress } from '../shared/ingress.ts';

export const routeIngressClass = defineRule({
  meta: {
    id: 'route-ingress-class',
    summary: 'An Ingress is meant for Istio, and nothing makes Istio serve it.',
    why: 'The API server refuses the removed versions of Ingress, and Istio reads ingressClassName only through an IngressClass that names its controller.',
    fix: 'Write apiVersion: networking.k8s.io/v1, and add an IngressClass with controller istio.io/ingress-controller or the annotation kubernetes.io/ingress.class: istio.',
    severity: 'info',
    subject: 'resource',
    sources: [
      'istio.io/docs/tasks/traffic-management/ingress/kubernetes-ingress/',
      'istio/istio pilot/pkg/config/kube/ingress (shouldProcessIngressWithClass)',
      'kubernetes: Deprecated API Migration Guide, v1.22',
    ],
    messages: {
      removed:
        '{ingress}: apiVersion {version} of Ingress is gone since Kubernetes 1.22, so the ingress gateway never gets to see it.',
      noController:
        '{ingress}: no IngressClass {name} with controller {controller} was read, and Istio serves the name for nothing else.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a version that is gone',
        yaml: `
          apiVersion: extensions/v1beta1 #~ removed \`extensions/v1beta1\`
          kind: Ingress
          metadata: { name: shop, namespace: shop, annotations: { kubernetes.io/ingress.class: istio } }
          spec: { backend: { serviceName: cart, servicePort: 80 } }
        `,
      },
      {
        title: 'no IngressClass in a closed world',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: networking.k8s.io/v1
          kind: Ingress
          metadata: { name: shop, namespace: shop }
          spec:
            ingressClassName: istio #~ noController \`istio\`
            defaultBackend: { service: { name: cart, port: { number: 80 } } }
        `,
      },
    ],
    good: [
      {
        title: 'an IngressClass of Istio',
        yaml: `
          apiVersion: networking.k8s.io/v1
          kind: IngressClass
          metadata: { name: istio }
          spec: { controller: istio.io/ingress-controller }
          ---
          apiVersion: networking.k8s.io/v1
          kind: Ingress
          metadata: { name: shop, namespace: shop }
          spec:
            ingressClassName: istio
            defaultBackend: { service: { name: cart, port: { number: 80 } } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (!isIngress(resource) || resource.partial) return;
    const served = ingressClassOf(mesh, resource);
    const gone = resource.version === 'v1beta1' && mesh.kubernetesAtLeast('1.22');
    if (gone && served.served !== 'no')
      report(resource.body.at('apiVersion'), 'removed', { ingress: nameOf(resource), version: resource.apiVersion });
    else if (served.served === 'unknown' && mesh.settings.closedWorld)
      report(served.field, 'noController', {
        ingress: nameOf(resource),
        name: served.name,
        controller: ISTIO_CONTROLLER,
      });
  },
});
