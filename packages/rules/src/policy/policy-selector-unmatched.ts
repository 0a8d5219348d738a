import {
  defineRule,
  type Endpoint,
  lookupSelected,
  type Mesh,
  nameOf,
  type PolicySelection,
  selectionToJudge,
} from '@meshvet/core';
import { selectorWords } from '../shared/words/policy-words.ts';

export const policySelectorUnmatched = defineRule({
  meta: {
    id: 'policy-selector-unmatched',
    summary: 'A policy selects no pods of the mesh.',
    why: 'It holds for nothing: what it would allow, deny or measure goes on as if it were not there.',
    fix: 'Write labels of the pod template into the selector, in the namespace of the pods.',
    severity: 'warning',
    subject: 'resource',
    types: [
      'extensions.istio.io/WasmPlugin',
      'networking.istio.io/EnvoyFilter',
      'networking.istio.io/Sidecar',
      'security.istio.io/AuthorizationPolicy',
      'security.istio.io/PeerAuthentication',
      'security.istio.io/RequestAuthentication',
      'telemetry.istio.io/Telemetry',
    ],
    codes: ['IST0127', 'IST0101/selector', 'KIA0004'],
    sources: [
      'istio.io/docs/reference/config/type/workload-selector/',
      'istio/istio pkg/config/analysis/analyzers/authz/authorizationpolicies.go',
      'istio/istio pkg/config/analysis/analyzers/sidecar/selector.go',
      'istio/istio pkg/config/analysis/analyzers/telemetry/selector.go',
      'kiali business/checkers/common/workload_selector_checker.go',
    ],
    messages: {
      none: '{policy}: no workload {where} has the labels {selector}, so it holds for nothing{elsewhere}.',
      notInMesh: '{policy} holds for nothing: {pods} has the labels {selector}, but is not in the mesh ({reason}).',
      empty: '{policy} holds for nothing: namespace {namespace} has no workload in the mesh.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a misspelt label',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector:
              matchLabels:
                app: crat #~ none \`crat\`
            action: DENY
            rules: [{}]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: shop/cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'the pods are not among these files',
        yaml: `
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec: { selector: { matchLabels: { app: cart } }, action: DENY, rules: [{}] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const selection = selectionToJudge(mesh, resource);
    if (!selection || resource.name === '') return;
    const policy = nameOf(resource);
    const { namespace = '' } = resource;
    const codes = codesOf(selection);
    if (!selection.selector) {
      // A policy for all pods of a namespace may be there before the first of them: only a whole world tells.
      if (!mesh.settings.closedWorld || resource.kind !== 'AuthorizationPolicy' || selection.everywhere) return;
      if (mesh.externals.namespace(namespace) || mayHavePods(mesh, namespace)) return;
      report(resource.body.at('metadata').at('namespace'), 'empty', { policy, namespace }, { codes: ['IST0127'] });
      return;
    }
    // Such a PeerAuthentication selects nothing, and another rule speaks of it.
    const inRoot = namespace === mesh.installation.rootNamespace.value;
    if (resource.kind === 'PeerAuthentication' && inRoot) return;
    if (selection.attached) return;
    // A label with a "*" is refused, and so told by other rules; and a Sidecar in the root namespace has a rule of its own.
    if (selection.selector.requirements?.some((r) => r.values.some((value) => value.includes('*')))) return;
    if (resource.kind === 'Sidecar' && inRoot && mesh.installation.rootNamespace.certain) return;
    const pods = lookupSelected(mesh, selection);
    const selector = selectorWords(selection);
    const at = selection.selector.requirements?.[0]?.field ?? selection.field;
    if (pods.state === 'missing') {
      const [other] = namesakes(mesh, selection);
      report(
        at,
        'none',
        {
          policy,
          selector,
          where: selection.everywhere ? 'of any namespace' : `of namespace ${namespace}`,
          elsewhere: other ? `; ${nameOf(other.resource)} has them` : '',
        },
        {
          codes,
          related: other ? [{ at: other.labels.field, note: 'these labels, in another namespace' }] : [],
        },
      );
    } else if (pods.state === 'found') {
      const outside = pods.value.map((e) => outsideBecause(mesh, selection, e));
      const [reason] = outside;
      if (reason === undefined || outside.includes(undefined)) return;
      const [first] = pods.value as [Endpoint];
      report(
        at,
        'notInMesh',
        { policy, selector, pods: nameOf(first.resource), reason },
        {
          codes: codes.filter((code) => code === 'IST0127'),
          related: [{ at: first.labels.field, note: 'the pods that it selects' }],
        },
      );
    }
  },
});

function codesOf({ resource: { kind } }: PolicySelection): readonly string[] {
  switch (kind) {
    case 'AuthorizationPolicy':
      return ['IST0127', 'KIA0004'];
    case 'Sidecar':
      return ['IST0101/selector', 'KIA0004'];
    case 'Telemetry':
      return ['IST0101/selector'];
    case 'PeerAuthentication':
    case 'RequestAuthentication':
      return ['KIA0004'];
    default:
      return [];
  }
}

/** Why pods are surely out of the mesh; undefined where they are not, or may not be. A gateway is in it. */
function outsideBecause(mesh: Mesh, { resource }: PolicySelection, { workload }: Endpoint): string | undefined {
  if (!workload || workload.isGateway || !mesh.together(workload.resource, resource)) return undefined;
  const { answer, reason } = mesh.membership(workload);
  return answer === 'no' ? reason : undefined;
}

function mayHavePods(mesh: Mesh, namespace: string): boolean {
  return mesh.derive(peopledNamespaces).has(namespace);
}

// Dumps hold Pods of which only the metadata was kept; a Gateway of the Gateway API has pods that no manifest shows.
function peopledNamespaces(mesh: Mesh): ReadonlySet<string> {
  const kinds = [
    'Pod',
    'networking.istio.io/WorkloadEntry',
    'networking.istio.io/WorkloadGroup',
    'gateway.networking.k8s.io/Gateway',
  ];
  return new Set([
    ...mesh.workloads.flatMap((w) =>
      w.isGateway || mesh.membership(w).answer !== 'no' ? [w.resource.namespace ?? ''] : [],
    ),
    ...kinds.flatMap((type) =>
      mesh.ofType(type).flatMap((r) => (type === 'Pod' && !r.partial ? [] : [r.namespace ?? ''])),
    ),
  ]);
}

function namesakes(mesh: Mesh, selection: PolicySelection): readonly Endpoint[] {
  if (selection.everywhere) return [];
  const everywhere = lookupSelected(mesh, { ...selection, everywhere: true });
  return everywhere.state === 'found' ? everywhere.value.filter((e) => mesh.near(e.resource, selection.resource)) : [];
}
