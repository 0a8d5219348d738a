import {
  classOf,
  defineRule,
  isPatchedAt,
  isSystemNamespace,
  linkerdProtocol,
  linkerdServes,
  type Mesh,
  nameOf,
  portLabel,
  protocolOfText,
} from '@meshvet/core';

export const linkerdAppProtocolOpaque = defineRule({
  meta: {
    id: 'linkerd-app-protocol-opaque',
    summary: 'The appProtocol of a Service port makes Linkerd pass on requests as opaque bytes.',
    why: 'Since 2.18 Linkerd takes http and kubernetes.io/h2c for HTTP and every other value for opaque, so requests lose their balancing, retries, routes and metrics, and gRPC is balanced by connection.',
    fix: 'Write kubernetes.io/h2c for gRPC and HTTP/2, http for HTTP/1, or leave appProtocol out, so that Linkerd detects the protocol.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'service',
    sources: [
      'linkerd2 policy-controller/core/src/outbound.rs (AppProtocol, since 2.18)',
      'linkerd.io: Protocol Detection, Declaring protocols',
    ],
    messages: {
      opaque: '{service}: {port} has appProtocol "{value}", which Linkerd takes for opaque bytes; {instead}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'right for Istio, and opaque to Linkerd',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - port: 9000
                appProtocol: grpc #~ opaque \`grpc\`
        `,
      },
    ],
    good: [
      {
        title: 'the values that Linkerd reads',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: grpc, port: 9000, appProtocol: kubernetes.io/h2c }
              - { name: http, port: 80, appProtocol: http }
              - { name: db, port: 3306, appProtocol: linkerd.io/opaque }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (service.type === 'ExternalName' || isSystemNamespace(service.resource.namespace)) return;
    if (isPatchedAt(service.resource, 'spec', 'ports')) return;
    const ports = service.ports.filter(
      (port) => port.appProtocol && port.protocol === 'TCP' && linkerdProtocol(mesh, port.appProtocol) === 'opaque',
    );
    if (ports.length === 0 || !linkerdServes(mesh, service)) return;
    for (const port of ports) {
      const value = port.appProtocol as string;
      const meant = meaningOf(mesh, value);
      if (meant === 'opaque') continue;
      report(
        port.appProtocolField,
        'opaque',
        { service: nameOf(service.resource), port: portLabel(port), value, instead: INSTEAD[meant] },
        { severity: meant === 'unknown' ? 'info' : 'warning' },
      );
    }
  },
});

const INSTEAD = {
  http2: 'it reads kubernetes.io/h2c for gRPC and HTTP/2',
  http: 'it reads http for HTTP/1',
  unknown: 'if that is HTTP, it reads http and kubernetes.io/h2c',
} as const;

// Protocols over TCP that are no HTTP, by the names that people give them.
const BYTES =
  /^(?:tcp|udp|tls|ssl|https|wss|kubernetes\.io\/wss|mongo(?:db)?|mysql|mariadb|postgres(?:ql)?|redis|amqps?|mqtt|kafka|nats|smtp|ldaps?|dns|ssh|cassandra|memcached?)$/;

/** What a value is meant to say. What is no HTTP to Linkerd, TLS among it, is as well off as opaque bytes. */
function meaningOf(mesh: Mesh, value: string): 'http' | 'http2' | 'opaque' | 'unknown' {
  const text = value.toLowerCase();
  if (text.startsWith('linkerd.io/') || BYTES.test(text)) return 'opaque';
  if (/^(?:grpc|http2|h2c|kubernetes\.io\/grpc)$/.test(text)) return 'http2';
  if (/^(?:kubernetes\.io\/ws|ws|grpc-web|http\/1(?:\.[01])?|http1)$/.test(text)) return 'http';
  const known = protocolOfText(mesh.settings, text);
  if (known === undefined) return 'unknown';
  return classOf(known) === 'http' ? 'http' : 'opaque';
}
