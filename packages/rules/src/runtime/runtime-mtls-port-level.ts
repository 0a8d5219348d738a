import {
  defineRule,
  type Field,
  type Mesh,
  matches,
  nameOf,
  type PeerAuthentication,
  peerAuthentications,
  type Resource,
  type Workload,
  workloadsIn,
} from '@meshvet/core';

export const runtimeMtlsPortLevel = defineRule({
  meta: {
    id: 'runtime-mtls-port-level',
    summary: 'A PeerAuthentication sets mutual TLS for ports, and the setting never holds.',
    why: 'Istio reads portLevelMtls only beside a selector outside the root namespace, and its keys are ports of the pods and not of a Service, so the port keeps the mode of the whole policy.',
    fix: 'Select the pods, in their own namespace, and write the port that they listen on.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/PeerAuthentication'],
    since: '1.5',
    sources: [
      'istio.io: PeerAuthentication (portLevelMtls)',
      'istio/istio pkg/config/validation/validation.go (ValidatePeerAuthentication)',
      'istio/istio pilot/pkg/security/authn/policy_applier.go (ComposePeerAuthentication)',
    ],
    messages: {
      withoutSelector:
        '{policy}: portLevelMtls stands without a selector; Istio refuses such a policy, and would not read the ports of one that holds for a whole namespace or mesh.',
      servicePort:
        '{policy}: port {port} is the port of {service}, which leads to port {target} of the pods; the keys of portLevelMtls are ports of the pods.',
    },
  },
  examples: {
    bad: [
      {
        title: 'without a selector, before the definition of the kind refused that',
        settings: { istioVersion: '1.20' },
        yaml: `
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec:
            mtls: { mode: STRICT }
            portLevelMtls: #~ withoutSelector
              8080: { mode: PERMISSIVE }
        `,
      },
      {
        title: 'the port of the Service',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            mtls: { mode: STRICT }
            portLevelMtls:
              80: { mode: PERMISSIVE } #~ servicePort \`80\`
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart, ports: [{ containerPort: 8080 }] }] }
        `,
      },
    ],
    good: [
      {
        title: 'the port of the pods',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            mtls: { mode: STRICT }
            portLevelMtls:
              8080: { mode: PERMISSIVE }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart, ports: [{ containerPort: 8080 }] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type !== 'security.istio.io/PeerAuthentication' || resource.rewrites?.texts.length) return;
    const policy = mesh.derive(byResource).get(resource);
    const ports = resource.body.at('spec').at('portLevelMtls');
    if (!policy || policy.ports.size === 0 || policy.ports.size > MOST_PORTS) return;
    const data = { policy: nameOf(resource) };
    if (!policy.selector) {
      // The definition of Istio 1.23 and later refuses it, and another rule tells so.
      const told = mesh
        .shapeOf(resource)
        ?.faults.some((f) => f.kind === 'cel' && (f.path.length < 2 || f.path[1] === 'portLevelMtls'));
      if (!told && (resource.rewrites?.texts.length ?? 0) === 0)
        report(ports, 'withoutSelector', data, { onKey: true, severity: 'error' });
      return;
    }
    // In the root namespace the whole policy is left out, and another rule tells that.
    if (policy.scope === 'ignored') return;
    const workloads = selected(mesh, policy);
    if (workloads.length === 0) return;
    for (const port of policy.ports.keys()) {
      const hit = servicePort(mesh, workloads, port);
      if (hit)
        report(
          ports.at(port),
          'servicePort',
          { ...data, port, service: hit.service, target: hit.target },
          { onKey: true, related: [{ at: hit.field, note: `leads to ${hit.target}` }] },
        );
    }
  },
});

const MOST_PORTS = 50;
const MOST_WORKLOADS = 50;

function byResource(mesh: Mesh): ReadonlyMap<Resource, PeerAuthentication> {
  return new Map(peerAuthentications(mesh).map((policy) => [policy.resource, policy]));
}

/** The workloads that a policy surely selects; none where it may select others that were read too. */
function selected(mesh: Mesh, { resource, selector }: PeerAuthentication): readonly Workload[] {
  const all = workloadsIn(mesh, resource.namespace);
  if (!selector || all.length > 500) return [];
  const fitting = all.filter((w) => matches(selector, w.podLabels) !== 'no');
  const sure = fitting.every((w) => matches(selector, w.podLabels) === 'yes' && mesh.together(resource, w.resource));
  return sure && fitting.length <= MOST_WORKLOADS ? fitting : [];
}

/** The Service whose port a key is, where the key is surely no port of the pods. */
function servicePort(
  mesh: Mesh,
  workloads: readonly Workload[],
  key: string,
): { service: string; target: number; field: Field } | undefined {
  let hit: { service: string; target: number; field: Field } | undefined;
  for (const workload of workloads) {
    if (workload.declaredPorts.some((p) => p.number === undefined || String(p.number) === key)) return undefined;
    for (const service of mesh.servicesOf(workload).slice(0, 50)) {
      for (const port of service.ports) {
        const target = mesh.resolveTarget(port, workload);
        if (target.state !== 'found' || String(target.number) === key) return undefined;
        if (String(port.number) === key)
          hit ??= { service: nameOf(service.resource), target: target.number, field: port.field };
      }
    }
  }
  return hit;
}
