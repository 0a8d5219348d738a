import { chartEntry, defineRule, isDeactivated, istioInjectors, sameAsChart } from '@meshvet/core';
import { selectorText } from '../shared/words/webhook-words.ts';

export const webhookCustomSelector = defineRule({
  meta: {
    id: 'webhook-custom-selector',
    summary: 'A selector of an injection webhook is not the one that the chart of this Istio release writes.',
    why: 'The documented meaning of the injection labels holds for the selectors of the charts only; these select other pods, and an upgrade may undo them.',
    fix: 'Check that the difference is wanted, or take the selectors of the chart and set istioVersion to the release that is installed.',
    severity: 'info',
    about: 'any mesh',
    subject: 'resource',
    types: [
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
    sources: [
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml',
      'istio/istio manifests/charts/istio-control/istio-discovery/templates/revision-tags.yaml',
    ],
    messages: {
      differs: '{webhook}: the {selector} asks for {written}; the chart of Istio {version} asks for {chart}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'another label of the namespace',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector }
          webhooks:
            - name: namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              namespaceSelector: #~ differs
                matchLabels: { mesh: "on" }
              objectSelector:
                matchExpressions: [{ key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }]
        `,
      },
    ],
    good: [
      {
        title: 'as the charts write it',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector }
          webhooks:
            - name: namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              namespaceSelector:
                matchExpressions: [{ key: istio-injection, operator: In, values: [enabled] }]
              objectSelector:
                matchExpressions: [{ key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    for (const webhook of istioInjectors(mesh, subject)) {
      const chart = chartEntry(webhook.name, mesh);
      // What asks for nothing at all is told by webhook-scope-too-wide.
      if (!chart || isDeactivated(webhook)) continue;
      const written = [webhook.namespaceSelector.requirements, webhook.objectSelector.requirements];
      if (written.every((requirements) => requirements?.length === 0)) continue;
      for (const which of ['namespaceSelector', 'objectSelector'] as const) {
        const { requirements, field } = webhook[which];
        const forms = chart[which];
        if (!requirements || forms.some((form) => sameAsChart(requirements, form))) continue;
        report(field.exists ? field : webhook.field.at('name'), 'differs', {
          webhook: webhook.label,
          selector: which,
          written: selectorText(requirements),
          version: mesh.settings.istioVersion.join('.'),
          chart: selectorText(forms[0] ?? []),
        });
      }
    }
  },
});
