import {
  type Destination,
  defineRule,
  gateways,
  type HostTarget,
  isForMesh,
  lookupGateway,
  lookupHost,
  type Mesh,
  mayHaveService,
  nameOf,
  settledRoutes,
  type VirtualService,
  virtualServiceToJudge,
} from '@meshvet/core';
import { hostText, targetText } from '../shared/words/route-words.ts';

export const routePortUnknown = defineRule({
  meta: {
    id: 'route-port-unknown',
    summary: 'A route sends to a port that its host does not have, or names none although the host has several.',
    why: 'Envoy has no cluster for a port that is not there, so requests get 503; without a port it takes the one that the request came in on, which on a gateway is seldom a port of the Service.',
    fix: 'Write the number of a port of the Service or ServiceEntry (the Service port, not the target port) as destination.port.number.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0101/port', 'IST0112'],
    sources: [
      'istio/istio pilot/pkg/networking/core/route/route.go (GetDestinationCluster)',
      'istio/istio pkg/config/analysis/analyzers/virtualservice/destinationhosts.go',
      'istio.io/docs/reference/config/networking/virtual-service/#Destination',
    ],
    messages: {
      unknown: '{route}: {target} has no port {port} for host {host}, but {accepted}; requests get 503.',
      required:
        '{route}: {target} has the ports {ports}, and the destination {host} names none; the route takes the port that the request came in on.',
      unreachable:
        '{route}: the destination {host} names no port, so the gateway sends to its own port {listens}, and {target} has {ports}; requests get 503.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the target port in place of the port',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route:
                  - destination:
                      host: cart
                      port:
                        number: 8080 #~ unknown \`8080\`
        `,
      },
      {
        title: 'several ports and none is named',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart }
            ports: [{ name: http, port: 8080 }, { name: http-admin, port: 9090 }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route:
                  - destination:
                      host: cart #~ required
        `,
      },
    ],
    good: [
      {
        title: 'one port needs no choice',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route: [{ destination: { host: cart } }]
                mirror: { host: cart, port: { number: 80 } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const virtualService = virtualServiceToJudge(mesh, resource);
    for (const route of virtualService ? settledRoutes(virtualService) : []) {
      for (const destination of [...route.destinations, ...route.mirrors]) {
        const targets = targetsToJudge(mesh, destination, virtualService as VirtualService);
        const [target] = targets;
        if (!target) continue;
        const { port, portField, hostField } = destination;
        const words = { route: nameOf(resource), target: targetText(target), host: hostText(destination) };
        const related = targets.slice(0, 3).map((t) => ({
          at: t.resource.body.at('spec').at('ports'),
          note: `the ports of ${targetText(t)}`,
        }));
        if (port !== undefined) {
          // What is no port at all is refused, and so told by another rule.
          if (!Number.isInteger(port) || port < 1 || port > 65535) continue;
          if (targets.some((t) => t.ports.some((p) => p.number === port))) continue;
          const accepted = target.ports.length === 0 ? 'it has none at all' : `it has ${portsText(target)}`;
          report(portField.at('number'), 'unknown', { ...words, port, accepted }, { codes: ['IST0101/port'], related });
        } else if (!portField.hasValue && targets.every((t) => t.ports.length > 1)) {
          const listens = gatewayPorts(mesh, virtualService as VirtualService);
          const options = { codes: ['IST0112'], related };
          if (listens.length > 0 && !listens.some((n) => targets.some((t) => t.ports.some((p) => p.number === n))))
            report(
              hostField,
              'unreachable',
              { ...words, listens: listens.join(', '), ports: portsText(target) },
              options,
            );
          else
            report(hostField, 'required', { ...words, ports: portsText(target) }, { ...options, severity: 'warning' });
        }
      }
    }
  },
});

// Where a host has several manifests, or a Service and a ServiceEntry, all must agree; an exact host hides what a wildcard says.
function targetsToJudge(mesh: Mesh, { host }: Destination, { resource }: VirtualService): readonly HostTarget[] {
  const lookup = host && lookupHost(mesh, host.written, resource);
  if (lookup?.state !== 'found') return [];
  const exact = lookup.value.filter((t) => t.host === host?.fqdn);
  const targets = exact.length > 0 ? exact : lookup.value;
  if (targets.some((t) => mayHaveService(mesh, t))) return [];
  if (!targets.every((t) => t.portsKnown && (t.ports.length > 0 || mesh.settings.closedWorld))) return [];
  // A Service of that name in an unrelated folder may be another cluster's.
  const sure = mesh.settings.closedWorld || targets.every((t) => isSettledTogether(mesh, t, resource));
  return sure ? targets : [];
}

function isSettledTogether(mesh: Mesh, target: HostTarget, resource: VirtualService['resource']): boolean {
  if (mesh.near(target.resource, resource)) return true;
  return target.resource.namespaceWritten && resource.namespaceWritten && mesh.variants(target.resource).length === 1;
}

function portsText(target: HostTarget): string {
  const shown = target.ports.slice(0, 6).map((p) => (p.name ? `${p.number} (${p.name})` : `${p.number}`));
  return shown.join(', ') + (target.ports.length > 6 ? ', ...' : '');
}

// The ports of the gateways that a VirtualService is bound to, where it is for gateways alone and all of them were read.
function gatewayPorts(mesh: Mesh, virtualService: VirtualService): readonly number[] {
  if (isForMesh(virtualService)) return [];
  const byResource = new Map(mesh.derive(gateways).map((g) => [g.resource, g]));
  const ports = virtualService.gateways.flatMap((reference): (number | undefined)[] => {
    const lookup = lookupGateway(mesh, reference, virtualService.resource);
    if (lookup.state !== 'found') return [undefined];
    return lookup.value.flatMap((r) => byResource.get(r)?.servers.map((server) => server.port) ?? [undefined]);
  });
  return ports.length === 0 || ports.includes(undefined) ? [] : [...new Set(ports as number[])].sort((a, b) => a - b);
}
