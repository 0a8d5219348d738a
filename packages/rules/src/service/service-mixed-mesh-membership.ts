import {
  defineRule,
  endsByItself,
  isSystemNamespace,
  type Mesh,
  nameOf,
  surelyBehind,
  type Workload,
} from '@meshvet/core';

export const serviceMixedMeshMembership = defineRule({
  meta: {
    id: 'service-mixed-mesh-membership',
    summary: 'Of the pods behind one Service some are in the mesh and some are not.',
    why: 'Calls are spread over all of them, so mutual TLS, policies and telemetry hold for a part of the calls only, and which part is chance.',
    fix: 'Bring all pods behind the Service into the mesh, or give those outside it a Service of their own.',
    severity: 'warning',
    about: 'any mesh',
    subject: 'service',
    sources: ['istio.io: Mutual TLS Migration', 'istio.io: Installing the Sidecar', 'kubernetes: Services'],
    messages: {
      mixed:
        '{service}: selects {inside}, which is in the mesh, and {outside}, which is not ({reason}), so callers meet one or the other by chance.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one of two versions is left out',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { app: cart } #~ mixed \`selector\`
            ports: [{ name: http, port: 80 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v1, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v1 } }
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v2, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v2 } }
            template:
              metadata: { labels: { app: cart, version: v2, sidecar.istio.io/inject: "false" } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'both are in the mesh',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v1, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v1 } }
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v2, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v2 } }
            template:
              metadata: { labels: { app: cart, version: v2 } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (isSystemNamespace(service.resource.namespace)) return;
    // A job that carries the labels of the application is no server, and a gateway is no part of one.
    const servers = surelyBehind(mesh, service).filter((w) => !endsByItself(w) && !w.isGateway);
    if (servers.length < 2) return;
    const answers = servers.map((workload) => [workload, mesh.membership(workload).answer] as const);
    const inside = answers.find(([, answer]) => answer === 'yes')?.[0];
    const outside = answers.find(
      ([workload, answer]) => answer === 'no' && inside !== undefined && differ(mesh, inside, workload),
    )?.[0];
    if (!inside || !outside) return;
    // A manifest that was not rendered beside others that were is the affair of sidecar-partial-workloads.
    if (inside.hasProxy && mesh.admission(outside).istio.cause === 'no-label') return;
    const { reason, field } = mesh.membership(outside);
    report(
      service.resource.body.at('spec').at('selector'),
      'mixed',
      { service: nameOf(service.resource), inside: nameOf(inside.resource), outside: nameOf(outside.resource), reason },
      {
        onKey: true,
        related: [
          { at: inside.resource.body.at('metadata').at('name'), note: 'in the mesh' },
          { at: field ?? outside.resource.body.at('metadata').at('name'), note: 'not in the mesh' },
        ],
      },
    );
  },
});

// What has several manifests may be one thing in one place and another in the next.
function differ(mesh: Mesh, a: Workload, b: Workload): boolean {
  return [a, b].every((w) => mesh.variants(w.resource).length === 1) && mesh.together(a.resource, b.resource);
}
