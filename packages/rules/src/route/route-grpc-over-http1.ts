import {
  type Client,
  clientsOfApiRoute,
  clientsOfRoute,
  type Destination,
  defineRule,
  destinationUpstream,
  type Field,
  hostNameOf,
  httpVersionTo,
  type Mesh,
  nameOf,
  type Route,
  routeToJudge,
  settledRoutes,
  spokenProtocol,
  type Upstream,
  virtualServiceToJudge,
} from '@meshvet/core';

const API_ROUTES = ['gateway.networking.k8s.io/GRPCRoute', 'gateway.networking.k8s.io/HTTPRoute'];

export const routeGrpcOverHttp1 = defineRule({
  meta: {
    id: 'route-grpc-over-http1',
    summary: 'A rule sends gRPC to a port to which the proxies speak HTTP/1.1.',
    why: 'gRPC needs HTTP/2. A proxy speaks HTTP/1.1 to a port that is declared HTTP, and a gateway also to one whose protocol nobody declared, since gateways detect none; the servers refuse it, and callers see UNAVAILABLE or 502.',
    fix: 'Name the Service port grpc-<suffix>, or set appProtocol: grpc.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService', ...API_ROUTES],
    since: '1.3',
    sources: [
      'istio.io: Protocol Selection',
      'istio/istio pilot/pkg/networking/core/cluster_builder.go, setUpstreamProtocol',
    ],
    messages: {
      undeclared:
        '{route} sends gRPC ({evidence}) through a gateway to port {port} of {target}, which declares no protocol: gateways detect none and speak HTTP/1.1 to it, which gRPC cannot use.',
      declared:
        '{route} sends gRPC ({evidence}) to port {port} of {target}, which is declared HTTP: proxies speak HTTP/1.1 to it, which gRPC cannot use; it takes HTTP/2.',
    },
  },
  examples: {
    bad: [
      {
        title: 'pods of the mesh detect HTTP/2, a gateway does not',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: greeter, namespace: hello }
          spec: { selector: { app: greeter }, ports: [{ port: 50051 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: greeter, namespace: hello }
          spec:
            hosts: [hello.example.com]
            gateways: [front]
            http:
              - match: [{ uri: { prefix: /hello.v1.Greeter/ } }]
                route: [{ destination: { host: greeter } }] #~ undeclared
        `,
      },
      {
        title: 'a GRPCRoute to a port that is declared HTTP',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: greeter, namespace: hello }
          spec: { selector: { app: greeter }, ports: [{ name: http-rpc, port: 9000 }] }
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: Gateway
          metadata: { name: front, namespace: hello }
          spec:
            gatewayClassName: istio
            listeners: [{ name: http, port: 80, protocol: HTTP }]
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: GRPCRoute
          metadata: { name: greeter, namespace: hello }
          spec:
            parentRefs: [{ name: front }]
            rules:
              - backendRefs:
                  - name: greeter
                    port: 9000 #~ declared \`9000\`
        `,
      },
      {
        title: 'declared HTTP, and the probe of the pods speaks gRPC',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: greeter, namespace: hello }
          spec: { selector: { app: greeter }, ports: [{ name: http, port: 80, targetPort: 50051 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: greeter, namespace: hello }
          spec:
            selector: { matchLabels: { app: greeter } }
            template:
              metadata: { labels: { app: greeter } }
              spec: { containers: [{ name: greeter, image: greeter, readinessProbe: { grpc: { port: 50051 } } }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: greeter, namespace: hello }
          spec:
            hosts: [greeter]
            http: [{ route: [{ destination: { host: greeter } }] }] #~ declared
        `,
      },
    ],
    good: [
      {
        title: 'the port is declared, or a DestinationRule upgrades it',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: greeter, namespace: hello }
          spec: { selector: { app: greeter }, ports: [{ name: grpc, port: 50051 }, { port: 50052, name: other }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: greeter, namespace: hello }
          spec: { host: greeter, trafficPolicy: { portLevelSettings: [{ port: { number: 50052 }, connectionPool: { http: { h2UpgradePolicy: UPGRADE } } }] } }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: greeter, namespace: hello }
          spec:
            hosts: [hello.example.com]
            gateways: [front]
            http:
              - match: [{ uri: { prefix: /hello.v1.Greeter/ } }]
                route: [{ destination: { host: greeter, port: { number: 50051 } } }]
              - match: [{ uri: { prefix: /hello.v1.Other/ } }]
                route: [{ destination: { host: greeter, port: { number: 50052 } } }]
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
        const upstream = spokenAsHttp1(here, clients, destination);
        const evidence = upstream && grpcEvidence(here, pathsOf(rule), upstream);
        const { portField, hostField } = destination;
        if (evidence) tell(portField.hasValue ? portField : hostField, upstream, evidence);
      }
    }
    const route = API_ROUTES.includes(resource.type) ? routeToJudge(here, resource) : undefined;
    const proxies = route ? clientsOfApiRoute(here, route) : [];
    for (const backend of route && proxies.length > 0 ? route.backends : []) {
      const { name, namespace, port, portField, nameField, isMirror } = backend;
      if (isMirror || port === undefined) continue;
      const own = resource.namespace ?? '';
      const host = backend.kind === 'Hostname' ? hostNameOf(here, name, own) : hostNameOf(here, name, namespace);
      const upstream = spokenAsHttp1(here, proxies, { host, port, subset: undefined });
      const evidence =
        resource.kind === 'GRPCRoute'
          ? { text: 'a GRPCRoute', field: resource.body.at('kind') }
          : upstream && grpcEvidence(here, pathsOfApi(backend.field), upstream);
      if (upstream && evidence) tell(portField.hasValue ? portField : nameField, upstream, evidence);
    }

    function tell(at: Field, { port, host }: Upstream, evidence: Evidence): void {
      const words = {
        route: nameOf(resource),
        evidence: evidence.text,
        port: port.number,
        target: nameOf(host.resource),
      };
      report(at, port.protocol === 'HTTP' ? 'declared' : 'undeclared', words, {
        severity: mesh.settings.closedWorld ? 'error' : 'warning',
        related: [
          { at: port.field, note: `the port of ${nameOf(host.resource)}` },
          { at: evidence.field, note: 'gRPC' },
        ],
      });
    }
  },
});

interface Evidence {
  readonly text: string;
  readonly field: Field;
}

/** Where a destination leads, if all proxies that may speak HTTP/1.1 to it do. */
function spokenAsHttp1(
  mesh: Mesh,
  clients: readonly Client[],
  destination: Pick<Destination, 'host' | 'port' | 'subset'>,
): Upstream | undefined {
  let found: Upstream | undefined;
  for (const client of clients) {
    const upstream = destinationUpstream(mesh, client, destination);
    if (!upstream || 'missing' in upstream || !upstream.host.portsKnown) return undefined;
    if (upstream.port.servicePort?.unreadable) return undefined;
    // Sidecars detect what their application speaks: of them nothing is said, and the gateways count.
    if (upstream.port.protocol === 'auto' && !client.gateway) continue;
    if (httpVersionTo(mesh, client, upstream).version !== 'HTTP/1.1') return undefined;
    found ??= upstream;
  }
  return found;
}

// A path of gRPC: /package.Service/Method. Source: gRPC over HTTP2, Path.
const GRPC_PATH = /^\/(?:[A-Za-z_]\w*\.)+[A-Z]\w*(?:\/|$)/;

/** What shows that requests of a rule are gRPC: what the pods speak, or the paths that the rule names. */
function grpcEvidence(mesh: Mesh, paths: readonly Field[], { host, port }: Upstream): Evidence | undefined {
  const { service } = host;
  const spoken = service && port.servicePort && spokenProtocol(mesh, service, port.servicePort);
  if (spoken?.token === 'grpc') return { text: spoken.evidence, field: spoken.field };
  for (const field of paths) {
    const path = field.string();
    if (path !== undefined && GRPC_PATH.test(path)) return { text: `path ${path}`, field };
  }
  return undefined;
}

function pathsOf({ field }: Route): readonly Field[] {
  return (field.at('match').items() as Field[]).flatMap((match) => [
    match.at('uri').at('prefix'),
    match.at('uri').at('exact'),
  ]);
}

// Of the rule that a backend stands in.
function pathsOfApi(backend: Field): readonly Field[] {
  const matches = backend.parent?.parent?.at('matches').items() ?? [];
  return (matches as Field[]).map((match) => match.at('path').at('value'));
}
