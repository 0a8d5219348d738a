import {
  defineRule,
  droppedServers,
  type GatewayPair,
  type GatewayServer,
  gatewayOf,
  gatewaysBeside,
  nameOf,
  type ServerClash,
  serverClash,
  sharesCertificate,
} from '@meshvet/core';
import { namesOf } from '../shared/words/policy-words.ts';

export const gatewayHostConflict = defineRule({
  meta: {
    id: 'gateway-host-conflict',
    summary:
      'Two Gateways open one port of the same proxies for the same host, or for protocols that do not go together.',
    why: 'The proxy takes the server of the older Gateway and drops the other, with all routes that are bound to it; plain HTTP servers alone are put together.',
    fix: 'Keep the host in one Gateway and bind the routes of both to it, or give the other a port or a host of its own.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    codes: ['IST0145', 'KIA0301'],
    sources: [
      'istio.io/docs/reference/config/networking/gateway/',
      'istio/istio pilot/pkg/model/gateway.go: canMergeProtocols, CheckDuplicates',
      'istio/istio pkg/config/analysis/analyzers/gateway/conflictinggateway.go',
      'kiali business/checkers/gateways/multi_match_checker.go',
    ],
    messages: {
      tls: '{gateway} has host {host} on port {port}, as {others}; of two TLS servers for one host the proxy drops the younger.',
      protocol:
        '{gateway}: {protocol} on port {port} does not go with {otherProtocol} of {others}; the proxy drops the younger server.',
      http: '{gateway} has host {host} on port {port}, as {others}; the proxy puts the routes of both together, in an order nobody writes down.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one host, two certificates',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com] #~ tls
                tls: { mode: SIMPLE, credentialName: shop }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: all, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [blog.example.com, shop.example.com] #~ tls \`shop.example.com\`
                tls: { mode: SIMPLE, credentialName: all }
        `,
      },
    ],
    good: [
      {
        title: 'a host inside the wildcard of another: the proxy takes the more specific one',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: shop }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: SIMPLE, credentialName: shop }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: all, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: ["*.example.com"]
                tls: { mode: SIMPLE, credentialName: all }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = gatewayOf(mesh, resource);
    if (!gateway?.serversKnown) return;
    const pairs = gatewaysBeside(mesh, gateway).filter((p) => p.other.serversKnown);
    if (pairs.length === 0) return;
    const dropped = droppedServers(gateway);
    for (const server of gateway.servers.slice(0, MOST)) {
      // A server of its own Gateway is in its way already.
      if (dropped.has(server)) continue;
      const clashes = pairs.flatMap((pair) => clashesOf(server, pair));
      const kind = (['tls', 'protocol', 'http'] as const).find((k) => clashes.some((c) => c.kind === k));
      const [first] = clashes.filter((c) => c.kind === kind).sort((a, b) => (a.shared ? 0 : 1) - (b.shared ? 0 : 1));
      if (!kind || !first) continue;
      const alike = clashes.filter((c) => c.kind === kind);
      const words = {
        gateway: nameOf(resource),
        port: server.port ?? '',
        others: namesOf(alike.map((c) => ({ name: nameOf(c.pair.other.resource) }))),
      };
      const options = {
        codes: codesOf(server, clashes),
        related: alike.slice(0, 3).map((c) => ({
          at:
            kind === 'protocol' ? c.server.field.at('port').at('protocol') : (c.shared?.other.field ?? c.server.field),
          note: `${kind === 'protocol' ? 'the protocol' : 'the host'} in ${nameOf(c.pair.other.resource)}`,
        })),
      };
      if (kind === 'protocol') {
        const protocols = { protocol: server.protocol ?? '', otherProtocol: first.server.protocol ?? '' };
        report(server.field.at('port').at('protocol'), kind, { ...words, ...protocols }, options);
        continue;
      }
      const host = first.shared?.own;
      if (!host) continue;
      const more = kind === 'http' ? ({ severity: 'info', advice: true } as const) : {};
      report(host.field, kind, { ...words, host: host.written }, { ...options, ...more });
    }
  },
});

const MOST = 100;

interface Clash extends ServerClash {
  readonly pair: GatewayPair;
}

function clashesOf(own: GatewayServer, pair: GatewayPair): readonly Clash[] {
  return pair.other.servers.slice(0, MOST).flatMap((server): Clash[] => {
    const clash = serverClash(own, server);
    return clash ? [{ ...clash, pair }] : [];
  });
}

// Kiali compares Gateways of one selector; istioctl says of a certificate that both have what the host tells already.
function codesOf(server: GatewayServer, clashes: readonly Clash[]): readonly string[] {
  const shared = clashes.filter((c) => c.shared);
  if (shared.length === 0) return [];
  const duplicate = shared.some(
    (c) => (c.pair.selectors === 'equal' || c.pair.selectors === 'wider') && sharesCertificate(server, c.server),
  );
  return [
    'IST0145',
    ...(shared.some((c) => c.pair.selectors === 'equal') ? ['KIA0301'] : []),
    ...(duplicate ? ['IST0138'] : []),
  ];
}
