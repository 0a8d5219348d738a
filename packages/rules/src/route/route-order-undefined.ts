import {
  defineRule,
  isPatchedAt,
  matchesOrderedByAge,
  meshRouteOf,
  nameOf,
  placeOfMatch,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routeOrderUndefined = defineRule({
  meta: {
    id: 'route-order-undefined',
    summary: 'Two VirtualServices of one host on one gateway match the same requests.',
    why: 'A gateway puts the rules of both behind each other by the age of the objects, and the first that matches takes the request; whoever applies them in another order, or makes one anew, changes where requests go.',
    fix: 'Put both rules into one VirtualService in the order that is meant, let one delegate to the others, or give them paths that do not overlap.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayHTTPRouteConfig)',
      'istio/istio pilot/pkg/networking/core/route/route.go (SortVHostRoutes)',
      'istio.io/docs/ops/best-practices/traffic-management/#split-virtual-services',
    ],
    messages: {
      same: '{route}: {other} has the same match for host {host} on Gateway {gateway}; the older of the two takes the requests.',
      covered:
        '{route}: {other} matches all of these requests for host {host} on Gateway {gateway} too; if it is the older one, this match gets nothing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the prefix of one lies within that of the other',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: web, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http: [{ match: [{ uri: { prefix: /shop/ } }], route: [{ destination: { host: web } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: api, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http:
              - match:
                  - uri:
                      prefix: /shop/api/ #~ covered \`/shop/api/\`
                route: [{ destination: { host: api } }]
        `,
      },
    ],
    good: [
      {
        title: 'paths that do not overlap, and a rule for the rest, which comes last whatever its age',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: web, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http: [{ match: [{ uri: { prefix: / } }], route: [{ destination: { host: web } }] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: api, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [front]
            http: [{ match: [{ uri: { prefix: /api/ } }], route: [{ destination: { host: api } }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (!virtualServiceToJudge(mesh, resource) || isPatchedAt(resource, 'spec', 'http')) return;
    const route = meshRouteOf(mesh, resource);
    const told = new Set<string>();
    for (const one of (route && mesh.derive(matchesOrderedByAge).get(route)) ?? []) {
      const { match, other, otherMatch, same, host, gateway } = one;
      // A path of each of several hosts, or many paths below one of the other, are one finding for the other.
      const key = `${nameOf(other.resource)} ${same}`;
      if (told.has(key) || isPatchedAt(other.resource, 'spec', 'http')) continue;
      told.add(key);
      report(
        placeOfMatch(match),
        same ? 'same' : 'covered',
        { route: nameOf(resource), other: nameOf(other.resource), host, gateway },
        { related: [{ at: placeOfMatch(otherMatch), note: `the match of ${nameOf(other.resource)}` }] },
      );
    }
  },
});
