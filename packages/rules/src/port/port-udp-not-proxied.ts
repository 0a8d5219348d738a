import { defineRule, nameOf, readablePorts, type Service, type ServicePort } from '@meshvet/core';

export const portUdpNotProxied = defineRule({
  meta: {
    id: 'port-udp-not-proxied',
    summary: 'A Service of the mesh has a UDP port.',
    why: 'The proxy takes TCP only: UDP passes it by, without mTLS, policy, retries and telemetry of the mesh.',
    fix: 'Protect the port by other means, such as a NetworkPolicy or DTLS, or take it for what it is.',
    severity: 'info',
    advice: true,
    about: 'istio',
    subject: 'service',
    sources: ['istio.io: Protocol Selection', 'istio/istio tools/istio-iptables/pkg/capture/run.go'],
    messages: {
      notProxied: '{service}: UDP port {port} passes the proxy by, although {reason}.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: metrics, namespace: shop }
          spec:
            selector: { app: metrics }
            ports:
              - name: statsd
                port: 8125
                protocol: UDP #~ notProxied \`UDP\`
          ---
          apiVersion: v1
          kind: Pod
          metadata: { name: metrics, namespace: shop, labels: { app: metrics } }
          spec:
            containers: [{ name: statsd, image: statsd }]
        `,
      },
    ],
    good: [
      {
        title: 'outside the mesh nobody expects more',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: metrics, namespace: shop }
          spec:
            selector: { app: metrics }
            ports: [{ name: statsd, port: 8125, protocol: UDP }]
          ---
          apiVersion: v1
          kind: Pod
          metadata: { name: metrics, namespace: shop, labels: { app: metrics } }
          spec:
            containers: [{ name: statsd, image: statsd }]
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    const ports = readablePorts(mesh, service, (port) => port.protocol === 'UDP' && !isDnsPair(service, port));
    const membership = ports.length > 0 ? mesh.membershipOfService(service) : undefined;
    if (membership?.answer !== 'yes') return;
    for (const port of ports) {
      const data = {
        service: nameOf(service.resource),
        port: port.number ?? port.field.at('port').text() ?? '?',
        reason: membership.reason,
      };
      report(port.field.at('protocol'), 'notProxied', data, {
        related: membership.field ? [{ at: membership.field, note: 'this brings the pods into the mesh' }] : [],
      });
    }
  },
});

// DNS over both: resolvers ask by UDP and fall back to TCP, and the mesh answers DNS by other means.
function isDnsPair(service: Service, port: ServicePort): boolean {
  const dns = port.number === 53 || port.target === 53;
  return dns && service.ports.some((other) => other.protocol === 'TCP' && other.number === port.number);
}
