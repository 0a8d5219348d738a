import {
  defineRule,
  INJECT_KEY,
  INJECTION_KEY,
  isIstiod,
  isSelected,
  isSettled,
  type Mesh,
  type Namespace,
  nameOf,
  namespacesOf,
  REVISION_KEY,
  type Workload,
} from '@meshvet/core';
import { deleteEntry } from '../shared/edits/mapping-edit.ts';

export const injectPodRevisionIgnored = defineRule({
  meta: {
    id: 'inject-pod-revision-ignored',
    summary: 'Pods name a revision, and the label of their Namespace decides.',
    why: 'Webhooks read istio.io/rev on pods only where the namespace has no label of its own, so the pods get the proxy of another revision than they name.',
    fix: 'Remove istio.io/rev from the pod template, or label the Namespace with the revision that is meant.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    since: '1.10',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio.io: Canary Upgrades',
    ],
    messages: {
      byLabel:
        '{resource}: label istio.io/rev={revision} of the pods is ignored, because Namespace {namespace} has istio-injection=enabled, so the default revision injects them.',
      byRevision:
        '{resource}: label istio.io/rev={revision} of the pods is ignored, because Namespace {namespace} has istio.io/rev={other}, so that revision injects them.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the namespace names another revision',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/rev: stable } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  istio.io/rev: canary #~ byRevision \`canary\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'a namespace without a label leaves it to its pods',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, istio.io/rev: canary } }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podLabels } = workload;
    if (isIstiod(podLabels)) return;
    const revision = podLabels.get(REVISION_KEY);
    if (!revision || podLabels.mayChange(REVISION_KEY) || podLabels.get(INJECT_KEY) === 'false') return;
    const above = deciding(mesh, workload);
    if (above === undefined || isSame(mesh, revision, above.revision)) return;
    const field = podLabels.at(REVISION_KEY);
    const data = { resource: nameOf(resource), revision, namespace: resource.namespace ?? '' };
    const related = [{ at: above.field, note: 'this one wins' }];
    const sure = isSettled(resource) && !isSelected(mesh, resource, REVISION_KEY, revision);
    const options = { related, edits: sure ? deleteEntry(field) : [] };
    if (above.revision === undefined) report(field, 'byLabel', data, options);
    else report(field, 'byRevision', { ...data, other: above.revision }, options);
  },
});

/** The label of the Namespace that decides for certain, with the revision that it names; none for `istio-injection`. */
function deciding(mesh: Mesh, workload: Workload) {
  const namespaces = namespacesOf(mesh, workload.resource) ?? [];
  const [first] = namespaces;
  if (!first || !namespaces.every((n) => told(n) !== undefined && told(n) === told(first))) return undefined;
  const { outcome, cause } = mesh.admission(workload).istio;
  // Whether a revision that the namespace names is installed need not be known: the pods' own is not read anyway.
  const charts = mesh.ofType('admissionregistration.k8s.io/MutatingWebhookConfiguration').length === 0;
  const certain =
    outcome === 'injected'
      ? cause === 'namespace-label' || cause === 'namespace-revision'
      : outcome === 'unknown' && charts && !workload.podLabels.mayChange(INJECT_KEY);
  if (!certain) return undefined;
  const { labels } = first.resource;
  return labels.has(INJECTION_KEY)
    ? { field: labels.at(INJECTION_KEY), revision: undefined }
    : { field: labels.at(REVISION_KEY), revision: labels.get(REVISION_KEY) };
}

function told({ resource: { labels } }: Namespace): string | undefined {
  if (labels.mayChange(INJECTION_KEY) || labels.mayChange(REVISION_KEY)) return undefined;
  if (labels.has(INJECTION_KEY)) return labels.get(INJECTION_KEY) === 'enabled' ? INJECTION_KEY : undefined;
  return labels.get(REVISION_KEY) || undefined;
}

// A tag and the revision that it stands for are one control plane; the unnamed revision is called default.
function isSame(mesh: Mesh, revision: string, above: string | undefined): boolean {
  const { tags, defaultRevision } = mesh.installation;
  if (above === undefined && revision === 'default') return true;
  const other = above ?? defaultRevision.value ?? '';
  return revision === other || (tags.get(revision) ?? revision) === (tags.get(other) ?? other);
}
