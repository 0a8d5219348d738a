import {
  defineRule,
  type Gateway,
  gatewayOf,
  isPatchedAt,
  lookupGateway,
  type Mesh,
  nameOf,
  type OpenServer,
  onlyRedirects,
  type Resource,
  type Route,
  routeAtGateway,
  routesForServer,
  type ServerForRoute,
  seesHttp,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';
import { quoted } from '../shared/words/route-words.ts';

export const routeGatewayKind = defineRule({
  meta: {
    id: 'route-gateway-kind',
    summary: 'A VirtualService has rules of a kind that the servers of its Gateway do not read.',
    why: 'A server that sees the requests reads http rules, one that passes TLS through reads tls rules, and all others tcp rules; what it does not read it does not have, so it answers 404, closes the connection, or opens no port at all.',
    fix: 'Write rules of the kind that the server reads, or change its protocol and TLS mode: HTTP, or HTTPS with SIMPLE or MUTUAL for http rules, PASSTHROUGH for tls rules, TCP for tcp rules.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    sources: [
      'istio/istio pilot/pkg/networking/core/gateway.go: buildGatewayTCPBasedFilterChains',
      'istio.io/docs/ops/common-problems/network-issues/#tls-configuration-mistakes',
      'istio.io/docs/reference/config/networking/virtual-service/#VirtualService',
    ],
    messages: {
      none: '{route}: {server} of {gateway} reads {taken} rules, and {hosts} has {written} rules alone; {outcome}.',
      redirect:
        '{route}: {server} of {gateway} reads {taken} rules, and {hosts} has http rules alone, which only plain HTTP that is sent to HTTPS would read; {outcome}.',
      other: '{route}: {server} of {gateway} reads {taken} rules, and nothing has any for {hosts}; {outcome}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'http rules where TLS is passed through, tls rules where it ends, http rules for TCP',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: tls, protocol: TLS }
                hosts: [pay.example.com]
                tls: { mode: PASSTHROUGH }
              - port: { number: 8443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: SIMPLE, credentialName: shop }
              - port: { number: 5432, name: tcp-db, protocol: TCP }
                hosts: [db.example.com]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: pay, namespace: shop }
          spec:
            hosts: [pay.example.com]
            gateways:
              - edge/front
            http: #~ none
              - route: [{ destination: { host: pay } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: shop, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [edge/front]
            tls: #~ none
              - match: [{ sniHosts: [shop.example.com] }]
                route: [{ destination: { host: shop } }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: db, namespace: shop }
          spec:
            hosts: [db.example.com]
            gateways: [edge/front]
            http: #~ none
              - route: [{ destination: { host: db } }]
        `,
      },
    ],
    good: [
      {
        title: 'a server of each kind, and rules for both',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: [pay.example.com]
              - port: { number: 443, name: tls, protocol: TLS }
                hosts: [pay.example.com]
                tls: { mode: PASSTHROUGH }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: pay, namespace: shop }
          spec:
            hosts: [pay.example.com]
            gateways: [edge/front]
            http: [{ route: [{ destination: { host: pay, port: { number: 80 } } }] }]
            tls:
              - match: [{ sniHosts: [pay.example.com] }]
                route: [{ destination: { host: pay, port: { number: 443 } } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    if (!virtualService || virtualService.isDelegate || !isWhole(virtualService)) return;
    const kinds = [...new Set(virtualService.routes.map((r) => r.kind))];
    const [kind] = kinds;
    if (!kind || mesh.assumesNamespace(resource)) return;
    for (const reference of virtualService.gateways) {
      if (reference.mesh) continue;
      const lookup = lookupGateway(mesh, reference, resource);
      const variants = lookup.state === 'found' ? lookup.value.map((r) => judged(mesh, virtualService, r)) : [];
      // Whatever overlay is applied: the mildest of its Gateways decides.
      const [first] = variants.sort((a, b) => rank(a) - rank(b));
      if (!first?.verdict || !first.server) continue;
      const { server, verdict, gateway } = first;
      const words = {
        route: nameOf(resource),
        gateway: nameOf(gateway.resource),
        server: serverText(server.server),
        taken: server.kind ?? '',
        written: kinds.join(' and '),
        hosts: quoted(server.hosts),
        outcome: OUTCOMES[server.kind ?? 'http'],
      };
      const options = {
        related: [{ at: server.server.server.field.at('port'), note: `this server of ${nameOf(gateway.resource)}` }],
        ...(verdict === 'other' ? { severity: 'warning' as const } : {}),
      };
      report(virtualService.spec.at(kind), verdict, words, { ...options, onKey: true });
    }
  },
});

const OUTCOMES: Readonly<Record<Route['kind'], string>> = {
  http: 'requests get 404',
  tls: 'connections are reset',
  tcp: 'nothing listens on the port',
};

// What a later step may add is not known to be missing.
function isWhole({ resource, spec }: VirtualService): boolean {
  return (
    (['hosts', 'gateways', 'http', 'tcp', 'tls'] as const).every(
      (key) => !isPatchedAt(resource, 'spec', key) && (!spec.at(key).hasValue || spec.at(key).isList),
    ) &&
    (spec.at('hosts').items() as readonly { string(): string | undefined }[]).every((h) => h.string() !== undefined)
  );
}

interface Judged {
  readonly gateway: Gateway;
  readonly verdict: 'none' | 'redirect' | 'other' | undefined;
  readonly server: ServerForRoute | undefined;
}

function rank(judged: Judged | undefined): number {
  return ['none', 'redirect', 'other'].indexOf(judged?.verdict ?? '') < 0 ? -1 : judged?.verdict === 'other' ? 0 : 1;
}

function judged(mesh: Mesh, virtualService: VirtualService, resource: Resource): Judged | undefined {
  const gateway = gatewayOf(mesh, resource);
  if (!gateway?.serversKnown || mesh.assumesNamespace(resource)) return undefined;
  const all = routeAtGateway(mesh, virtualService, gateway);
  const silent = { gateway, verdict: undefined, server: undefined };
  // A server that finds its way alone, or of which the kind is filled in later.
  if (all.length === 0 || all.some((s) => s.kind === undefined || !isReadable(s.server))) return silent;
  const heard = all.filter((s) => s.rules.length > 0);
  const deaf = all.filter((s) => s.rules.length === 0 && !hasKind(virtualService, s.kind));
  if (deaf.length === 0) return silent;
  if (heard.length === 0) return { gateway, verdict: deaf.length === all.length ? 'none' : undefined, server: deaf[0] };
  const tls = deaf.find((s) => s.kind === 'tls' && !isServed(mesh, virtualService, s));
  if (heard.every((s) => onlyRedirects(s.server)) && tls) return { gateway, verdict: 'redirect', server: tls };
  // For a host that is named in both, and not by a pattern.
  const exact = deaf.find((s) => s.hosts.some((h) => isNamed(h, s.server)) && !isServed(mesh, virtualService, s));
  return { gateway, verdict: exact ? 'other' : undefined, server: exact };
}

function hasKind({ routes }: VirtualService, kind: Route['kind'] | undefined): boolean {
  return routes.some((r) => r.kind === kind);
}

function isReadable({ server }: OpenServer): boolean {
  const mode = server.tls.at('mode');
  return server.protocol !== undefined && server.port !== undefined && (!mode.hasValue || mode.string() !== undefined);
}

function isNamed(host: string, { server }: OpenServer): boolean {
  return !host.includes('*') && server.hosts.some((h) => h.host === host);
}

// Another VirtualService of the Gateway may have the rules.
function isServed(mesh: Mesh, own: VirtualService, { server }: ServerForRoute): boolean {
  return routesForServer(mesh, server).some((resource) => resource !== own.resource);
}

function serverText(server: OpenServer): string {
  const { port, protocol } = server.server;
  return `port ${port} (${protocol}${server.mode && !seesHttp(server) ? `, ${server.mode}` : ''})`;
}
