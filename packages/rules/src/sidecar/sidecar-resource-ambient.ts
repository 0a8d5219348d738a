import {
  defineRule,
  isAmbientEndpoint,
  isAmbientNamespace,
  lookupSelected,
  type Mesh,
  nameOf,
  selectionToJudge,
} from '@meshvet/core';

export const sidecarResourceAmbient = defineRule({
  meta: {
    id: 'sidecar-resource-ambient',
    summary: 'A Sidecar object is written for pods in ambient mode.',
    why: 'Such pods have no sidecar that would read it: neither ztunnel nor waypoints do.',
    fix: 'Remove it; what it limits is said by AuthorizationPolicy and by exportTo in ambient mode.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/Sidecar'],
    codes: ['IST0167'],
    since: '1.18',
    sources: ['istio.io/docs/ambient/usage/', 'istio/istio pkg/config/analysis/analyzers/sidecar/selector.go'],
    messages: {
      namespace: '{sidecar} has no effect: the pods of namespace {namespace} are in ambient mode, and have no sidecar.',
      pods: '{sidecar} has no effect: {pods} is in ambient mode, and has no sidecar.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec: #~ namespace
            egress: [{ hosts: ["./*"] }]
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: shop }
          spec: { egress: [{ hosts: ["./*"] }] }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    if (resource.type !== 'networking.istio.io/Sidecar') return;
    const selection = selectionToJudge(mesh, resource);
    if (!selection || mesh.assumesNamespace(resource)) return;
    const { namespace = '' } = resource;
    const sidecar = nameOf(resource);
    const space = mesh.namespace(namespace);
    if (!selection.selector) {
      // One of the root namespace is the default of all the others.
      if (space.state !== 'found' || namespace === mesh.installation.rootNamespace.value) return;
      if (space.value.some((n) => !isAmbientNamespace(n.resource.labels)) || hasSidecars(mesh, namespace)) return;
      const related = space.value.slice(0, 3).map((n) => ({
        at: n.resource.labels.at('istio.io/dataplane-mode'),
        note: 'the namespace is in ambient mode',
      }));
      const spec = resource.body.at('spec');
      report(
        spec.exists ? spec : resource.body.at('metadata').at('name'),
        'namespace',
        { sidecar, namespace },
        { related },
      );
      return;
    }
    const pods = lookupSelected(mesh, selection);
    if (pods.state !== 'found') return;
    const sure = pods.value.filter((e) => isAmbientEndpoint(mesh, e) && mesh.together(e.resource, resource));
    const [first] = sure;
    if (!first || sure.length < pods.value.length) return;
    report(
      selection.selector.requirements?.[0]?.field ?? selection.field,
      'pods',
      { sidecar, pods: nameOf(first.resource) },
      { related: [{ at: first.labels.field, note: 'the pods that it selects' }] },
    );
  },
});

// Single pods of an ambient namespace may have a sidecar after all, and then they read it.
function hasSidecars(mesh: Mesh, namespace: string): boolean {
  return mesh.derive(namespacesWithSidecars).has(namespace);
}

function namespacesWithSidecars(mesh: Mesh): ReadonlySet<string> {
  return new Set(
    mesh.workloads.flatMap((w) => (mesh.sidecar(w).present === 'yes' ? [w.resource.namespace ?? ''] : [])),
  );
}
