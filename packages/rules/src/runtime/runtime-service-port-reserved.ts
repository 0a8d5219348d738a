import {
  atLeast,
  defineRule,
  hasLinkerd,
  isAmbient,
  istioPorts,
  type Mesh,
  nameOf,
  portLabel,
  type Service,
  sendsToApplications,
  surelyBehind,
  targetNumber,
} from '@meshvet/core';
import { severityForPort } from '../shared/severity/audience.ts';

export const runtimeServicePortReserved = defineRule({
  meta: {
    id: 'runtime-service-port-reserved',
    summary: 'A Service port with an HTTP protocol has the number of a listener that every sidecar has already.',
    why: 'A sidecar makes one listener for all HTTP Services of a port number, and leaves out one that would collide with its own, so its application cannot call the Service by that port.',
    fix: 'Give the Service another port; the targetPort may stay.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    sources: [
      'istio/istio pilot/pkg/networking/core/listener_builder.go and listener.go (conflictWithReservedListener, CanBindToPort)',
      'istio.io: Application Requirements, Ports used by Istio',
    ],
    messages: {
      port: '{service}: {port} is an HTTP port with the number of the own listener of every sidecar, so sidecars make none for it. Choose a number other than {numbers}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'HTTP on the number of the inbound listener',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - name: http
                port: 15006 #~ port \`15006\`
                targetPort: 8080
        `,
      },
    ],
    good: [
      {
        title: 'plain TCP is bound to the address of the Service, and collides with nothing',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports:
              - { name: tcp-cart, port: 15006, targetPort: 9000 }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (!sendsToApplications(mesh, service) || isWithoutSidecars(mesh, service)) return;
    const taken = LISTENERS.filter(([, since]) => atLeast(mesh.settings.istioVersion, since)).map(([number]) => number);
    for (const port of service.ports) {
      if (port.number === undefined || !taken.includes(port.number) || port.unreadable) continue;
      if (mesh.protocol(port).class !== 'http' || endsOnReserved(mesh, targetNumber(port))) continue;
      report(
        port.field.at('port'),
        'port',
        { service: nameOf(service.resource), port: portLabel(port), numbers: taken.join(', ') },
        { severity: severityForPort(mesh, service, 'warning') },
      );
    }
  },
});

// The listeners that a sidecar binds on all addresses.
const LISTENERS: readonly (readonly [number: number, since: `1.${number}`])[] = [
  [15001, '1.0'],
  [15006, '1.3'],
  [15021, '1.6'],
  [15090, '1.1'],
];

// Then the application has to move, and the Service with it: that is told already.
function endsOnReserved(mesh: Mesh, target: number | undefined): boolean {
  return target !== undefined && istioPorts(mesh).has(target);
}

// Then the clients are likely to have none of these listeners either.
function isWithoutSidecars(mesh: Mesh, service: Service): boolean {
  const behind = surelyBehind(mesh, service);
  return behind.length > 0 && behind.every((w) => isAmbient(mesh, w) || hasLinkerd(mesh, w) === 'yes');
}
