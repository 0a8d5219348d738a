import {
  type Client,
  clientsOfApiRoute,
  clientsOfRoute,
  type Destination,
  defineRule,
  destinationUpstream,
  type Field,
  hostNameOf,
  isForMesh,
  isPatchedAt,
  type Mesh,
  nameOf,
  routeToJudge,
  settledRoutes,
  type Upstream,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';

const API_ROUTES = ['gateway.networking.k8s.io/GRPCRoute', 'gateway.networking.k8s.io/HTTPRoute'];

export const routePlainToHttps = defineRule({
  meta: {
    id: 'route-plain-to-https',
    summary: 'An http rule sends plain HTTP to a port that expects TLS.',
    why: 'A proxy that reads requests has ended TLS before, and begins it again only where a DestinationRule (SIMPLE, MUTUAL) or a BackendTLSPolicy says so; a server that expects TLS answers plain HTTP with 400, or closes.',
    fix: 'Begin TLS in a DestinationRule for the host (trafficPolicy.tls.mode SIMPLE), with the Gateway API in a BackendTLSPolicy, send to the plain port of the servers, or pass TLS through (mode PASSTHROUGH and tls rules).',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService', ...API_ROUTES],
    sources: [
      'istio.io/docs/ops/common-problems/network-issues/#tls-configuration-mistakes',
      'istio.io/docs/ops/configuration/traffic-management/tls-configuration/#gateways',
      'istio/istio pilot/pkg/networking/core/cluster_tls.go',
    ],
    messages: {
      declared:
        '{route} sends plain HTTP to port {port} of {target}, which is declared {protocol}; {because}, so its servers get no TLS.',
      external:
        '{route} sends plain HTTP to port {port} of {target} outside the mesh, the port of HTTPS; {because}, so its servers get no TLS.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a gateway ends TLS, and a host outside wants it',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: edge }
          spec:
            hosts: [api.example.net]
            location: MESH_EXTERNAL
            resolution: DNS
            ports: [{ number: 443, name: https, protocol: HTTPS }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: api, namespace: edge }
          spec:
            hosts: [api.example.com]
            gateways: [front]
            http:
              - route:
                  - destination:
                      host: api.example.net
                      port: { number: 443 } #~ declared
        `,
      },
    ],
    good: [
      {
        title: 'a DestinationRule begins TLS',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: api, namespace: edge }
          spec:
            hosts: [api.example.net]
            location: MESH_EXTERNAL
            resolution: DNS
            ports: [{ number: 443, name: https, protocol: HTTPS }]
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: api, namespace: edge }
          spec:
            host: api.example.net
            trafficPolicy: { tls: { mode: SIMPLE, sni: api.example.net } }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: api, namespace: edge }
          spec:
            hosts: [api.example.com]
            gateways: [front]
            http:
              - route:
                  - destination: { host: api.example.net, port: { number: 443 } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const here = mesh.around(resource);
    if (!here || mesh.assumesNamespace(resource)) return;
    const virtualService = virtualServiceToJudge(here, resource);
    const clients = virtualService ? clientsOfRoute(here, virtualService).map((c) => c.client) : [];
    for (const rule of virtualService ? settledRoutes(virtualService) : []) {
      if (rule.kind !== 'http') continue;
      for (const destination of rule.destinations) {
        const hit = plainUpstream(here, clients, destination);
        if (!hit || !virtualService || neverApplies(virtualService, hit.upstream.host)) continue;
        tell(destination.portField.hasValue ? destination.portField : destination.hostField, hit);
      }
    }
    const route = API_ROUTES.includes(resource.type) ? routeToJudge(here, resource) : undefined;
    // Between pods the rules of a port that is declared TLS are not read.
    const gateways = route ? clientsOfApiRoute(here, route).filter((client) => client.gateway) : [];
    for (const backend of route && gateways.length > 0 ? route.backends : []) {
      const { name, namespace, port, portField, nameField, isMirror } = backend;
      if (isMirror || port === undefined) continue;
      const space = backend.kind === 'Hostname' ? (resource.namespace ?? '') : namespace;
      const hit = plainUpstream(here, gateways, { host: hostNameOf(here, name, space), port, subset: undefined });
      if (hit) tell(portField.hasValue ? portField : nameField, hit);
    }

    function tell(at: Field, { upstream, because }: PlainUpstream): void {
      const { port, host } = upstream;
      const words = { route: nameOf(resource), port: port.number, target: nameOf(host.resource), because };
      const options = {
        severity: mesh.settings.closedWorld ? ('error' as const) : ('warning' as const),
        related: [
          { at: port.field, note: `the port of ${nameOf(host.resource)}` },
          ...upstream.passedOver.slice(0, 2).map(({ resource: other, field }) => ({
            at: field ?? other.body,
            note: `${nameOf(other)} does not hold`,
          })),
        ],
      };
      if (isTls(upstream)) report(at, 'declared', { ...words, protocol: port.protocol }, options);
      else report(at, 'external', words, options);
    }
  },
});

interface PlainUpstream {
  readonly upstream: Upstream;
  readonly because: string;
}

function isTls({ port }: Upstream): boolean {
  return port.protocol === 'HTTPS' || port.protocol === 'TLS';
}

/** Where a destination gets plain HTTP and wants TLS, for every proxy that follows the rule. */
function plainUpstream(
  mesh: Mesh,
  clients: readonly Client[],
  destination: Pick<Destination, 'host' | 'port' | 'subset'>,
): PlainUpstream | undefined {
  let hit: PlainUpstream | undefined;
  for (const client of clients) {
    const upstream = destinationUpstream(mesh, client, destination);
    if (!upstream || 'missing' in upstream || !wantsTls(upstream) || mayBeginTls(upstream)) return undefined;
    const { host: known } = upstream;
    const { tls } = upstream;
    if (tls?.mode === 'SIMPLE' || tls?.mode === 'MUTUAL' || tls?.mode === 'UNKNOWN') return undefined;
    if (mesh.derive(policyTargets).has(known.resource.name)) return undefined;
    hit ??= {
      upstream,
      because: tls
        ? `the DestinationRule that holds says tls mode ${tls.mode}`
        : upstream.passedOver.length > 0
          ? 'no DestinationRule that holds for it begins TLS'
          : 'no DestinationRule begins TLS',
    };
  }
  return hit;
}

function wantsTls(upstream: Upstream): boolean {
  const { host, port } = upstream;
  return isTls(upstream) || (host.external && host.resolution === 'dns' && (port.target ?? port.number) === 443);
}

// A later step may still write what is missing.
function mayBeginTls({ rule }: Upstream): boolean {
  return rule?.rules.some((r) => isPatchedAt(r.resource, 'spec', 'trafficPolicy')) ?? false;
}

// Sidecars read no http rules where a host has no port for HTTP; another rule tells that.
function neverApplies(virtualService: VirtualService, known: Upstream['host']): boolean {
  return (
    isForMesh(virtualService) &&
    virtualService.hosts.some((h) => h.name.fqdn === known.host) &&
    known.ports.every((p) => p.protocol === 'HTTPS' || p.protocol === 'TLS')
  );
}

// Names of Services and ServiceEntries towards which a BackendTLSPolicy begins TLS.
function policyTargets(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh
      .ofType('gateway.networking.k8s.io/BackendTLSPolicy')
      .flatMap((r) => [...r.body.at('spec').at('targetRefs').items()])
      .flatMap((ref) => ref.at('name').string() ?? []),
  );
}
