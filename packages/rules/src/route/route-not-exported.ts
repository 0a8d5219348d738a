import {
  boundGateways,
  defineRule,
  isPatchedAt,
  isVisibleIn,
  nameOf,
  namespacesOfPods,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routeNotExported = defineRule({
  meta: {
    id: 'route-not-exported',
    summary: 'A VirtualService is hidden from the gateway that it is bound to.',
    why: 'A gateway takes up the VirtualServices that its own namespace sees, which is that of its pods and not that of the Gateway object, so requests from outside get 404.',
    fix: 'Add the namespace of the gateway pods to exportTo, or leave exportTo out.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio/istio pilot/pkg/model/push_context.go (VirtualServicesForGateway, initVirtualServices)',
      'istio.io/docs/reference/config/networking/virtual-service/#VirtualService (exportTo)',
    ],
    messages: {
      hidden:
        '{route}: exportTo hides it from namespace {namespace}, where the pods of Gateway {gateway} run; the gateway has none of its routes.',
      byDefault:
        '{route}: by defaultVirtualServiceExportTo of MeshConfig namespace {namespace} does not see it, where the pods of Gateway {gateway} run; the gateway has none of its routes.',
    },
  },
  examples: {
    bad: [
      {
        title: 'kept to the namespace of the application, while the gateway runs elsewhere',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: edge }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart.example.com]
            gateways: [front]
            exportTo: ["."] #~ hidden
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
    good: [
      {
        title: 'the namespace of the pods is among those that see it',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: edge }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart.example.com]
            gateways: [front]
            exportTo: [".", edge]
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService || virtualService.isDelegate || isPatchedAt(resource, 'spec', 'gateways')) return;
    const exportTo = virtualService.spec.at('exportTo');
    for (const gateway of boundGateways(mesh, virtualService)) {
      if (!gateway.podsKnown) continue;
      const namespaces = namespacesOfPods(gateway);
      const hidden =
        namespaces.every((namespace) => isVisibleIn(mesh, resource, namespace) === 'no') &&
        !gateway.pods.some((pod) => mesh.assumesNamespace(pod.resource));
      if (!hidden) continue;
      const written = exportTo.items().length > 0;
      const pods = gateway.pods[0];
      report(
        written ? exportTo : gateway.reference.field,
        written ? 'hidden' : 'byDefault',
        { route: nameOf(resource), namespace: namespaces.join(', '), gateway: gateway.name },
        {
          related: pods
            ? [{ at: pods.resource.body.at('metadata').at('name'), note: 'these pods are the gateway' }]
            : [],
        },
      );
    }
  },
});
