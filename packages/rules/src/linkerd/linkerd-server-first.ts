import {
  defineRule,
  hasLinkerd,
  isInPortList,
  linkerdProtocol,
  linkerdServes,
  linkerdSetting,
  type Mesh,
  nameOf,
  OPAQUE_PORTS_KEY,
  opaquePortsOf,
  type Service,
  type ServicePort,
  serverFirstAt,
  surelyBehind,
} from '@meshvet/core';

export const linkerdServerFirst = defineRule({
  meta: {
    id: 'linkerd-server-first',
    summary: 'The server speaks first at a port that Linkerd does not know as opaque.',
    why: 'The proxy waits for the first bytes of the client to see which protocol it is, and the client waits for the server: each connection hangs for ten seconds.',
    fix: 'Write config.linkerd.io/opaque-ports with the port at the Service and at the pod template, or appProtocol linkerd.io/opaque since 2.18.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'service',
    sources: [
      'linkerd.io: Protocol detection (server-speaks-first protocols)',
      'linkerd2 charts/linkerd-control-plane/values.yaml (proxy.opaquePorts)',
    ],
    messages: {
      dropped:
        '{service}: port {port} is {protocol} ({evidence}), and the list of opaque ports {list} takes the place of the default list, which has it: each connection waits ten seconds.',
      undeclared:
        '{service}: port {port} is {protocol} ({evidence}), where the server speaks first, and it is no opaque port: each connection waits ten seconds.',
    },
  },
  examples: {
    bad: [
      {
        title: 'MySQL on a port of its own',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: store, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: store }
          spec:
            selector: { app: db }
            ports:
              - port: 4406 #~ undeclared \`4406\`
          ---
          apiVersion: apps/v1
          kind: StatefulSet
          metadata: { name: db, namespace: store }
          spec:
            selector: { matchLabels: { app: db } }
            template:
              metadata: { labels: { app: db } }
              spec: { containers: [{ name: db, image: mysql:8, ports: [{ containerPort: 4406 }] }] }
        `,
      },
      {
        title: 'a list without the default of MySQL',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: store, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata:
            name: db
            namespace: store
            annotations: { config.linkerd.io/opaque-ports: "9999" }
          spec:
            selector: { app: db }
            ports:
              - port: 3306 #~ dropped \`3306\`
          ---
          apiVersion: apps/v1
          kind: StatefulSet
          metadata: { name: db, namespace: store }
          spec:
            selector: { matchLabels: { app: db } }
            template:
              metadata: { labels: { app: db } }
              spec: { containers: [{ name: db, image: mysql:8, ports: [{ containerPort: 3306 }] }] }
        `,
      },
    ],
    good: [
      {
        title: 'a default, and a port that is written',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: store, annotations: { linkerd.io/inject: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: store }
          spec: { selector: { app: db }, ports: [{ port: 3306 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: other, namespace: store, annotations: { config.linkerd.io/opaque-ports: "4406" } }
          spec: { selector: { app: other }, ports: [{ name: mysql, port: 4406 }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (service.type === 'ExternalName' || !linkerdServes(mesh, service)) return;
    const opaque = opaquePortsOf(mesh, service.resource.annotations, service.resource);
    if (!opaque) return;
    for (const port of service.ports.slice(0, MOST)) {
      if (port.protocol !== 'TCP' || port.number === undefined || port.unreadable || opaque.has(port.number)) continue;
      if (linkerdProtocol(mesh, port.appProtocol) !== 'detected' || isSkipped(mesh, service, port)) continue;
      const evidence = serverFirstAt(mesh, service, port);
      if (!evidence || evidence.listedOnly) continue;
      const words = {
        service: nameOf(service.resource),
        port: port.number,
        protocol: evidence.name,
        evidence: evidence.evidence,
      };
      const related =
        opaque.from === 'own'
          ? [{ at: service.resource.annotations.at(OPAQUE_PORTS_KEY), note: 'the list of the Service' }]
          : [];
      if (opaque.from !== 'default' && DEFAULTS.has(port.number))
        report(port.field.at('port'), 'dropped', { ...words, list: `"${opaque.value}"` }, { related });
      else report(port.field.at('port'), 'undeclared', words, { related });
    }
  },
});

const MOST = 50;
/** Default opaque ports of protocols in which the server speaks first. */
const DEFAULTS: ReadonlySet<number> = new Set([25, 587, 3306]);

/** Whether the pods keep the port out of the proxy; what cannot be read may do so. */
function isSkipped(mesh: Mesh, service: Service, port: ServicePort): boolean {
  return surelyBehind(mesh, service).some((workload) => {
    const target = mesh.resolveTarget(port, workload);
    if (target.state !== 'found' || hasLinkerd(mesh, workload) === 'no') return true;
    const skipped = linkerdSetting(mesh, workload, 'config.linkerd.io/skip-inbound-ports');
    return skipped !== undefined && isInPortList(skipped.value, target.number);
  });
}
