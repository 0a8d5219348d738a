import {
  defineRule,
  gatewayOf,
  isPatchedAt,
  type Mesh,
  nameOf,
  type Service,
  type Workload,
  workloadsOfGateway,
} from '@meshvet/core';

export const routeGatewayPort = defineRule({
  meta: {
    id: 'route-gateway-port',
    summary: 'A Gateway opens a port that no Service of its gateway exposes.',
    why: 'The proxy listens there, but no client reaches the port through the Service of the gateway.',
    fix: 'Add the port to the Service of the gateway, or write one of its ports into the Gateway.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    codes: ['IST0162'],
    sources: [
      'istio.io/docs/reference/config/networking/gateway/#Port',
      'istio/istio pkg/config/analysis/analyzers/gateway/gateway.go',
    ],
    messages: {
      notExposed: '{gateway}: port {port} is exposed by no Service of {workload}; {accepted}.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: edge }
            servers:
              - port: { number: 8443, name: https, protocol: HTTPS } #~ notExposed \`8443\`
                hosts: ["*"]
                tls: { mode: SIMPLE, credentialName: front }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: edge }
          spec: { selector: { istio: edge }, ports: [{ name: https, port: 443 }] }
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
        title: 'the port or the target port of the Service',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: edge }
            servers:
              - { port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }
              - { port: { number: 8080, name: http-alt, protocol: HTTP }, hosts: ["*"] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: edge }
          spec: { selector: { istio: edge }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
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
    const gateway = gatewayOf(mesh, resource);
    if (!gateway || isPatchedAt(resource, 'spec', 'servers')) return;
    const { workloads, open } = workloadsOfGateway(mesh, gateway);
    const [first] = workloads;
    if (!first || open || workloads.length > MOST || workloads.some(isReachedWithoutService)) return;
    const services = [...new Set(workloads.flatMap((w) => mesh.servicesOf(w)))];
    if (!mesh.settings.closedWorld && workloads.some((w) => mesh.servicesOf(w).length === 0)) return;
    if (services.some((service) => !portsAreKnown(service))) return;
    const exposed = exposedPorts(mesh, services, workloads);
    for (const { port, portField } of gateway.servers) {
      if (port === undefined || exposed.has(port)) continue;
      const numbers = [...new Set(services.flatMap((s) => s.ports.flatMap((p) => p.number ?? [])))].sort(
        (a, b) => a - b,
      );
      const accepted = numbers.length > 0 ? `they have ${numbers.slice(0, 8).join(', ')}` : 'it has none';
      const related = services.slice(0, 3).map((s) => ({
        at: s.resource.body.at('spec').at('ports'),
        note: `the ports of ${nameOf(s.resource)}`,
      }));
      report(
        portField,
        'notExposed',
        { gateway: nameOf(resource), port, workload: nameOf(first.resource), accepted },
        { related },
      );
    }
  },
});

const MOST = 100;

// A gateway on the network of the node, or with ports of the node, needs no Service.
function isReachedWithoutService({ hostNetwork, containers }: Workload): boolean {
  return hostNetwork || containers.some((c) => c.ports.some((p) => p.field.at('hostPort').hasValue));
}

function portsAreKnown({ resource, ports }: Service): boolean {
  return !isPatchedAt(resource, 'spec', 'ports') && ports.every((port) => port.number !== undefined);
}

function exposedPorts(mesh: Mesh, services: readonly Service[], workloads: readonly Workload[]): ReadonlySet<number> {
  const ports = services.flatMap((s) => s.ports).filter((port) => port.protocol === 'TCP');
  const targets = ports.flatMap((port) =>
    workloads.slice(0, 5).flatMap((w) => {
      const target = mesh.resolveTarget(port, w);
      return target.state === 'found' ? [target.number] : [];
    }),
  );
  return new Set([...targets, ...ports.flatMap((port) => port.number ?? [])]);
}
