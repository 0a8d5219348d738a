import {
  clientsOfRoute,
  type Destination,
  defineRule,
  destinationUpstream,
  isForMesh,
  isPatchedAt,
  type Mesh,
  nameOf,
  type RouteClient,
  settledRoutes,
  type Upstream,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';

export const routePlainToHttps = defineRule({
  meta: {
    id: 'route-plain-to-https',
    summary: 'An http rule sends plain HTTP to a port that expects TLS.',
    why: 'The proxy reads the requests, so it has ended TLS before; it begins TLS again only where a DestinationRule says SIMPLE or MUTUAL. A server that expects TLS answers plain HTTP with 400, or closes the connection.',
    fix: 'Begin TLS in a DestinationRule for the host (trafficPolicy.tls.mode SIMPLE), send to the plain port of the servers, or pass TLS through (mode PASSTHROUGH and tls rules).',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
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
    const virtualService = here && virtualServiceToJudge(here, resource);
    if (!virtualService || mesh.assumesNamespace(resource)) return;
    const clients = clientsOfRoute(here, virtualService);
    for (const rule of settledRoutes(virtualService)) {
      if (rule.kind !== 'http') continue;
      for (const destination of rule.destinations) {
        const hit = plainUpstream(here, virtualService, clients, destination);
        if (!hit) continue;
        const { upstream, because } = hit;
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
        const at = destination.portField.hasValue ? destination.portField : destination.hostField;
        if (isTls(upstream)) report(at, 'declared', { ...words, protocol: port.protocol }, options);
        else report(at, 'external', words, options);
      }
    }
  },
});

function isTls({ port }: Upstream): boolean {
  return port.protocol === 'HTTPS' || port.protocol === 'TLS';
}

/** Where a destination gets plain HTTP and wants TLS, for every proxy that follows the rule. */
function plainUpstream(
  mesh: Mesh,
  virtualService: VirtualService,
  clients: readonly RouteClient[],
  destination: Destination,
): { readonly upstream: Upstream; readonly because: string } | undefined {
  let hit: { readonly upstream: Upstream; readonly because: string } | undefined;
  for (const { client } of clients) {
    const upstream = destinationUpstream(mesh, client, destination);
    if (!upstream || 'missing' in upstream || !wantsTls(upstream) || mayBeginTls(upstream)) return undefined;
    const { host: known } = upstream;
    if (neverApplies(virtualService, known)) return undefined;
    const { tls } = upstream;
    if (tls?.mode === 'SIMPLE' || tls?.mode === 'MUTUAL' || tls?.mode === 'UNKNOWN') return undefined;
    if (known.service && mesh.derive(policyTargets).has(known.service.resource.name)) return undefined;
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

// Names of Services towards which a BackendTLSPolicy begins TLS.
function policyTargets(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh
      .ofType('gateway.networking.k8s.io/BackendTLSPolicy')
      .flatMap((r) => [...r.body.at('spec').at('targetRefs').items()])
      .flatMap((ref) => ref.at('name').string() ?? []),
  );
}
