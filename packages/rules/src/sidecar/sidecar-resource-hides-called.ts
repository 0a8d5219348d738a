import {
  calledHosts,
  clientOf,
  defineRule,
  isCapturedOutbound,
  nameOf,
  registryOf,
  scopeOfClient,
  standsBeside,
  strictServer,
  workloadOf,
} from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const sidecarResourceHidesCalled = defineRule({
  meta: {
    id: 'sidecar-resource-hides-called',
    summary: 'A Sidecar does not import a Service whose name stands in the environment or the arguments of the pods.',
    why: 'The proxies know only what the egress lists import: with REGISTRY_ONLY other calls end at the proxy, and else they go out as plain text, past routes and mutual TLS.',
    fix: 'Add namespace/host of the Service, or the whole namespace, to an egress list of the Sidecar.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: ['istio.io/docs/reference/config/networking/sidecar/', 'istio/istio pilot/pkg/model/sidecar.go'],
    messages: {
      blocked:
        '{workload} calls {host} ({where}), which {sidecar} does not import, and with REGISTRY_ONLY ({source}) the call ends at the proxy.',
      refused:
        '{workload} calls {host} ({where}), which {sidecar} does not import, so the call goes out as plain text, and {server} accepts only mTLS.',
      bypassed:
        '{workload} calls {host} ({where}), which {sidecar} does not import, so the call goes out as plain text, past its routes and mutual TLS.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the namespace of the Service is missing',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: stock, namespace: stock }
          spec: { selector: { app: stock }, ports: [{ name: http, port: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: orders, namespace: orders }
          spec:
            selector: { matchLabels: { app: orders } }
            template:
              metadata: { labels: { app: orders } }
              spec:
                containers:
                  - name: orders
                    image: orders
                    env:
                      - name: STOCK_URL
                        value: http://stock.stock.svc.cluster.local:8080 #~ blocked
          ---
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: orders }
          spec:
            outboundTrafficPolicy: { mode: REGISTRY_ONLY }
            egress: [{ hosts: ["./*", "istio-system/*"] }]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: stock, namespace: stock }
          spec: { selector: { app: stock }, ports: [{ name: http, port: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: orders, namespace: orders }
          spec:
            selector: { matchLabels: { app: orders } }
            template:
              metadata: { labels: { app: orders } }
              spec:
                containers:
                  - name: orders
                    image: orders
                    env: [{ name: STOCK_URL, value: "http://stock.stock.svc.cluster.local:8080" }]
          ---
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: orders }
          spec:
            outboundTrafficPolicy: { mode: REGISTRY_ONLY }
            egress: [{ hosts: ["./*", "stock/*"] }]
        `,
      },
    ],
  },
  check({ subject: asked, mesh: whole, report }) {
    const { resource } = asked;
    const severity = severityForSidecar(whole, asked, 'warning');
    if (!severity || whole.ofType('networking.istio.io/Sidecar').length === 0) return;
    const mesh = whole.around(resource);
    const workload = mesh && workloadOf(mesh, resource);
    if (!mesh || !workload) return;
    const scope = scopeOfClient(mesh, clientOf(workload));
    if (!scope.sidecar || !standsBeside(mesh, scope.sidecar, resource)) return;
    for (const { field, where, written, host, service, port } of calledHosts(mesh, workload)) {
      const known = registryOf(mesh).at(host)[0];
      if (
        !known ||
        !service ||
        scope.host(host) ||
        known.aliasOf !== undefined ||
        isCapturedOutbound(mesh, workload, port) !== 'yes' ||
        !standsBeside(mesh, known.resource, resource)
      )
        continue;
      const words = { workload: nameOf(resource), host: written, where, sidecar: nameOf(scope.sidecar) };
      const egress = scope.sidecar.body.at('spec').at('egress');
      const options = { related: [{ at: egress, note: `what ${nameOf(scope.sidecar)} imports` }] };
      const { mode, certain, source } = scope.outboundMode;
      const server = strictServer(mesh, service.namespace, service.name, port, resource);
      if (mode === 'REGISTRY_ONLY' && certain) report(field, 'blocked', { ...words, source }, { ...options, severity });
      else if (server?.workload)
        report(field, 'refused', { ...words, server: nameOf(server.workload.resource) }, { ...options, severity });
      else report(field, 'bypassed', words, { ...options, severity: 'info', advice: true });
    }
  },
});
