import {
  defineRule,
  type Gateway,
  gatewayOf,
  gateways,
  isPlainHttp,
  type Mesh,
  nameOf,
  type OpenServer,
  openServers,
  overlap,
  routesForServer,
  serversOf,
  trustsForwarded,
  workloadsOfGateway,
} from '@meshvet/core';

export const gatewayRedirectNowhere = defineRule({
  meta: {
    id: 'gateway-redirect-nowhere',
    summary:
      'A server of a Gateway redirects to HTTPS, and no server answers HTTPS for the host; or it redirects nothing.',
    why: 'A client that follows the redirect finds no listener or no certificate for the name; and a host with a namespace before it is redirected only where a VirtualService has it too.',
    fix: 'Add a server with protocol HTTPS for the host, or drop httpsRedirect; write the host without its namespace where no VirtualService is for it.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    sources: [
      'istio.io/docs/reference/config/networking/gateway/#ServerTLSSettings',
      'istio/istio pilot/pkg/networking/core/gateway.go: buildGatewayHTTPRouteConfig',
    ],
    messages: {
      nowhere:
        '{gateway}: port {port} redirects {host} to HTTPS, and no server of these gateways takes TLS for it; clients that follow find nothing.',
      unrouted:
        '{gateway}: port {port} is to redirect {host} to HTTPS, and no VirtualService has the host there; with a namespace before the host the gateway answers 404 and redirects nothing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'everything was read, and there is no HTTPS',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: [shop.example.com]
                tls:
                  httpsRedirect: true #~ nowhere
        `,
      },
    ],
    good: [
      {
        title: 'another Gateway of the same pods has HTTPS',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: ["*"]
                tls: { httpsRedirect: true }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: shop, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: SIMPLE, credentialName: shop }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    // Gateways of the same pods, certificates and what stands before them are seldom all in one repository.
    if (!mesh.settings.closedWorld) return;
    const gateway = gatewayOf(mesh, resource);
    if (!gateway?.serversKnown) return;
    const redirecting = serversOf(mesh, gateway).filter((s) => s.httpsRedirect && isPlainHttp(s));
    if (redirecting.length === 0) return;
    const secure = secureHosts(mesh, gateway);
    if (!secure) return;
    for (const server of redirecting) {
      const words = { gateway: nameOf(resource), port: server.server.port ?? '' };
      const at = server.server.tls.at('httpsRedirect');
      const routed = routesForServer(mesh, server).length > 0;
      const inVain = server.server.hosts.find((h) => h.namespace !== '*' && !routed);
      const lost = server.server.hosts.find(({ host }) => !secure.some((other) => overlap(host, other)));
      if (inVain) report(at, 'unrouted', { ...words, host: inVain.written });
      else if (lost) report(at, 'nowhere', { ...words, host: lost.written });
    }
  },
});

// The hosts of all TLS servers that the pods open, of any Gateway where no pods were read; undefined where they may be in front of others.
function secureHosts(mesh: Mesh, gateway: Gateway): readonly string[] | undefined {
  const { workloads, open } = workloadsOfGateway(mesh, gateway);
  const [workload] = workloads;
  if (open) return undefined;
  if (!workload) {
    const all = mesh.derive(gateways);
    return all.every((g) => g.serversKnown) ? all.flatMap((g) => hostsOf(serversOf(mesh, g))) : undefined;
  }
  // What ends TLS before such a gateway may tell it so.
  if (trustsForwarded(mesh, workload) === true) return undefined;
  const servers = openServers(mesh, workload);
  return servers.open ? undefined : [...servers.byPort.values()].flatMap(hostsOf);
}

function hostsOf(servers: readonly OpenServer[]): string[] {
  return servers
    .filter((s) => s.mode !== undefined && !isPlainHttp(s))
    .flatMap((s) => s.server.hosts.map((h) => h.host));
}
