import { defineRule, isCalledForPods, readWebhooks } from '@meshvet/core';

export const webhookScopeTooWide = defineRule({
  meta: {
    id: 'webhook-scope-too-wide',
    summary: 'An injection webhook has no selectors, so it is called for every pod of the cluster.',
    why: 'With failurePolicy Fail no pod of any namespace can start while the injector is away, kube-system and the injector itself included.',
    fix: 'Write the namespaceSelector and objectSelector of the chart, or exclude the system namespaces and that of the control plane.',
    severity: 'warning',
    about: 'any mesh',
    subject: 'resource',
    types: [
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'kubernetes: Dynamic Admission Control, Avoiding operating on the kube-system namespace',
    ],
    messages: {
      everything:
        '{webhook} selects every pod in every namespace: neither namespaceSelector nor objectSelector asks for anything.',
    },
  },
  examples: {
    bad: [
      {
        title: 'no selector at all',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector }
          webhooks:
            - name: sidecar-injector.istio.io #~ everything
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods] }]
              namespaceSelector: {}
        `,
      },
    ],
    good: [
      {
        title: 'namespaces that ask for it',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector }
          webhooks:
            - name: sidecar-injector.istio.io
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods] }]
              namespaceSelector: { matchLabels: { istio-injection: enabled } }
        `,
      },
    ],
  },
  check({ subject, report }) {
    for (const webhook of readWebhooks(subject)) {
      if (!webhook.mutating || webhook.owner === undefined) continue;
      // One without rules is called for nothing.
      if (!webhook.field.at('rules').hasValue || !isCalledForPods(webhook)) continue;
      if (webhook.field.at('matchConditions').hasValue) continue;
      if ([webhook.namespaceSelector, webhook.objectSelector].some((s) => s.requirements?.length !== 0)) continue;
      report(webhook.name === '' ? webhook.field : webhook.field.at('name'), 'everything', { webhook: webhook.label });
    }
  },
});
