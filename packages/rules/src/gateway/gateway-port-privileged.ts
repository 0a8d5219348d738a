import { defineRule, gatewayOf, nameOf, openServers, unprivilegedField, workloadsOfGateway } from '@meshvet/core';

export const gatewayPortPrivileged = defineRule({
  meta: {
    id: 'gateway-port-privileged',
    summary: 'A Gateway opens a port below 1024 on pods that say that they may not listen there.',
    why: 'istiod makes no listeners below 1024 for pods with ISTIO_META_UNPRIVILEGED_POD, so connections to the port are refused.',
    fix: 'Let the Service lead to a port of 1024 or above (port 80, targetPort 8080), or drop ISTIO_META_UNPRIVILEGED_POD where the pods may listen on low ports.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/Gateway'],
    sources: [
      'istio/istio pilot/pkg/networking/core/gateway.go: buildGatewayListeners',
      'istio/istio pilot/pkg/model/context.go: IsUnprivileged',
    ],
    messages: {
      privileged:
        '{gateway}: port {port} is port {podPort} of {workload}, whose {variable} keeps the proxy from ports below 1024; nothing listens there.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the Service leads to the low port',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: front, namespace: edge }
          spec:
            selector: { istio: edge }
            servers:
              - port: { number: 80, name: http, protocol: HTTP } #~ privileged \`80\`
                hosts: ["*"]
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: edge }
          spec: { selector: { istio: edge }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: edge }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec:
                containers:
                  - name: istio-proxy
                    image: auto
                    env: [{ name: ISTIO_META_UNPRIVILEGED_POD, value: "true" }]
        `,
      },
    ],
    good: [
      {
        title: 'the Service leads to a high port',
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
          spec: { selector: { istio: edge }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: edge }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec:
                containers:
                  - name: istio-proxy
                    image: auto
                    env: [{ name: ISTIO_META_UNPRIVILEGED_POD, value: "true" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const here = mesh.around(resource);
    const gateway = here && gatewayOf(here, resource);
    if (!here || !gateway?.serversKnown) return;
    const { workloads, open } = workloadsOfGateway(here, gateway);
    const [workload] = workloads;
    const variable = workload && unprivilegedField(workload.containers);
    // The ports of the pods are those of the Service, which may be somewhere else.
    if (!workload || !variable || open || here.servicesOf(workload).length === 0) return;
    for (const { resource: owner, server, port, kind } of openServers(here, workload).leftOut) {
      if (owner !== resource || kind !== 'privileged') continue;
      report(
        server.portField,
        'privileged',
        {
          gateway: nameOf(resource),
          port: server.port ?? '',
          podPort: port,
          workload: nameOf(workload.resource),
          variable: 'ISTIO_META_UNPRIVILEGED_POD',
        },
        { related: [{ at: variable.at('value'), note: `in ${nameOf(workload.resource)}` }] },
      );
    }
  },
});
