import { defineRule, graceOf, isPatchedAnywhere, linkerdForm, linkerdSetting, nameOf } from '@meshvet/core';
import { severityForLinkerd } from '../shared/severity/linkerd-audience.ts';

export const linkerdWaitBeforeExit = defineRule({
  meta: {
    id: 'linkerd-wait-before-exit',
    summary:
      "Linkerd's proxy is told to wait at the end of a pod for longer than the pod has, or is of a form that does not wait.",
    why: 'Kubernetes kills the proxy after terminationGracePeriodSeconds, in the midst of its wait, and a native proxy ends after the application anyway and does not read the annotation.',
    fix: 'Write fewer seconds than terminationGracePeriodSeconds (default 30); with a native proxy take the annotation away.',
    severity: 'warning',
    about: 'linkerd',
    subject: 'workload',
    sources: [
      'linkerd.io: Graceful Pod Shutdown; Proxy Configuration reference (since 2.7)',
      'linkerd/linkerd2 charts/partials/templates/_proxy.tpl',
    ],
    messages: {
      long: "{resource}: Linkerd's proxy waits {seconds} s before it ends, but the pods are killed after terminationGracePeriodSeconds {grace}.",
      native:
        "{resource}: Linkerd's proxy is native ({reason}), so proxy-wait-before-exit-seconds {seconds} changes nothing.",
    },
  },
  examples: {
    bad: [
      {
        title: 'a wait as long as the grace period',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations:
                  linkerd.io/inject: enabled
                  config.linkerd.io/proxy-enable-native-sidecar: "false"
                  config.alpha.linkerd.io/proxy-wait-before-exit-seconds: "30" #~ long \`"30"\`
              spec: { containers: [{ name: cart, image: "cart:1" }] }
        `,
      },
    ],
    good: [
      {
        title: 'a wait that fits into the grace period',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations:
                  linkerd.io/inject: enabled
                  config.linkerd.io/proxy-enable-native-sidecar: "false"
                  config.alpha.linkerd.io/proxy-wait-before-exit-seconds: "30"
              spec: { terminationGracePeriodSeconds: 60, containers: [{ name: cart, image: "cart:1" }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const severity = severityForLinkerd(mesh, workload, 'warning');
    const setting = severity && linkerdSetting(mesh, workload, KEY);
    if (!severity || !setting || !/^\d{1,9}$/.test(setting.value)) return;
    const seconds = Number(setting.value);
    const resource = nameOf(workload.resource);
    const { form, reason } = linkerdForm(mesh, workload);
    if (form === 'native') {
      // In a namespace it may be there for other pods.
      if (setting.of === 'pod' && seconds > 0)
        report(setting.field, 'native', { resource, reason, seconds }, { severity });
      return;
    }
    const grace = graceOf(workload);
    if (grace === undefined || seconds === 0 || seconds < grace) return;
    if (isPatchedAnywhere(workload.resource, 'terminationGracePeriodSeconds')) return;
    const at = setting.of === 'pod' ? setting.field : workload.podSpec.at('terminationGracePeriodSeconds');
    report(at, 'long', { resource, seconds, grace }, { severity });
  },
});

const KEY = 'config.alpha.linkerd.io/proxy-wait-before-exit-seconds';
