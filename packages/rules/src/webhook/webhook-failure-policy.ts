import { defineRule, isCalledForPods, isDeactivated, readWebhooks } from '@meshvet/core';

export const webhookFailurePolicy = defineRule({
  meta: {
    id: 'webhook-failure-policy',
    summary: 'An injection webhook has a failure policy other than Fail.',
    why: 'While the injector does not answer, pods are created without a proxy and stay so: outside mTLS, policies and telemetry.',
    fix: 'Write failurePolicy: Fail, and run more than one replica of the injector.',
    severity: 'info',
    about: 'any mesh',
    subject: 'resource',
    types: [
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'linkerd2 charts/linkerd-control-plane/templates/proxy-injector-rbac.yaml',
      'kubernetes: Dynamic Admission Control, Failure policy',
    ],
    messages: {
      ignore: '{webhook} has failurePolicy {policy}: while {injector} does not answer, pods start without a proxy.',
      defaulted:
        '{webhook} writes no failurePolicy, which is Ignore in admissionregistration.k8s.io/v1beta1: while {injector} does not answer, pods start without a proxy.',
    },
  },
  examples: {
    bad: [
      {
        title: 'pods start without a sidecar when istiod is away',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector }
          webhooks:
            - name: namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              failurePolicy: Ignore #~ ignore \`Ignore\`
        `,
      },
    ],
    good: [
      {
        title: 'Fail is the default of v1',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector }
          webhooks:
            - name: namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
        `,
      },
    ],
  },
  check({ subject, report }) {
    for (const webhook of readWebhooks(subject)) {
      if (!webhook.mutating || webhook.owner === undefined || isDeactivated(webhook) || !isCalledForPods(webhook))
        continue;
      const field = webhook.field.at('failurePolicy');
      const written = field.text() ?? (field.hasValue ? undefined : '');
      if (written === undefined || written === 'Fail') continue;
      const linkerd = webhook.owner === 'linkerd';
      const words = { webhook: webhook.label, injector: linkerd ? "Linkerd's injector" : 'istiod' };
      // Ignore is what the chart of Linkerd writes unless it is told to be highly available.
      const options = linkerd ? { advice: true } : {};
      if (written !== '') report(field, 'ignore', { ...words, policy: written }, options);
      else if (subject.version === 'v1beta1')
        report(webhook.name === '' ? webhook.field : webhook.field.at('name'), 'defaulted', words, options);
    }
  },
});
