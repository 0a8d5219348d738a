import {
  classOf,
  defineRule,
  type Mesh,
  mentionsTls,
  nameOf,
  originatesTls,
  type Protocol,
  protocolOfText,
  readablePorts,
  type Service,
  type ServicePort,
  spokenProtocol,
} from '@meshvet/core';
import { severityForPort } from '../shared/severity/audience.ts';

export const portProtocolTlsMismatch = defineRule({
  meta: {
    id: 'port-protocol-tls-mismatch',
    summary: 'A Service port declares plain HTTP where the pods speak TLS, or TLS where they speak plain HTTP.',
    why: 'To a port of HTTP the proxy sends requests in plain text, which a server of TLS refuses; a port of TLS is opaque to it, so no HTTP route, policy or metric applies.',
    fix: 'Declare what the pods speak: https or tls where the application itself does TLS, http where it does not.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    sources: ['istio.io: Protocol Selection', 'istio.io: Understanding TLS Configuration'],
    messages: {
      plainToTls:
        '{service}: port {port} is declared {declared} ("{text}"), but {evidence} says TLS, so the proxy would send plain requests to a server that expects TLS.',
      tlsToPlain:
        '{service}: port {port} is declared {declared} ("{text}"), but {evidence} says plain {token}, so the mesh treats as opaque what it could route.',
      contradiction:
        '{service}: of port {port} the name "{name}" says {byName} and appProtocol "{value}" says {byApp}; Istio treats the port as {byApp}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the container port says https',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: api, namespace: shop }
          spec:
            selector: { app: api }
            ports:
              - name: http #~ plainToTls \`http\`
                port: 443
                targetPort: https
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: api, namespace: shop }
          spec:
            selector: { matchLabels: { app: api } }
            template:
              metadata: { labels: { app: api } }
              spec:
                containers: [{ name: api, image: api, ports: [{ name: https, containerPort: 8443 }] }]
        `,
      },
      {
        title: 'TLS is declared, and a probe speaks plain HTTP; name and appProtocol contradict each other',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: api, namespace: shop }
          spec:
            selector: { app: api }
            ports:
              - name: https #~ tlsToPlain \`https\`
                port: 443
                targetPort: 8080
              - name: https-admin
                port: 8443
                appProtocol: http #~ contradiction \`http\`
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: api, namespace: shop }
          spec:
            selector: { matchLabels: { app: api } }
            template:
              metadata: { labels: { app: api } }
              spec: { containers: [{ name: api, image: api, readinessProbe: { httpGet: { port: 8080 } } }] }
        `,
      },
    ],
    good: [
      {
        title: 'the name of a container port is no proof against the Service',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: api, namespace: shop }
          spec:
            selector: { app: api }
            ports: [{ name: https, port: 443, targetPort: http }]
          ---
          apiVersion: v1
          kind: Pod
          metadata: { name: api, namespace: shop, labels: { app: api } }
          spec: { containers: [{ name: api, image: api, ports: [{ name: http, containerPort: 8443 }] }] }
        `,
      },
      {
        title: 'port 443 alone says nothing of what the pods speak',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: api, namespace: shop }
          spec:
            selector: { app: api }
            ports: [{ name: http, port: 443, targetPort: 8080 }]
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    for (const port of readablePorts(
      mesh,
      service,
      (p) => p.protocol === 'TCP' && declaredSide(mesh, p) !== undefined,
    )) {
      const read = mesh.protocol(port);
      const declared = declaredSide(mesh, port) as Side;
      const at = read.source === 'name' ? port.nameField : port.appProtocolField;
      const common = {
        service: nameOf(service.resource),
        port: port.number ?? port.field.at('port').text() ?? '?',
        text: read.text ?? '',
      };
      const byName = port.name === undefined ? undefined : protocolOfText(mesh.settings, port.name);
      if (read.source === 'appProtocol' && byName !== undefined && opposite(declared, sideOf(byName))) {
        const data = { ...common, name: port.name ?? '', value: port.appProtocol ?? '', byName, byApp: read.protocol };
        report(at, 'contradiction', data, {
          severity: severityForPort(mesh, service, 'warning'),
          related: [{ at: port.nameField, note: `says ${byName}, and is not read` }],
        });
        continue;
      }
      const spoken = spokenAgainst(mesh, service, port, declared);
      if (!spoken) continue;
      const data = { ...common, declared: read.protocol, evidence: spoken.evidence, token: spoken.token };
      report(at, declared === 'plain' ? 'plainToTls' : 'tlsToPlain', data, {
        severity: severityForPort(mesh, service, declared === 'plain' ? 'warning' : 'info'),
        related: [{ at: spoken.field, note: 'what the pods speak' }],
      });
    }
  },
});

type Side = 'plain' | 'tls';

function sideOf(protocol: Protocol): Side | undefined {
  if (protocol === 'HTTPS' || protocol === 'TLS') return 'tls';
  return classOf(protocol) === 'http' && protocol !== 'HTTP_PROXY' ? 'plain' : undefined;
}

function declaredSide(mesh: Mesh, port: ServicePort): Side | undefined {
  const { source, protocol } = mesh.protocol(port);
  return source === 'appProtocol' || source === 'name' ? sideOf(protocol) : undefined;
}

function opposite(a: Side, b: Side | undefined): boolean {
  return b !== undefined && a !== b;
}

function spokenAgainst(mesh: Mesh, service: Service, port: ServicePort, declared: Side) {
  if (declared === 'plain' && !mentionsTls(mesh, service, port)) return undefined;
  const spoken = spokenProtocol(mesh, service, port);
  const protocol = spoken && protocolOfText(mesh.settings, spoken.token);
  if (!spoken || !protocol || !opposite(declared, sideOf(protocol))) return undefined;
  // Who names a container port http says little of TLS, with a Service beside it that says https: pods that serve TLS do it too.
  if (declared === 'tls' && !spoken.proven) return undefined;
  // Where the client's proxy begins TLS itself, http is the right word for a server of TLS.
  if (declared === 'plain' && originatesTls(mesh, service)) return undefined;
  // Declared both ways to one target: a server that takes either (argocd-server), or one behind a load balancer that ends TLS.
  const either = service.ports.some(
    (p) => p !== port && sameTarget(p, port) && opposite(declared, sideOf(mesh.protocol(p).protocol)),
  );
  return either ? undefined : spoken;
}

function sameTarget(a: ServicePort, b: ServicePort): boolean {
  return (a.target ?? a.number) === (b.target ?? b.number);
}
