import {
  asksInVain,
  DATAPLANE_KEY,
  defineRule,
  evidenceFor,
  evidenceForNamespace,
  INJECTION_KEY,
  isSettled,
  LINKERD_INJECT_KEY,
  type Mesh,
  NAMESPACE_MESH_LABELS,
  type Namespace,
  REVISION_KEY,
  type Resource,
  speaksInVain,
  type Workload,
  workloadsSurelyIn,
} from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';

export const injectNamespaceNotLabelled = defineRule({
  meta: {
    id: 'inject-namespace-not-labelled',
    summary: 'A Namespace carries no label of the mesh.',
    why: 'The injector is asked about pods of labelled namespaces, and about no others unless they ask themselves, so these pods stay outside the mesh.',
    fix: 'Label it istio-injection: enabled if its pods belong in the mesh, and istio-injection: disabled to say that they do not.',
    severity: 'info',
    about: 'istio',
    subject: 'namespace',
    codes: ['IST0102'],
    sources: [
      'istio/istio pkg/config/analysis/analyzers/injection/injection.go',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
    ],
    messages: {
      silent: 'Namespace {namespace} has neither istio-injection nor istio.io/rev, so its pods get no sidecar.',
      expected:
        'Namespace {namespace} has neither istio-injection nor istio.io/rev, so its pods get no sidecar ({workloads}), but they are expected in the mesh: {evidence}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a policy for a namespace whose pods have no proxy',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop #~ expected \`shop\`
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: STRICT } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
      {
        title: 'a namespace that says nothing beside one that does',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata:
            name: tools #~ silent
        `,
      },
    ],
    good: [
      {
        title: 'in the mesh, and outside it',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: tools, labels: { istio-injection: disabled } }
        `,
      },
    ],
  },
  check({ subject: namespace, mesh, report }) {
    const { resource, name } = namespace;
    if (name === '' || name === mesh.installation.rootNamespace.value || resource.rewrites?.name) return;
    // Where another manifest of it carries one, nobody knows which is applied.
    const isOpen = ({ labels }: Resource) => NAMESPACE_MESH_LABELS.some((key) => !labels.lacks(key));
    if (mesh.variants(resource).some(isOpen) || asksInVain(namespace)) return;
    // Whoever has Linkerd there does not miss Istio.
    if (resource.annotations.has(LINKERD_INJECT_KEY)) return;
    const silent = mesh.injectionIn(namespace);
    if (silent.outcome !== 'not-injected' || silent.cause !== 'no-label') return;
    const workloads = workloadsSurelyIn(mesh, name);
    if (workloads.some((w) => mesh.membership(w).answer === 'yes')) return;
    const field = resource.body.at('metadata').at('name');
    const outside = workloads.filter((w) => isLeftOut(mesh, w));
    const evidence = outside.length > 0 ? evidenceForNamespace(mesh, namespace) : undefined;
    if (evidence) {
      const related = evidence.field ? [{ at: evidence.field, note: 'what makes them expected in the mesh' }] : [];
      const names = [...new Set(outside.map((w) => `${w.resource.kind} ${w.resource.name}`))].sort();
      const rest = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
      const data = {
        namespace: name,
        workloads: `${names.slice(0, NAMED).join(', ')}${rest}`,
        evidence: evidence.text,
      };
      report(field, 'expected', data, { severity: 'warning', related, suggested: suggestedLabel(mesh, namespace) });
    } else if (mesh.derive(showsIstio) && !outside.some((w) => evidenceFor(mesh, w))) {
      report(field, 'silent', { namespace: name }, { advice: true });
    }
  },
});

const NAMED = 3;

function isLeftOut(mesh: Mesh, workload: Workload): boolean {
  if (workload.isGateway || !workload.podLabels.lacks(DATAPLANE_KEY) || speaksInVain(mesh, workload)) return false;
  return mesh.admission(workload).istio.cause === 'no-label';
}

function suggestedLabel(mesh: Mesh, { resource }: Namespace) {
  const { value: owner, certain } = mesh.installation.defaultRevision;
  return certain && owner !== undefined && isSettled(resource)
    ? insertString(resource.labels.field, INJECTION_KEY, 'enabled')
    : [];
}

/** Whether the input has to do with Istio at all: where it has not, a namespace owes it no label. */
function showsIstio(mesh: Mesh): boolean {
  return (
    mesh.settings.expectMesh === 'all' ||
    mesh.namespaces.some(({ resource: { labels } }) => [INJECTION_KEY, REVISION_KEY].some((key) => labels.has(key))) ||
    mesh.resources.some(({ group }) => group.endsWith('.istio.io'))
  );
}
