import { addTo, defineRule, type Mesh, nameOf, type Resource } from '@meshvet/core';

export const workloadGroupLabelsShared = defineRule({
  meta: {
    id: 'workload-group-labels-shared',
    summary: 'Two WorkloadGroups of a namespace give their machines the same labels.',
    why: 'Services, policies and routes select machines by labels, so nothing can tell the machines of the two groups apart.',
    fix: 'Give each group a label of its own, unless they are meant to be one application.',
    severity: 'info',
    advice: true,
    subject: 'resource',
    types: ['networking.istio.io/WorkloadGroup'],
    codes: ['KIA1702'],
    since: '1.8',
    sources: [
      'istio.io/docs/reference/config/networking/workload-group/',
      'kiali business/checkers/workloadgroups/duplicate_labels_checker.go',
    ],
    messages: {
      shared: '{group} and {other} give their machines the same labels: {labels}.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: WorkloadGroup
          metadata: { name: a, namespace: bank }
          spec:
            metadata:
              labels: { app: ledger } #~ shared
            template: { serviceAccount: ledger }
          ---
          apiVersion: networking.istio.io/v1
          kind: WorkloadGroup
          metadata: { name: b, namespace: bank }
          spec:
            metadata:
              labels: { app: ledger } #~ shared
            template: { serviceAccount: ledger }
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: WorkloadGroup
          metadata: { name: a, namespace: bank }
          spec: { metadata: { labels: { app: ledger, version: v1 } }, template: { serviceAccount: ledger } }
          ---
          apiVersion: networking.istio.io/v1
          kind: WorkloadGroup
          metadata: { name: b, namespace: bank }
          spec: { metadata: { labels: { app: ledger, version: v2 } }, template: { serviceAccount: ledger } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const labels = labelsOf(resource);
    if (labels === undefined) return;
    const others = mesh.derive(groupsByLabels).get(`${resource.namespace}\n${labels}`) ?? [];
    const other = others
      .slice(0, MOST)
      .find((r) => r !== resource && !mesh.sameObject(r, resource) && mesh.appliedTogether(r, resource));
    if (!other) return;
    report(resource.body.at('spec').at('metadata').at('labels'), 'shared', {
      group: nameOf(resource),
      other: nameOf(other),
      labels,
    });
  },
});

const MOST = 50;

function groupsByLabels(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const resource of mesh.ofType('networking.istio.io/WorkloadGroup')) {
    const labels = labelsOf(resource);
    if (labels !== undefined) addTo(index, `${resource.namespace}\n${labels}`, resource);
  }
  return index;
}

// In the order of their keys; undefined for a patch, and where one is filled in later.
function labelsOf(resource: Resource): string | undefined {
  const entries = resource.body.at('spec').at('metadata').at('labels').entries();
  if (resource.partial || entries.length === 0 || entries.length > MOST) return undefined;
  const pairs = entries.map(([key, field]) => `${key}=${field.text() ?? '\0'}`).sort();
  return pairs.some((pair) => pair.endsWith('\0')) ? undefined : pairs.join(', ');
}
