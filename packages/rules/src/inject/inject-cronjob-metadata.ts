import { defineRule, INJECT_KEY, isSettled, isWish, metadataMaps, nameOf, REVISION_KEY } from '@meshvet/core';
import { moveEntry } from '../shared/edits/mapping-edit.ts';

export const injectCronjobMetadata = defineRule({
  meta: {
    id: 'inject-cronjob-metadata',
    summary: 'A key that Istio reads on pods stands on the CronJob or its job template and not on the pod template.',
    why: 'The injector sees only the Pod, whose labels and annotations come from spec.jobTemplate.spec.template, so the key has no effect.',
    fix: 'Move it to spec.jobTemplate.spec.template.metadata.labels.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    sources: [
      'istio/istio pkg/kube/inject/webhook.go',
      'istio/istio istioctl kube-inject (reads jobTemplate.metadata)',
    ],
    messages: {
      cronJob:
        '{resource}: {what} {key} stands on the CronJob itself, where Istio does not read it; it belongs to spec.jobTemplate.spec.template.metadata.',
      jobTemplate:
        '{resource}: {what} {key} stands on the job template, where only "istioctl kube-inject" reads it and the webhook does not; it belongs to spec.jobTemplate.spec.template.metadata.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one level too high, and two',
        yaml: `
          apiVersion: batch/v1
          kind: CronJob
          metadata:
            name: report
            namespace: shop
            labels:
              sidecar.istio.io/inject: "false" #~ cronJob \`sidecar.istio.io/inject\`
          spec:
            schedule: "0 1 * * *"
            jobTemplate:
              spec:
                template:
                  metadata: { labels: { app: report } }
                  spec:
                    restartPolicy: Never
                    containers: [{ name: report, image: "report:1" }]
          ---
          apiVersion: batch/v1
          kind: CronJob
          metadata: { name: backup, namespace: shop }
          spec:
            schedule: "0 1 * * *"
            jobTemplate:
              metadata:
                annotations:
                  sidecar.istio.io/inject: "false" #~ jobTemplate
              spec:
                template:
                  metadata: { labels: { app: backup } }
                  spec:
                    restartPolicy: Never
                    containers: [{ name: backup, image: "backup:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'on the pod template',
        yaml: `
          apiVersion: batch/v1
          kind: CronJob
          metadata: { name: report, namespace: shop }
          spec:
            schedule: "0 1 * * *"
            jobTemplate:
              spec:
                template:
                  metadata: { labels: { app: report, sidecar.istio.io/inject: "false" } }
                  spec:
                    restartPolicy: Never
                    containers: [{ name: report, image: "report:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource, podLabels, podAnnotations } = workload;
    if (resource.type !== 'batch/CronJob') return;
    const maps = metadataMaps(resource);
    for (const { what, of, map } of maps) {
      if (of === 'podTemplate') continue;
      for (const key of [INJECT_KEY, REVISION_KEY]) {
        // The revision is a label only, and of pods since 1.10.
        if (!map.has(key) || (key === REVISION_KEY && (what === 'annotation' || !mesh.istioAtLeast('1.10')))) continue;
        if (!podLabels.lacks(key) || !podAnnotations.lacks(key)) continue;
        const fix = mesh.istioAtLeast('1.10')
          ? {}
          : { fix: 'Write it as an annotation of spec.jobTemplate.spec.template.metadata.' };
        // Two places may say two things.
        const sure = isSettled(resource) && maps.filter((one) => one.map.has(key)).length === 1 && isWish(map.at(key));
        const target = mesh.istioAtLeast('1.10') ? podLabels : podAnnotations;
        const edits = sure ? moveEntry(map.at(key), target.field) : [];
        report(
          map.at(key),
          of === 'jobTemplate' ? 'jobTemplate' : 'cronJob',
          { resource: nameOf(resource), what, key },
          { onKey: true, ...fix, edits },
        );
      }
    }
  },
});
