import {
  defineRule,
  exportsOf,
  gatewayOf,
  isPatchedAt,
  isVisibleIn,
  lookupGateway,
  type Mesh,
  nameOf,
  type Resource,
  virtualServiceToJudge,
  workloadsOfGateway,
} from '@meshvet/core';
import { quoted } from '../shared/words/route-words.ts';

export const routeHiddenFromGateway = defineRule({
  meta: {
    id: 'route-hidden-from-gateway',
    summary: 'A VirtualService is bound to a Gateway whose pods run in a namespace that does not see it.',
    why: 'exportTo names the namespaces of the proxies that read a VirtualService; a gateway reads it with the eyes of the namespace that its pods run in, whatever namespace the Gateway object stands in, and answers 404 for what it does not see.',
    fix: 'Add the namespace of the gateway pods to exportTo, or leave exportTo out.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio.io/docs/reference/config/networking/virtual-service/#VirtualService (exportTo)',
      'istio/istio pilot/pkg/model/push_context.go: VirtualServicesForGateway',
    ],
    messages: {
      hidden:
        '{route} is exported to {exports}; the pods of {gateway} run in namespace {namespace} and do not see it, so requests get 404.',
    },
  },
  examples: {
    bad: [
      {
        title: 'for its own namespace alone, and the gateway runs in another one',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            exportTo: #~ hidden
              - .
            hosts: [shop.example.com]
            gateways: [front]
            http: [{ route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: istio-ingress }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { containers: [{ name: istio-proxy, image: auto }] }
        `,
      },
    ],
    good: [
      {
        title: 'the namespace of the pods is among them',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            exportTo: [istio-ingress]
            hosts: [shop.example.com]
            gateways: [front]
            http: [{ route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: istio-ingress }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { containers: [{ name: istio-proxy, image: auto }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService || virtualService.isDelegate || isPatchedAt(resource, 'spec', 'exportTo')) return;
    const exports = exportsOf(mesh, resource);
    if (!exports || exports.includes('*')) return;
    for (const reference of virtualService.gateways) {
      if (reference.mesh) continue;
      const lookup = lookupGateway(mesh, reference, resource);
      if (lookup.state !== 'found') continue;
      const namespaces = namespacesOfPods(mesh, lookup.value);
      const [namespace] = namespaces;
      if (namespace === undefined || namespaces.some((n) => isVisibleIn(mesh, resource, n) !== 'no')) continue;
      const [gateway] = lookup.value as readonly [Resource];
      const field = virtualService.spec.at('exportTo');
      report(
        field.hasValue ? field : reference.field,
        'hidden',
        {
          route: nameOf(resource),
          exports: exports.length > 0 ? quoted(exports) : 'nobody',
          gateway: nameOf(gateway),
          namespace: namespaces.join(', '),
        },
        { onKey: field.hasValue, related: [{ at: reference.field, note: 'the gateway' }] },
      );
    }
  },
});

// Where the pods of all manifests of a Gateway run; none where that is not known.
function namespacesOfPods(mesh: Mesh, variants: readonly Resource[]): readonly string[] {
  const namespaces = new Set<string>();
  for (const variant of variants) {
    const gateway = gatewayOf(mesh, variant);
    const { workloads, open } = gateway ? workloadsOfGateway(mesh, gateway) : { workloads: [], open: true };
    if (open || workloads.length === 0 || workloads.some((w) => mesh.assumesNamespace(w.resource))) return [];
    for (const { resource } of workloads) namespaces.add(resource.namespace ?? '');
  }
  return [...namespaces].sort();
}
