import { defineRule, GATEWAY_ROUTE_TYPES, nameOf, refusedParents, routeToJudge } from '@meshvet/core';
import { listenersOf, listenersText, parentText } from '../shared/words/gateway-api-words.ts';

export const gatewayApiParentRefusesRoute = defineRule({
  meta: {
    id: 'gateway-api-parent-refuses-route',
    summary: 'No listener of the parent takes a route of this kind, or of this namespace.',
    why: 'The protocol of a listener and its allowedRoutes say which routes it takes, by default only those of its own namespace; others are not accepted and route nothing.',
    fix: 'Allow the kind or the namespace in allowedRoutes of the listener, or attach the route to a listener that takes it.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: GATEWAY_ROUTE_TYPES,
    codes: ['KIA1401'],
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#allowedroutes',
      'istio/istio pilot/pkg/config/kube/gatewaycommon/conversion.go (GenerateGatewaySupportedKinds)',
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (namespacesFromSelector)',
      'kiali business/checkers/k8shttproutes/no_k8sgateway_checker.go',
    ],
    messages: {
      kind: '{route}: {parent} takes {kinds} on {listeners}, and no {kind}; the route is not attached.',
      namespace:
        '{route}: {parent} takes no routes of namespace {namespace} on {listeners}; the route is not attached.',
    },
  },
  examples: {
    bad: [
      {
        title: 'routes of another namespace, which nobody allows by default',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs:
              - name: front #~ namespace \`front\`
                namespace: edge
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
      {
        title: 'a TLSRoute on a listener that ends TLS and speaks HTTP behind it',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners:
              - { name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: TLSRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs:
              - name: front #~ kind
            rules: [{ backendRefs: [{ name: cart, port: 443 }] }]
        `,
      },
    ],
    good: [
      {
        title: 'the namespace is allowed by a label',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { public: "true" } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            gatewayClassName: istio
            listeners:
              - name: http
                port: 80
                protocol: HTTP
                allowedRoutes: { namespaces: { from: Selector, selector: { matchLabels: { public: "true" } } } }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front, namespace: edge }]
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const route = routeToJudge(mesh, resource);
    if (!route) return;
    for (const { parent, gateway, attachment } of refusedParents(mesh, route)) {
      const listeners = listenersText(attachment.listeners);
      const words = { route: nameOf(resource), parent: parentText(parent), listeners };
      const related = [listenersOf(gateway)];
      if (attachment.why === 'kind') {
        const kinds = [...new Set(attachment.listeners.flatMap((l) => l.kinds ?? []))].sort();
        const taken = kinds.length === 0 ? 'nothing' : kinds.join(' and ');
        report(parent.nameField, 'kind', { ...words, kinds: taken, kind: resource.kind }, { codes: [], related });
      }
      if (attachment.why === 'namespace')
        report(parent.nameField, 'namespace', { ...words, namespace: resource.namespace ?? '' }, { related });
    }
  },
});
