import { defineRule, type Field, INJECT_KEY, type Mesh, nameOf, REVISION_KEY, type Workload } from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const injectWindowsPod = defineRule({
  meta: {
    id: 'inject-windows-pod',
    summary: 'Windows pods are selected for injection.',
    why: 'The proxy and its init container are Linux images: on a Windows node they cannot start, so neither does the pod.',
    fix: 'Keep the pods out with label sidecar.istio.io/inject="false" on the pod template.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio.io: Platform Setup, Supported platforms',
      'kubernetes: Windows containers, Scheduling and PodSpec.os',
    ],
    messages: {
      selected: '{resource} runs on Windows and gets a Linux sidecar, because {reason}; its pods will not start.',
    },
  },
  examples: {
    bad: [
      {
        title: 'in a namespace with injection',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: billing, namespace: shop }
          spec:
            selector: { matchLabels: { app: billing } }
            template:
              metadata: { labels: { app: billing } }
              spec:
                nodeSelector:
                  kubernetes.io/os: windows #~ selected
                containers: [{ name: billing, image: billing }]
        `,
      },
    ],
    good: [
      {
        title: 'the pods stay out',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: billing, namespace: shop }
          spec:
            selector: { matchLabels: { app: billing } }
            template:
              metadata: { labels: { app: billing, sidecar.istio.io/inject: "false" } }
              spec:
                nodeSelector: { kubernetes.io/os: windows }
                containers: [{ name: billing, image: billing }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const field = windowsField(workload.podSpec);
    const severity = field && severityForSidecar(mesh, workload, 'warning');
    if (!field || !severity) return;
    const reason = mesh.sidecar(workload).present === 'yes' ? mesh.membership(workload).reason : wishOf(mesh, workload);
    if (reason) report(field, 'selected', { resource: nameOf(workload.resource), reason });
  },
});

// Where the namespace is not known, only what the pods ask for themselves counts.
function wishOf(mesh: Mesh, { podLabels }: Workload): string | undefined {
  if (!mesh.istioAtLeast('1.10')) return undefined;
  if (podLabels.get(INJECT_KEY) === 'true') return `the pods have label ${INJECT_KEY}=true`;
  const revision = podLabels.get(REVISION_KEY);
  return revision ? `the pods have label ${REVISION_KEY}=${revision}` : undefined;
}

const OS_LABELS = ['kubernetes.io/os', 'beta.kubernetes.io/os'] as const;

// What says that the pods run on Windows only.
function windowsField(spec: Field): Field | undefined {
  const os = spec.at('os').at('name');
  if (os.text() === 'windows') return os;
  const selected = OS_LABELS.map((key) => spec.at('nodeSelector').at(key)).find((field) => field.text() === 'windows');
  if (selected) return selected;
  const terms = spec
    .at('affinity')
    .at('nodeAffinity')
    .at('requiredDuringSchedulingIgnoredDuringExecution')
    .at('nodeSelectorTerms')
    .items() as Field[];
  // Any term may be met, so all have to ask for Windows.
  const found = terms.map((term) => (term.at('matchExpressions').items() as Field[]).find(isWindows));
  return found.includes(undefined) ? undefined : found[0]?.at('values');
}

function isWindows(expression: Field): boolean {
  const values = expression.at('values').items() as Field[];
  return (
    (OS_LABELS as readonly (string | undefined)[]).includes(expression.at('key').text()) &&
    expression.at('operator').text() === 'In' &&
    values.length === 1 &&
    values[0]?.text() === 'windows'
  );
}
