import {
  defineRule,
  endingsOf,
  INJECT_KEY,
  isSettled,
  type Mesh,
  NATIVE_SIDECAR_KEY,
  nameOf,
  runToCompletion,
  type Workload,
} from '@meshvet/core';
import { insertString } from '../shared/edits/mapping-edit.ts';
import { milderOf, severityForSidecar } from '../shared/severity/audience.ts';

export const runtimeJobNeverCompletes = defineRule({
  meta: {
    id: 'runtime-job-never-completes',
    summary: 'Pods that are meant to end get a sidecar that never ends.',
    why: 'A classic sidecar is a container like the others and goes on when the work is done, so the pod stays Running, the Job never completes, and a CronJob piles up pods.',
    fix: 'Make the sidecar native, end it with a POST to http://127.0.0.1:15020/quitquitquit when the work is done, or keep the pods out with label sidecar.istio.io/inject: "false".',
    severity: 'error',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio.io: blog "Kubernetes Native Sidecars in Istio" (2023)',
      'istio/istio pkg/kube/inject/webhook.go (detectNativeSidecar), pilot/cmd/pilot-agent/status/server.go (quitquitquit, since 1.3)',
      'kubernetes.io: Sidecar Containers, Jobs with sidecar containers (1.28 alpha, 1.29 beta, 1.33 stable)',
    ],
    messages: {
      never: '{resource}: the classic sidecar goes on when the work is done, so {never} ({reason}).',
      deadline:
        '{resource}: the classic sidecar goes on when the work is done, so every run ends as failed after activeDeadlineSeconds {seconds} ({reason}).',
    },
  },
  examples: {
    bad: [
      {
        title: 'a Job in the mesh, before there were native sidecars',
        settings: { istioVersion: '1.18' },
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: batch/v1
          kind: Job
          metadata: { name: migrate, namespace: shop }
          spec:
            template:
              spec:
                restartPolicy: Never #~ never \`Never\`
                containers: [{ name: migrate, image: "migrate:1" }]
        `,
      },
      {
        title: 'a deadline is always hit',
        settings: { istioVersion: '1.18' },
        yaml: `
          apiVersion: batch/v1
          kind: CronJob
          metadata: { name: report, namespace: shop }
          spec:
            schedule: "0 * * * *"
            jobTemplate:
              spec:
                activeDeadlineSeconds: 600
                template:
                  spec:
                    restartPolicy: OnFailure #~ deadline
                    containers: [{ name: report, image: "report:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'the pods ask for a native sidecar',
        settings: { istioVersion: '1.24' },
        yaml: `
          apiVersion: batch/v1
          kind: Job
          metadata: { name: migrate, namespace: shop }
          spec:
            template:
              metadata: { annotations: { sidecar.istio.io/nativeSidecar: "true" } }
              spec:
                restartPolicy: Never
                containers: [{ name: migrate, image: "migrate:1" }]
        `,
      },
      {
        title: 'the pods stay out of the mesh',
        settings: { istioVersion: '1.18' },
        yaml: `
          apiVersion: batch/v1
          kind: Job
          metadata: { name: migrate, namespace: shop }
          spec:
            template:
              metadata: { labels: { sidecar.istio.io/inject: "false" } }
              spec:
                restartPolicy: Never
                containers: [{ name: migrate, image: "migrate:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const run = runToCompletion(workload);
    const severity = run && severityForSidecar(mesh, workload, 'error');
    if (!severity) return;
    const { form, byNodes, reason, written } = mesh.sidecar(workload);
    if (form !== 'classic') return;
    const endings = endingsOf(mesh, workload);
    if (endings.has('istio') || endings.has('signal')) return;
    const { field, never, deadline } = run;
    const options = {
      // Newer nodes than the config tells would make it native.
      severity: byNodes ? milderOf(severity, 'warning') : severity,
      related: deadline ? [{ at: deadline.field, note: 'the deadline' }] : [],
      suggested: written || !isSettled(workload.resource) ? [] : wayOut(mesh, workload),
    };
    const resource = nameOf(workload.resource);
    if (deadline) report(field, 'deadline', { resource, reason, seconds: deadline.seconds }, options);
    else report(field, 'never', { resource, reason, never }, options);
  },
});

function wayOut(mesh: Mesh, workload: Workload) {
  const metadata = workload.template.at('metadata');
  if (mesh.istioAtLeast('1.24') && mesh.kubernetesAtLeast('1.29')) {
    const annotations = metadata.at('annotations');
    return annotations.at(NATIVE_SIDECAR_KEY).exists ? [] : insertString(annotations, NATIVE_SIDECAR_KEY, 'true');
  }
  const place = metadata.at(mesh.istioAtLeast('1.10') ? 'labels' : 'annotations');
  return place.at(INJECT_KEY).exists ? [] : insertString(place, INJECT_KEY, 'false');
}
