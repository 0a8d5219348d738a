import {
  atLeast,
  defineRule,
  endingsOf,
  linkerdForm,
  linkerdSetting,
  type Mesh,
  nameOf,
  runToCompletion,
  type Workload,
} from '@meshvet/core';
import { severityForLinkerd } from '../shared/severity/linkerd-audience.ts';

export const linkerdJobNeverCompletes = defineRule({
  meta: {
    id: 'linkerd-job-never-completes',
    summary: "Pods that are meant to end get Linkerd's proxy, which never ends.",
    why: 'A proxy that is a container like the others goes on when the work is done, so the pod stays Running, the Job never completes, and a CronJob piles up pods.',
    fix: 'Make the proxy a native sidecar, run the work under linkerd-await --shutdown, or keep the pods out with annotation linkerd.io/inject: disabled.',
    severity: 'error',
    about: 'linkerd',
    subject: 'workload',
    sources: [
      'linkerd.io: Graceful Pod Shutdown; Proxy Configuration reference (native sidecars: 2.15 alpha, 2.19 beta, default since 2.20)',
      'linkerd.io: release notes of 2.16 (proxy-admin-shutdown)',
    ],
    messages: {
      never: "{resource}: Linkerd's proxy goes on when the work is done, so {never} ({reason}).",
      deadline:
        "{resource}: Linkerd's proxy goes on when the work is done, so every run ends as failed after activeDeadlineSeconds {seconds} ({reason}).",
      refused:
        "{resource}: the work asks Linkerd's proxy to end, which it refuses since 2.16 without annotation config.linkerd.io/proxy-admin-shutdown: enabled, so {never}.",
    },
  },
  examples: {
    bad: [
      {
        title: 'an annotation that refuses the native form',
        yaml: `
          apiVersion: batch/v1
          kind: Job
          metadata: { name: migrate, namespace: shop }
          spec:
            template:
              metadata:
                annotations:
                  linkerd.io/inject: enabled
                  config.linkerd.io/proxy-enable-native-sidecar: "false"
              spec:
                restartPolicy: Never #~ never \`Never\`
                containers: [{ name: migrate, image: "migrate:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'native, the default since 2.20',
        yaml: `
          apiVersion: batch/v1
          kind: Job
          metadata: { name: migrate, namespace: shop }
          spec:
            template:
              metadata: { annotations: { linkerd.io/inject: enabled } }
              spec:
                restartPolicy: Never
                containers: [{ name: migrate, image: "migrate:1" }]
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const run = runToCompletion(workload);
    const severity = run && severityForLinkerd(mesh, workload, 'error');
    if (!severity) return;
    const { form, reason } = linkerdForm(mesh, workload);
    if (form !== 'classic') return;
    const resource = nameOf(workload.resource);
    const { field, never, deadline } = run;
    const related = deadline ? [{ at: deadline.field, note: 'the deadline' }] : [];
    const endings = endingsOf(mesh, workload);
    if (endings.has('signal')) return;
    if (endings.has('linkerd')) {
      // A value of the chart may allow it for all pods.
      if (!mayShutDown(mesh, workload)) report(field, 'refused', { resource, never }, { severity: 'warning', related });
      return;
    }
    if (deadline) report(field, 'deadline', { resource, reason, seconds: deadline.seconds }, { severity, related });
    else report(field, 'never', { resource, reason, never }, { severity });
  },
});

function mayShutDown(mesh: Mesh, workload: Workload): boolean {
  if (!atLeast(mesh.settings.linkerdVersion, '2.16')) return true;
  const key = 'config.linkerd.io/proxy-admin-shutdown';
  const setting = linkerdSetting(mesh, workload, key);
  return setting ? setting.value === 'enabled' : workload.podAnnotations.has(key);
}
