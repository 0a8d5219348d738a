import { defineRule, type Field, GATEWAY_ROUTE_TYPES, nameOf, refusedParents, routeToJudge } from '@meshvet/core';
import { listenersOf, parentText } from '../shared/words/gateway-api-words.ts';
import { quoted } from '../shared/words/route-words.ts';

export const gatewayApiParentHostnameMismatch = defineRule({
  meta: {
    id: 'gateway-api-parent-hostname-mismatch',
    summary: 'A route of the Gateway API has no hostname in common with the listeners of its parent.',
    why: 'A listener takes a route only where their hostnames meet; this route is not accepted, and requests for its hosts get 404.',
    fix: 'Write a hostname that the listener covers, or widen that of the listener: *.example.com covers what ends in it, and none at all covers everything.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: GATEWAY_ROUTE_TYPES,
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#listener',
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (referenceAllowed)',
    ],
    messages: {
      mismatch: '{route}: {parent} listens for {served}, and the route is for {hostnames}; it is not attached.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a wildcard does not cover the domain itself',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP, hostname: "*.example.com" }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            hostnames:
              - example.com #~ mismatch \`example.com\`
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
    ],
    good: [
      {
        title: 'one hostname in common is enough, and a wildcard may stand on either side',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            hostnames: [other.example.org, "*.example.com"]
            rules: [{ backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const route = routeToJudge(mesh, resource);
    if (!route) return;
    const hostnames = route.spec.at('hostnames');
    const [only, ...others] = hostnames.items() as Field[];
    for (const { parent, gateway, attachment } of refusedParents(mesh, route)) {
      if (attachment.why !== 'hostname') continue;
      const served = quoted(attachment.listeners.map((l) => l.hostname ?? ''));
      const words = {
        route: nameOf(resource),
        parent: parentText(parent),
        served,
        hostnames: quoted(route.hostnames ?? []),
      };
      report(only && others.length === 0 ? only : hostnames, 'mismatch', words, { related: [listenersOf(gateway)] });
    }
  },
});
