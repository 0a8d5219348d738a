import { defineRule, nameOf, openServers } from '@meshvet/core';

export const gatewayServicePortUnserved = defineRule({
  meta: {
    id: 'gateway-service-port-unserved',
    summary: 'The Service of a gateway exposes a port that no server of a Gateway opens.',
    why: 'The proxy of a gateway listens where a Gateway says so, and nowhere else: connections to the port are refused, and health checks of load balancers fail.',
    fix: 'Add a server for the port to a Gateway, or drop the port from the Service.',
    severity: 'info',
    advice: true,
    about: 'istio',
    subject: 'service',
    sources: [
      'istio.io/docs/reference/config/networking/gateway/#Port',
      'istio/istio pilot/pkg/networking/core/gateway.go: buildGatewayListeners',
    ],
    messages: {
      unserved:
        '{service}: no server of a Gateway opens port {port} (port {podPort} of {workload}), so connections to it are refused.',
    },
  },
  examples: {
    bad: [
      {
        title: 'everything was read, and nobody opens 443',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: edge }
          spec:
            selector: { istio: edge }
            ports:
              - { name: http, port: 80, targetPort: 8080 }
              - { name: https, port: 443, targetPort: 8443 } #~ unserved
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
        title: 'the ports of Istio itself need no server',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: edge }
          spec:
            selector: { istio: edge }
            ports: [{ name: status-port, port: 15021 }, { name: http, port: 80, targetPort: 8080 }]
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
  check({ subject: service, mesh, report }) {
    // Gateways for the port may stand in any other repository.
    if (!mesh.settings.closedWorld) return;
    const behind = mesh.behind(service);
    const workloads = behind.state === 'found' ? behind.value.workloads : [];
    const [workload] = workloads;
    if (!workload || !workloads.every((w) => w.isGateway)) return;
    const { byPort, leftOut, open } = openServers(mesh, workload);
    // Without any Gateway it may be one of the Gateway API, or none that is used.
    if (open || byPort.size === 0) return;
    for (const port of service.ports) {
      const target = mesh.resolveTarget(port, workload);
      if (target.state !== 'found' || port.protocol !== 'TCP' || port.number === undefined) continue;
      if (byPort.has(target.number) || leftOut.some((l) => l.port === target.number) || isOfIstio(target.number))
        continue;
      report(port.field, 'unserved', {
        service: nameOf(service.resource),
        port: port.number,
        podPort: target.number,
        workload: nameOf(workload.resource),
      });
    }
  },
});

// Health, metrics and control of the proxy and of istiod, and the ports of the stock charts between clusters.
function isOfIstio(port: number): boolean {
  return (port >= 15000 && port <= 15099) || port === 15443 || port === 31400;
}
