import { defineRule, nameOf, selectionToJudge } from '@meshvet/core';

export const sidecarResourceRootSelector = defineRule({
  meta: {
    id: 'sidecar-resource-root-selector',
    summary: 'A Sidecar object in the root namespace has a selector.',
    why: 'Only one without selector is the default of the mesh; with one it holds for pods of the root namespace alone.',
    fix: 'Take the selector out if it is meant for the whole mesh, or move the object to the namespace of the pods.',
    severity: 'warning',
    subject: 'resource',
    types: ['networking.istio.io/Sidecar'],
    codes: ['KIA1006'],
    sources: [
      'istio.io/docs/reference/config/networking/sidecar/',
      'kiali business/checkers/sidecars/global_checker.go',
    ],
    messages: {
      selector: '{sidecar} is in the root namespace and has a selector, so it holds for pods of {namespace} alone.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: istio-system }
          spec:
            workloadSelector: { labels: { app: cart } } #~ selector \`cart\`
            egress: [{ hosts: ["./*"] }]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: Sidecar
          metadata: { name: default, namespace: istio-system }
          spec: { egress: [{ hosts: ["./*"] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const { rootNamespace } = mesh.installation;
    if (resource.type !== 'networking.istio.io/Sidecar' || resource.rewrites?.namespace) return;
    if (resource.namespace !== rootNamespace.value || !rootNamespace.certain) return;
    const selection = selectionToJudge(mesh, resource);
    if (!selection?.selector) return;
    // Pods of the control plane's own namespace may well be meant, where they are at hand.
    if (mesh.workloads.some((w) => w.resource.namespace === resource.namespace && hasLabels(w.podLabels, selection)))
      return;
    report(selection.selector.requirements?.[0]?.field ?? selection.field, 'selector', {
      sidecar: nameOf(resource),
      namespace: resource.namespace,
    });
  },
});

function hasLabels(
  labels: { get(key: string): string | undefined },
  {
    selector,
  }: {
    readonly selector:
      | { readonly requirements: readonly { key: string; values: readonly string[] }[] | undefined }
      | undefined;
  },
): boolean {
  return selector?.requirements?.every((r) => labels.get(r.key) === r.values[0]) ?? true;
}
