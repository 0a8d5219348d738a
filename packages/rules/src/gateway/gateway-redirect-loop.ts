import {
  defineRule,
  gatewayOf,
  isPlainHttp,
  nameOf,
  openServers,
  tlsEndedBefore,
  trustsForwarded,
  workloadsOfGateway,
} from '@meshvet/core';

export const gatewayRedirectLoop = defineRule({
  meta: {
    id: 'gateway-redirect-loop',
    summary: 'A server of a Gateway redirects to HTTPS what somebody before it has decrypted.',
    why: 'What ends TLS sends plain HTTP to the port of the pods that redirects; the proxy sees plain HTTP, writes its own x-forwarded-proto unless proxies before it are trusted, and sends the client to HTTPS again, without end.',
    fix: 'Let what ends TLS lead to a port without httpsRedirect and redirect there, or set gatewayTopology.numTrustedProxies of the gateway to the number of proxies before it that set x-forwarded-proto.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    sources: [
      'istio/istio pilot/pkg/networking/core/gateway.go (RequireTls)',
      'envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-proto',
      'istio.io/docs/ops/configuration/traffic-management/network-topologies/',
      'kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/',
    ],
    messages: {
      balancer:
        '{gateway}: port {port} redirects to HTTPS, and the load balancer of {other} ends TLS and sends plain HTTP to the same port {podPort} of the pods: an endless redirect.',
      port: '{gateway}: port {port} redirects to HTTPS, and {other} leads port 443 to the same port {podPort} of the pods; what ends TLS before it runs into an endless redirect, and TLS itself is not understood there.',
      ingress:
        '{gateway}: port {port} redirects to HTTPS, and {other} ends TLS and sends plain HTTP to it, port {podPort} of the pods: an endless redirect.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the load balancer ends TLS on 443',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: edge }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: ["*"]
                tls:
                  httpsRedirect: true #~ balancer
          ---
          apiVersion: v1
          kind: Service
          metadata:
            name: edge
            namespace: edge
            annotations:
              service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn:aws:acm:eu-west-1:123456789012:certificate/shop
              service.beta.kubernetes.io/aws-load-balancer-ssl-ports: https
              service.beta.kubernetes.io/aws-load-balancer-backend-protocol: http
          spec:
            type: LoadBalancer
            selector: { istio: edge }
            ports:
              - { name: http, port: 80, targetPort: 8080 }
              - { name: https, port: 443, targetPort: 8080 }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: edge }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { containers: [{ name: istio-proxy, image: auto }] }
        `,
      },
    ],
    good: [
      {
        title: 'the gateway ends TLS itself',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: edge }
            servers:
              - port: { number: 80, name: http, protocol: HTTP }
                hosts: ["*"]
                tls: { httpsRedirect: true }
              - port: { number: 443, name: https, protocol: HTTPS }
                hosts: ["*"]
                tls: { mode: SIMPLE, credentialName: shop }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: edge }
          spec:
            type: LoadBalancer
            selector: { istio: edge }
            ports: [{ name: http, port: 80, targetPort: 8080 }, { name: https, port: 443, targetPort: 8443 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: edge }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { containers: [{ name: istio-proxy, image: auto }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const here = mesh.around(resource);
    const gateway = here && gatewayOf(here, resource);
    if (!here || !gateway?.serversKnown || !gateway.servers.some((s) => s.tls.at('httpsRedirect').boolean() === true))
      return;
    const [workload] = workloadsOfGateway(here, gateway).workloads;
    const trusts = workload && trustsForwarded(here, workload);
    if (!workload || trusts === true) return;
    const { byPort } = openServers(here, workload);
    const told = new Set<unknown>();
    for (const { podPort, resource: other, field, kind } of tlsEndedBefore(here, workload)) {
      const server = byPort
        .get(podPort)
        ?.find((s) => s.gateway.resource === resource && s.httpsRedirect && isPlainHttp(s));
      if (!server || told.has(server)) continue;
      told.add(server);
      report(
        server.server.tls.at('httpsRedirect'),
        kind,
        { gateway: nameOf(resource), port: server.server.port ?? '', other: nameOf(other), podPort },
        {
          // Where all of MeshConfig was read, nobody is trusted.
          severity: trusts === false && kind !== 'port' ? 'error' : 'warning',
          related: [{ at: field, note: `what ends TLS, in ${nameOf(other)}` }],
        },
      );
    }
  },
});
