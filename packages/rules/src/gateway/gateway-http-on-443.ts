import {
  defineRule,
  gatewayOf,
  isPlainHttp,
  nameOf,
  serversOf,
  tlsEndedBefore,
  workloadsOfGateway,
} from '@meshvet/core';

export const gatewayHttpOn443 = defineRule({
  meta: {
    id: 'gateway-http-on-443',
    summary: 'A Gateway answers plain HTTP on port 443.',
    why: 'Browsers and other clients speak TLS to port 443; a proxy that expects plain HTTP there cuts them off, unless something before it ends TLS.',
    fix: 'Write protocol HTTPS and a tls block, or use port 80; where a load balancer ends TLS, say so in the Service or silence this.',
    severity: 'info',
    advice: true,
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    sources: [
      'istio.io/docs/ops/common-problems/network-issues/#tls-configuration-mistakes',
      'istio.io/docs/reference/config/networking/gateway/#Port',
    ],
    messages: {
      plain:
        '{gateway}: port 443 is plain {protocol}; clients that speak TLS to it are cut off, unless something before the gateway ends TLS.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the port of HTTPS, and no TLS',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: ingressgateway }
            servers:
              - port: { number: 443, name: https, protocol: HTTP } #~ plain \`HTTP\`
                hosts: [shop.example.com]
        `,
      },
    ],
    good: [
      {
        title: 'HTTPS',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
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
    const gateway = gatewayOf(mesh, resource);
    if (!gateway) return;
    for (const server of serversOf(mesh, gateway)) {
      if (server.server.port !== 443 || !isPlainHttp(server)) continue;
      const { workloads } = workloadsOfGateway(mesh, gateway);
      if (workloads.some((w) => tlsEndedBefore(mesh, w).length > 0)) continue;
      const protocol = server.server.protocol ?? '';
      report(server.server.field.at('port').at('protocol'), 'plain', { gateway: nameOf(resource), protocol });
    }
  },
});
