import {
  defineRule,
  type Field,
  GATEWAY_ROUTE_TYPES,
  nameOf,
  routeToJudge,
  type SameMatch,
  sameMatchesOf,
  twoKindsOf,
} from '@meshvet/core';
import { parentText } from '../shared/words/gateway-api-words.ts';

export const gatewayApiRoutesCollide = defineRule({
  meta: {
    id: 'gateway-api-routes-collide',
    summary: 'Two routes ask for the same requests or connections of one listener, or of one Service.',
    why: 'Rules of all routes of a hostname stand in one order: of two that ask for just the same the older route gets everything, and of an HTTPRoute and a GRPCRoute for one hostname only the older is accepted.',
    fix: 'Keep one of the two rules, or tell them apart by hostname, path, header or listener; give gRPC a hostname of its own, or write an HTTPRoute for both.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: GATEWAY_ROUTE_TYPES,
    sources: [
      'gateway-api.sigs.k8s.io/reference/spec/#httprouterule',
      'gateway-api.sigs.k8s.io/api-types/grpcroute/#cross-serving',
      'istio/istio pilot/pkg/config/kube/gateway/route_collections.go (mergeHTTPRoutes)',
      'istio/istio pilot/pkg/networking/core/gateway.go (buildGatewayNetworkFiltersFromTCPRoutes)',
      'istio.io: 1.30 change notes (HTTPRoute and GRPCRoute on one hostname)',
    ],
    messages: {
      same: '{route}: {other} has a rule for {what} at {place} as well; only the rule of the older of the two routes gets any.',
      kinds:
        '{route}: {other} is for {host} at {place} as well, and of an HTTPRoute and a GRPCRoute for one hostname only the older is accepted{istio}.',
      covered:
        '{route}: {other} is for {host} at {place} as well, and takes every path; Istio puts that before this rule, which gets no call, and other implementations accept only one of the two routes.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a copy that nobody took away',
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
            hostnames: [shop.example.com]
            rules:
              - matches: [{ path: { type: PathPrefix, value: /cart } }]
                backendRefs: [{ name: cart, port: 80 }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart-new, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            hostnames: [shop.example.com]
            rules:
              - matches: #~ same
                  - path: { type: PathPrefix, value: /cart/ }
                backendRefs: [{ name: cart-new, port: 80 }]
        `,
      },
      {
        title: 'gRPC and pages under one hostname',
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
          metadata: { name: pages, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            hostnames: [shop.example.com]
            rules: [{ backendRefs: [{ name: pages, port: 80 }] }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: GRPCRoute
          metadata: { name: calls, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            hostnames:
              - shop.example.com
            rules:
              - backendRefs: [{ name: calls, port: 9000 }] #~ covered
        `,
      },
    ],
    good: [
      {
        title: 'other paths, and a hostname of its own for gRPC',
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
          metadata: { name: pages, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            hostnames: [shop.example.com]
            rules: [{ backendRefs: [{ name: pages, port: 80 }] }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: { name: cart, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            hostnames: [shop.example.com]
            rules:
              - matches: [{ path: { type: PathPrefix, value: /cart } }]
                backendRefs: [{ name: cart, port: 80 }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: GRPCRoute
          metadata: { name: calls, namespace: shop }
          spec:
            parentRefs: [{ name: front }]
            hostnames: [grpc.shop.example.com]
            rules: [{ backendRefs: [{ name: calls, port: 9000 }] }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (!routeToJudge(mesh, resource)) return;
    const route = nameOf(resource);
    for (const same of sameMatchesOf(mesh, resource)) {
      const { claim, other, place } = same;
      const at = claim.field.at('matches').hasValue ? claim.field.at('matches') : claim.field;
      const words = { route, other: nameOf(other.resource), what: requestsText(same), place: placeText(place) };
      report(at, 'same', words, { related: [{ at: other.field, note: `the rule of ${nameOf(other.resource)}` }] });
    }
    const told = new Set<Field>();
    for (const { grpc, http, host, covered, ofIstio } of twoKindsOf(mesh, resource)) {
      const other = http.route.resource;
      const shown = host === '*' ? 'every hostname' : `hostname ${host}`;
      const words = { route, other: nameOf(other), host: shown, place: placeText(grpc.place) };
      const related = [{ at: other.body.at('spec'), note: nameOf(other) }];
      const merges = ofIstio && mesh.istioAtLeast('1.30');
      const fields = covered.length > 0 ? covered : [fieldOfHosts(resource.body.at('spec'))];
      for (const field of fields) {
        if (told.has(field)) continue;
        told.add(field);
        if (covered.length > 0) report(field, 'covered', words, { related });
        else report(field, 'kinds', { ...words, istio: merges ? ' (Istio serves both since 1.30)' : '' }, { related });
      }
    }
  },
});

function fieldOfHosts(spec: Field): Field {
  return spec.at('hostnames').hasValue ? spec.at('hostnames') : spec.at('parentRefs');
}

function placeText(place: SameMatch['place']): string {
  if (!('listener' in place)) return parentText(place);
  return `listener "${place.listener.name}" of ${nameOf(place.gateway.resource)}`;
}

function requestsText({ claim, host, place }: SameMatch): string {
  const name = host === '*' ? 'any hostname' : host;
  if (!claim.rule) return claim.resource.kind === 'TCPRoute' ? 'every connection' : `connections to ${name}`;
  const { path, method, headers, query } = claim.rule;
  const text = 'text' in path ? path.text : '';
  const paths =
    text === '/' && path.kind === 'parts' ? 'every path' : `${path.kind === 'exact' ? 'path' : 'paths'} ${text}`;
  const more = [...(method ? ['method'] : []), ...[...headers, ...query].map((m) => m.name)];
  const same = more.length > 0 ? ` with the same ${more.slice(0, 4).join(', ')}` : '';
  return `${paths}${'listener' in place ? ` of ${name}` : ''}${same}`;
}
