import { defineRule, ISTIO_CONTROLLER, ingressClassOf, isIngress, nameOf } from '@meshvet/core';

export const routeIngressClass = defineRule({
  meta: {
    id: 'route-ingress-class',
    summary: 'An Ingress is meant for Istio, and nothing makes Istio serve it.',
    why: 'Istio reads ingressClassName only through an IngressClass that names its controller, so nobody serves the Ingress.',
    fix: 'Add an IngressClass with controller istio.io/ingress-controller or the annotation kubernetes.io/ingress.class: istio.',
    severity: 'info',
    about: 'istio',
    subject: 'resource',
    types: ['networking.k8s.io/Ingress'],
    sources: [
      'istio.io/docs/tasks/traffic-management/ingress/kubernetes-ingress/',
      'istio/istio pilot/pkg/config/kube/ingress (shouldProcessIngressWithClass)',
    ],
    messages: {
      noController:
        '{ingress}: no IngressClass {name} with controller {controller} was read, and Istio serves the name for nothing else.',
    },
  },
  examples: {
    bad: [
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
    if (served.served !== 'unknown' || !mesh.settings.closedWorld) return;
    report(served.field, 'noController', {
      ingress: nameOf(resource),
      name: served.name,
      controller: ISTIO_CONTROLLER,
    });
  },
});
