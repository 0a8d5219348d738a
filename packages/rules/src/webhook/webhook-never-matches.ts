import { contradiction, defineRule, isDeactivated, nameOf, readWebhooks } from '@meshvet/core';
import { selectorText } from '../shared/words/webhook-words.ts';

export const webhookNeverMatches = defineRule({
  meta: {
    id: 'webhook-never-matches',
    summary: 'A selector of an injection webhook contradicts itself.',
    why: 'No labels satisfy it, so the API server never calls the webhook, and no pod is injected by it.',
    fix: 'Remove one of the two conditions, or merge them into one that can hold.',
    severity: 'warning',
    about: 'any mesh',
    subject: 'resource',
    types: [
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
    sources: [
      'kubernetes: Dynamic Admission Control, Matching requests: namespaceSelector and objectSelector',
      'kubernetes/apimachinery pkg/labels/selector.go',
    ],
    messages: {
      contradiction: '{configuration}: the {selector} of {webhook} asks for {conditions} at once; no label can be so.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the label has to be missing, and to have a value',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector }
          webhooks:
            - name: namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
              namespaceSelector:
                matchLabels: { istio-injection: enabled }
                matchExpressions:
                  - key: istio-injection #~ contradiction
                    operator: DoesNotExist
        `,
      },
    ],
    good: [
      {
        title: 'conditions on two labels',
        yaml: `
          apiVersion: admissionregistration.k8s.io/v1
          kind: MutatingWebhookConfiguration
          metadata: { name: istio-sidecar-injector-canary }
          webhooks:
            - name: rev.namespace.sidecar-injector.istio.io
              clientConfig: { service: { name: istiod-canary, namespace: istio-system, path: /inject } }
              namespaceSelector:
                matchExpressions:
                  - { key: istio.io/rev, operator: In, values: [canary] }
                  - { key: istio-injection, operator: DoesNotExist }
        `,
      },
    ],
  },
  check({ subject, report }) {
    for (const webhook of readWebhooks(subject)) {
      if (webhook.owner === undefined || isDeactivated(webhook)) continue;
      for (const which of ['namespaceSelector', 'objectSelector'] as const) {
        const conflict = contradiction(webhook[which].requirements ?? []);
        if (!conflict) continue;
        // A list with no values is refused by the API server in its own words.
        if (conflict.some((r) => r.operator === 'In' && r.values.length === 0)) continue;
        const last = conflict[conflict.length - 1] as (typeof conflict)[number];
        const field = last.field.at('key').exists ? last.field.at('key') : last.field;
        report(field, 'contradiction', {
          configuration: nameOf(subject),
          webhook: webhook.name || 'the webhook',
          selector: which,
          conditions: selectorText(conflict),
        });
      }
    }
  },
});
