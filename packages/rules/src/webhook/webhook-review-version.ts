import { defineRule, isDeactivated, isPatchedAt, readWebhooks } from '@meshvet/core';

export const webhookReviewVersion = defineRule({
  meta: {
    id: 'webhook-review-version',
    summary: 'A webhook of the mesh asks for the beta version of AdmissionReview, or for none.',
    why: 'Version v1beta1 is deprecated, and Istio asks for v1 only since 1.23; without any version the API server refuses the configuration.',
    fix: 'Write admissionReviewVersions: ["v1"].',
    severity: 'info',
    about: 'any mesh',
    subject: 'resource',
    types: [
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml, 1.23',
      'kubernetes/kubernetes pkg/apis/admissionregistration/validation/validation.go',
      'kubernetes: Dynamic Admission Control, Webhook request and response',
    ],
    messages: {
      betaOnly: '{webhook} takes AdmissionReview v1beta1 only; Kubernetes offers v1 since 1.16 and deprecates v1beta1.',
      betaListed: '{webhook} still lists AdmissionReview v1beta1; the charts of Istio list v1 only since 1.23.',
      unknown:
        '{webhook} lists no AdmissionReview version that the API server knows ({written}); it accepts "v1" and "v1beta1".',
      missing: '{webhook} has no admissionReviewVersions, which admissionregistration.k8s.io/v1 requires.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the beta version only',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector }
          webhooks:
            - name: namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              admissionReviewVersions: [v1beta1] #~ betaOnly
        `,
      },
    ],
    good: [
      {
        title: 'as the charts write it today',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector }
          webhooks:
            - name: namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              admissionReviewVersions: [v1]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    if (isPatchedAt(subject, 'admissionReviewVersions')) return;
    for (const webhook of readWebhooks(subject)) {
      if (webhook.owner === undefined || isDeactivated(webhook)) continue;
      const list = webhook.field.at('admissionReviewVersions');
      const items = list.items();
      const versions = items.map((item) => item.text());
      if (versions.includes(undefined) || (list.hasValue && !list.isList)) continue;
      const beta = items[versions.indexOf('v1beta1')] ?? list;
      const words = { webhook: webhook.label };
      if (versions.length === 0) {
        // The beta API fills in v1beta1 itself.
        if (subject.version === 'v1')
          report(webhook.name === '' ? webhook.field : webhook.field.at('name'), 'missing', words, {
            severity: 'error',
          });
      } else if (!versions.includes('v1') && !versions.includes('v1beta1')) {
        if (mesh.kubernetesAtLeast('1.17'))
          report(list, 'unknown', { ...words, written: versions.join(', ') }, { severity: 'error' });
      } else if (!versions.includes('v1')) {
        if (mesh.kubernetesAtLeast('1.17')) report(beta, 'betaOnly', words);
      } else if (versions.includes('v1beta1') && webhook.owner === 'istio' && mesh.istioAtLeast('1.23')) {
        report(beta, 'betaListed', words);
      }
    }
  },
});
