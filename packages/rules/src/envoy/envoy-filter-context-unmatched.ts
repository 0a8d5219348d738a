import {
  defineRule,
  envoyFilterOf,
  isSurelyNoGateway,
  lookupSelected,
  type Mesh,
  nameOf,
  type PolicySelection,
  policySelection,
  type Workload,
} from '@meshvet/core';

export const envoyFilterContextUnmatched = defineRule({
  meta: {
    id: 'envoy-filter-context-unmatched',
    summary: 'An EnvoyFilter patches gateways where only sidecars are, or sidecars where only gateways are.',
    why: 'An EnvoyFilter holds for the proxies of its own namespace (that of the root namespace for all), and each patch for those of its context alone; where there is none of that sort nothing is patched, and nobody says so.',
    fix: 'Put the EnvoyFilter into the namespace where the gateway pods run, or into the root namespace; or change the context of the patch.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/EnvoyFilter'],
    sources: [
      'istio.io/docs/reference/config/networking/envoy-filter/#EnvoyFilter-PatchContext',
      'istio/istio pilot/pkg/model/push_context.go: EnvoyFilters',
    ],
    messages: {
      noGateway: '{filter}: context GATEWAY, and {pods} {are} no gateway, so this patches nothing{there}.',
      noSidecar:
        '{filter}: context {context}, and {pods} {are} a gateway, which has none of these listeners; this patches nothing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a patch for gateways beside an application',
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: lua, namespace: shop }
          spec:
            configPatches:
              - applyTo: HTTP_FILTER
                match: { context: GATEWAY } #~ noGateway \`GATEWAY\`
                patch: { operation: INSERT_FIRST, value: { name: lua } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'the root namespace reaches all gateways',
        yaml: `
          apiVersion: networking.istio.io/v1alpha3
          kind: EnvoyFilter
          metadata: { name: lua, namespace: istio-system }
          spec:
            configPatches:
              - applyTo: HTTP_FILTER
                match: { context: GATEWAY }
                patch: { operation: INSERT_FIRST, value: { name: lua } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const filter = envoyFilterOf(mesh, resource);
    const selection = filter && policySelection(mesh, resource);
    if (!filter || !selection?.settled || selection.attached) return;
    const contexts = new Set(filter.patches.map((p) => p.context));
    if ([...contexts].every((c) => c === 'ANY' || c === undefined)) return;
    const pods = podsOf(mesh, selection);
    const [first] = pods;
    if (!first) return;
    const withoutGateway = pods.every((w) => isSurelyNoGateway(mesh, w));
    const onlyGateways = pods.every((w) => w.isGateway);
    const told = new Set<string>();
    for (const { context, contextField } of filter.patches) {
      if (context === undefined || told.has(context)) continue;
      told.add(context);
      const words = {
        filter: nameOf(resource),
        pods: selection.selector ? nameOf(first.resource) : `the pods of namespace ${resource.namespace}`,
        are: selection.selector ? 'is' : 'are',
      };
      const related = [{ at: first.podLabels.field, note: `the pods of ${nameOf(first.resource)}` }];
      if (context === 'GATEWAY' && withoutGateway) {
        const gateway = mesh.workloads.find((w) => w.isGateway);
        const there = gateway ? `; ${nameOf(gateway.resource)} is one` : '';
        report(contextField, 'noGateway', { ...words, there }, { related });
      } else if (SIDECARS.has(context) && onlyGateways)
        report(contextField, 'noSidecar', { ...words, context }, { related });
    }
  },
});

const SIDECARS: ReadonlySet<string> = new Set(['SIDECAR_INBOUND', 'SIDECAR_OUTBOUND']);

// The pods that a filter holds for; none where others may be among them.
function podsOf(mesh: Mesh, selection: PolicySelection): readonly Workload[] {
  const { selector, resource, everywhere } = selection;
  if (selector) {
    const lookup = lookupSelected(mesh, selection);
    const endpoints = lookup.state === 'found' ? lookup.value : [];
    const workloads = endpoints.flatMap((e) => e.workload ?? []);
    const sure = workloads.every((w) => mesh.settings.closedWorld || mesh.near(w.resource, resource));
    return sure && workloads.length === endpoints.length ? workloads : [];
  }
  const { namespace = '' } = resource;
  if (everywhere || mesh.assumesNamespace(resource) || !mesh.installation.rootNamespace.certain) return [];
  if (mesh.externals.namespace(namespace) || mesh.derive(namespacesWithMade).has(namespace)) return [];
  if (mesh.hasUnreadBeside(resource)) return [];
  const pods = mesh.workloads.filter((w) => w.resource.namespace === namespace);
  const near = pods.some((w) => mesh.near(w.resource, resource));
  return mesh.settings.closedWorld || near ? pods : [];
}

// A Gateway of the Gateway API has pods that no manifest shows, and the release of a chart may have some.
function namespacesWithMade(mesh: Mesh): ReadonlySet<string> {
  const made = mesh.resources.filter(
    (r) => r.type === 'gateway.networking.k8s.io/Gateway' || /^(?:HelmRelease|HelmChart|IstioOperator)$/.test(r.kind),
  );
  return new Set(made.map((r) => r.namespace ?? ''));
}
