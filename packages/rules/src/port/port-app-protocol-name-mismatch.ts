import { classOf, defineRule, nameOf, type Protocol, protocolOfText, readablePorts } from '@meshvet/core';
import { severityForPort } from '../shared/severity/audience.ts';

export const portAppProtocolNameMismatch = defineRule({
  meta: {
    id: 'port-app-protocol-name-mismatch',
    summary:
      'The name and the appProtocol of a Service port tell different protocols, one of them HTTP and the other not.',
    why: 'Istio obeys appProtocol and does not read the name, while people and older tools read the name, so one of the two expects routes and policies that the other rules out.',
    fix: 'Let both tell the same protocol.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    since: '1.6',
    sources: ['istio/istio pkg/config/kube/conversion.go'],
    messages: {
      mismatch:
        '{service}: port name "{name}" says {byName}, appProtocol "{value}" says {byApp}; Istio treats the port as {byApp}.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: http-api
                port: 80
                appProtocol: tcp #~ mismatch \`tcp\`
        `,
      },
    ],
    good: [
      {
        title: 'the same kind of protocol, told more precisely',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: http-api, port: 80, appProtocol: grpc }
              - { name: tcp-db, port: 3306, appProtocol: mysql }
              - { name: web, port: 81, appProtocol: http }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const port of readablePorts(mesh, service, (p) => p.appProtocol !== undefined)) {
      if (port.name === undefined || port.appProtocol === undefined) continue;
      const { source, protocol: byApp } = mesh.protocol(port);
      const byName = protocolOfText(mesh.settings, port.name);
      if (source !== 'appProtocol' || byName === undefined || !differ(byName, byApp)) continue;
      report(
        port.appProtocolField,
        'mismatch',
        { service: nameOf(service.resource), name: port.name, value: port.appProtocol, byName, byApp },
        {
          severity: severityForPort(mesh, service, 'warning'),
          related: [{ at: port.nameField, note: `says ${byName}, and is not read` }],
        },
      );
    }
  },
});

const OPAQUE: ReadonlySet<Protocol> = new Set(['TCP', 'Mongo', 'Redis', 'MySQL', 'Thrift']);

// HTTPS or TLS against HTTP is a matter of its own: port-protocol-tls-mismatch.
function differ(a: Protocol, b: Protocol): boolean {
  return (classOf(a) === 'http' && OPAQUE.has(b)) || (OPAQUE.has(a) && classOf(b) === 'http');
}
