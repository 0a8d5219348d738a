import {
  certificateNames,
  defineRule,
  type GatewayServer,
  gatewayOf,
  gatewaysBeside,
  nameOf,
  sharesCertificate,
} from '@meshvet/core';
import { namesOf } from '../shared/words/policy-words.ts';

export const gatewayCertificateShared = defineRule({
  meta: {
    id: 'gateway-certificate-shared',
    summary: 'Two Gateways of the same proxies show one certificate on one port.',
    why: 'A browser that has a connection for one of the hosts uses it for the other too, and gets 404, because the server of the first knows no routes of the second.',
    fix: 'Put the hosts of the certificate into one Gateway, as a rule with a wildcard, and bind all routes to it.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    codes: ['IST0138'],
    sources: [
      'istio.io/docs/ops/common-problems/network-issues/#404-errors-occur-when-multiple-gateways-configured-with-same-tls-certificate',
      'istio/istio pkg/config/analysis/analyzers/gateway/certificate.go',
    ],
    messages: {
      shared:
        '{gateway} and {others} show the same certificate on port {port}; a browser that reuses its connection gets 404 for the hosts of the other.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: shop, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [shop.example.com]
                tls: { mode: SIMPLE, credentialName: wildcard } #~ shared \`wildcard\`
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: blog, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: [blog.example.com]
                tls: { mode: SIMPLE, credentialName: wildcard } #~ shared
        `,
      },
    ],
    good: [
      {
        title: 'one Gateway for all hosts of the certificate',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: all, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: ["*.example.com"]
                tls: { mode: SIMPLE, credentialName: wildcard }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const gateway = gatewayOf(mesh, resource);
    if (!gateway?.serversKnown || !gateway.servers.some((s) => s.tls.hasValue)) return;
    // Only the Gateway that asks for no more labels than the other: the other speaks for itself.
    const pairs = gatewaysBeside(mesh, gateway).filter(
      (p) => (p.selectors === 'equal' || p.selectors === 'wider') && p.other.serversKnown,
    );
    for (const server of gateway.servers.slice(0, MOST)) {
      if (server.protocol?.toUpperCase() !== 'HTTPS') continue;
      const names = new Set(certificateNames(mesh, server));
      const isLike = (other: GatewayServer) =>
        certificateNames(mesh, other).some((name) => names.has(name)) && isShared(server, other);
      const sharing = pairs.flatMap(({ other }) => {
        const hit = other.servers.slice(0, MOST).find(isLike);
        const field = hit && sharesCertificate(hit, server);
        const own = hit && sharesCertificate(server, hit);
        return own && field ? [{ other, field, own }] : [];
      });
      const [first] = sharing;
      if (!first) continue;
      report(
        first.own,
        'shared',
        {
          gateway: nameOf(resource),
          port: server.port ?? '',
          others: namesOf(sharing.map((s) => ({ name: nameOf(s.other.resource) }))),
        },
        {
          related: sharing
            .slice(0, 3)
            .map((s) => ({ at: s.field, note: `the same certificate in ${nameOf(s.other.resource)}` })),
        },
      );
    }
  },
});

const MOST = 100;

// Connections are of one port; servers of one host are a conflict, which is told by itself.
function isShared(a: GatewayServer, b: GatewayServer): boolean {
  if (a.port === undefined || a.port !== b.port || a.bind !== b.bind || b.protocol?.toUpperCase() !== 'HTTPS')
    return false;
  const hosts = new Set(a.hosts.map((h) => h.host.toLowerCase()));
  if (b.hosts.some((h) => hosts.has(h.host.toLowerCase()))) return false;
  return sharesCertificate(a, b) !== undefined;
}
