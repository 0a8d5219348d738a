import { clientsOfApiRoute, defineRule, nameOf, routeToJudge, unsupportedFilters } from '@meshvet/core';

export const gatewayApiFilterUnsupported = defineRule({
  meta: {
    id: 'gateway-api-filter-unsupported',
    summary: 'A route at a Gateway of Istio has a filter that Istio does not know there.',
    why: 'Istio drops a route with such a filter as a whole, with the rules that have none: its status says InvalidFilter, and requests get 404.',
    fix: 'Take the filter out, or move it from the backend to the rule; what it does may be had from a VirtualService, an AuthorizationPolicy or a RequestAuthentication.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: ['gateway.networking.k8s.io/HTTPRoute', 'gateway.networking.k8s.io/GRPCRoute'],
    sources: [
      'istio/istio pilot/pkg/config/kube/gateway/conversion.go (convertHTTPRoute, convertGRPCRoute, buildHTTPDestination)',
      'istio/istio pilot/pkg/config/kube/gateway/route_collections.go (computeRoute)',
    ],
    messages: {
      rule: '{route}: Istio knows no filter {type} of {kind}s, and drops the route with all its rules.',
      backend:
        '{route}: at a backend Istio only takes filters that change headers; for {type} it drops the route with all its rules.',
      version:
        '{route}: Istio knows the filter {type} since {since}, and {version} drops the route with all its rules.',
    },
  },
  examples: {
    bad: [
      {
        title: 'an extension of some other controller, and a rewrite at a backend',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            rules:
              - filters:
                  - type: ExtensionRef #~ rule \`ExtensionRef\`
                    extensionRef: { group: example.com, kind: RateLimit, name: cart }
                backendRefs:
                  - name: cart
                    port: 80
                    filters:
                      - type: URLRewrite #~ backend
                        urlRewrite: { hostname: cart.example.com }
        `,
      },
    ],
    good: [
      {
        title: 'what Istio knows',
        yaml: `
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            rules:
              - filters:
                  - { type: URLRewrite, urlRewrite: { hostname: cart.example.com } }
                  - { type: RequestMirror, requestMirror: { backendRef: { name: cart-v2, port: 80 } } }
                  - { type: CORS, cors: { allowOrigins: [https://shop.example.com] } }
                backendRefs:
                  - name: cart
                    port: 80
                    filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { remove: [x-a] } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const route = routeToJudge(mesh, resource);
    const filters = route ? unsupportedFilters(mesh, resource) : [];
    if (!route || filters.length === 0 || !clientsOfApiRoute(mesh, route).some((client) => client.gateway)) return;
    const words = { route: nameOf(resource), kind: resource.kind };
    for (const { field, type, atBackend, since } of filters) {
      const at = field.at('type');
      const version = mesh.settings.istioVersion.join('.');
      if (since) report(at, 'version', { route: words.route, type, since, version });
      else report(at, atBackend ? 'backend' : 'rule', { ...words, type });
    }
  },
});
