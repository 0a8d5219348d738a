import { defineRule, mixedRoutes, nameOf } from '@meshvet/core';

export const ambientRoutesMixed = defineRule({
  meta: {
    id: 'ambient-routes-mixed',
    summary: 'A Service with a waypoint has a VirtualService, and a route of the Gateway API too.',
    why: 'Which of the two the waypoint follows is not defined, so one of them does nothing, and which one may change with a release.',
    fix: 'Keep one: for a waypoint the route of the Gateway API, since VirtualServices there are alpha.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    judgedAround: true,
    types: ['networking.istio.io/VirtualService'],
    since: '1.22',
    sources: [
      'istio.io: Use Layer 7 features (ambient)',
      'istio.io: Migrate policies (ambient)',
      'istio/istio pilot/pkg/networking/core/listener_waypoint.go (getVirtualServiceForWaypoint)',
    ],
    messages: {
      both: '{resource} is for {service}, which has a waypoint, and so is {route}: the waypoint follows one of the two, and which one is not defined.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a timeout in each',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: shop } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart] #~ both \`cart\`
            http: [{ timeout: 3s, route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ group: "", kind: Service, name: cart, port: 80 }]
            rules: [{ timeouts: { request: 5s }, backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
    ],
    good: [
      {
        title: 'one route for each Service',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: shop } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ group: "", kind: Service, name: cart, port: 80 }]
            rules: [{ timeouts: { request: 5s }, backendRefs: [{ name: cart, port: 80 }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    for (const { field, service, route, routeField } of mixedRoutes(mesh, resource)) {
      report(
        field,
        'both',
        { resource: nameOf(resource), service: nameOf(service), route: nameOf(route) },
        { related: [{ at: routeField, note: 'the other route for the Service' }] },
      );
    }
  },
});
