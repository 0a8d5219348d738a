import {
  DATAPLANE_KEY,
  defineRule,
  type Field,
  INJECT_KEY,
  INJECTION_KEY,
  type Mesh,
  type Namespace,
  nameOf,
  namespaceOf,
  namespacesOf,
  REVISION_KEY,
  type Resource,
  revisionsBesideDefault,
  type Severity,
  WORKLOAD_TYPES,
  workloadOf,
} from '@meshvet/core';

export const injectRevisionUnknown = defineRule({
  meta: {
    id: 'inject-revision-unknown',
    summary: 'A label asks for a revision of Istio that is not installed.',
    why: 'No webhook answers to it, so the pods start without a sidecar, and nothing tells of it.',
    fix: 'Name a revision or a tag that is installed.',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    types: ['Namespace', ...WORKLOAD_TYPES],
    since: '1.6',
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/revision-tags-mwc.yaml',
      'istio.io: Canary Upgrades',
    ],
    messages: {
      unknown: '{resource}: label istio.io/rev={revision} names no revision that is installed ({installed}){so}.',
      empty: '{resource}: label istio.io/rev is empty and names no revision{so}.',
      noDefault:
        '{resource}: label {label} is heeded by the default revision only, and none is installed as such ({installed}){so}.',
      noDefaultRead:
        '{resource}: label {label} is heeded by the default revision only, and the webhooks that were read belong to {names}. Unless one of these was made the default in the cluster (istioctl tag set default), its pods get no sidecar.',
    },
  },
  examples: {
    bad: [
      {
        title: 'in a closed world, with one control plane',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec: { revision: canary }
          ---
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio.io/rev: cannary #~ unknown \`cannary\`
        `,
      },
    ],
    good: [
      {
        title: 'the revision that is installed',
        settings: { closedWorld: true },
        yaml: `
          apiVersion: install.istio.io/v1alpha1
          kind: IstioOperator
          metadata: { name: istio, namespace: istio-system }
          spec: { revision: canary }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/rev: canary } }
        `,
      },
      {
        title: 'of which revisions there are nothing is known',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/rev: canary } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const asked = askedInVain(mesh, resource);
    if (!asked) {
      const namespace = namespaceOf(mesh, resource);
      const names = namespace && mesh.derive(revisionsWithoutDefault);
      if (!names || resource.rewrites?.name || !asksForDefault(mesh, namespace)) return;
      report(
        resource.labels.at(INJECTION_KEY),
        'noDefaultRead',
        { resource: nameOf(resource), label: 'istio-injection=enabled', names: names.join(', ') },
        {
          severity: 'warning',
          ...(names.length === 1
            ? { fix: `Write istio.io/rev: ${names[0]} in its place, or give that revision the tag default.` }
            : {}),
        },
      );
      return;
    }
    const { field, so } = asked;
    const names = installed(mesh);
    const severity: Severity = knows(mesh) ? 'error' : 'warning';
    const data = { resource: nameOf(resource), so };
    const list = names.length === 0 ? 'none that the input tells of' : `installed: ${names.join(', ')}`;
    const only = names.length === 1 ? { fix: `Write istio.io/rev: ${names[0]}.` } : {};
    const revision = field.key === REVISION_KEY ? field.text() : undefined;
    if (revision === '') report(field, 'empty', data, { severity, ...only });
    else if (revision !== undefined)
      report(field, 'unknown', { ...data, revision, installed: list }, { severity, ...only });
    else {
      const label = field.key === INJECTION_KEY ? 'istio-injection=enabled' : `${field.key} "true"`;
      const fix =
        names.length === 1
          ? { fix: `Write istio.io/rev: ${names[0]} in its place, or give that revision the tag default.` }
          : {};
      report(field, 'noDefault', { ...data, label, installed: list }, { severity, ...fix });
    }
  },
});

/** The label that nobody answers to. What the Namespace says is told there, and not for each of its workloads. */
function askedInVain(mesh: Mesh, resource: Resource): { readonly field: Field; readonly so: string } | undefined {
  const namespace = namespaceOf(mesh, resource);
  if (namespace) {
    const { labels } = resource;
    // There the label chooses the control plane of waypoints, too.
    if (resource.rewrites?.name || !labels.lacks(DATAPLANE_KEY)) return undefined;
    const { outcome, cause } = mesh.injectionIn(namespace);
    const so = ', so its pods get no sidecar';
    if (outcome !== 'not-injected') return undefined;
    if (cause === 'namespace-revision') return { field: labels.at(REVISION_KEY), so };
    return cause === 'no-default-revision' ? { field: labels.at(INJECTION_KEY), so } : undefined;
  }
  const workload = workloadOf(mesh, resource);
  if (!workload) return undefined;
  const { istio } = mesh.admission(workload);
  const { podLabels } = workload;
  const so = ', so the pods get no sidecar';
  if (istio.outcome !== 'not-injected') return undefined;
  if (istio.cause === 'pod-revision') return { field: podLabels.at(REVISION_KEY), so };
  const isOwn = (namespacesOf(mesh, resource) ?? []).every((n) => n.resource.labels.lacks(INJECTION_KEY));
  return istio.cause === 'no-default-revision' && isOwn ? { field: podLabels.at(INJECT_KEY), so } : undefined;
}

/** Whether pods of a namespace get a sidecar of the default revision, if there is one, and of no other. */
function asksForDefault(mesh: Mesh, namespace: Namespace): boolean {
  const { labels } = namespace.resource;
  if (labels.get(INJECTION_KEY) !== 'enabled' || !labels.lacks(REVISION_KEY) || labels.mayChange(INJECTION_KEY))
    return false;
  const { outcome, revision } = mesh.injectionIn(namespace);
  return outcome === 'unknown' && revision === 'default';
}

function revisionsWithoutDefault(mesh: Mesh): readonly string[] | undefined {
  return revisionsBesideDefault(mesh.installation, mesh.resources)?.slice(0, MOST);
}

/** Whether the config or a manifest tells what is installed. */
function knows(mesh: Mesh): boolean {
  return installed(mesh).length > 0 || mesh.installation.defaultRevision.from !== 'default';
}

function installed({ installation }: Mesh): string[] {
  const names = [...installation.revisions.map((r) => r.value), ...installation.tags.keys()];
  return [...new Set(names)].slice(0, MOST);
}

// A message is a line.
const MOST = 12;
