import { defineRule, hasReadableLabels, isPatchedAt, matches, nameOf, type Requirement } from '@meshvet/core';

export const labelsSelectorMismatch = defineRule({
  meta: {
    id: 'labels-selector-mismatch',
    summary: 'The selector of a workload does not match the labels of its own pod template.',
    why: 'The API server refuses such a workload, because it would never own the pods that it creates.',
    fix: 'Make the labels of the pod template carry everything that the selector asks for; the selector of an existing workload cannot be changed.',
    severity: 'error',
    subject: 'workload',
    sources: ['kubernetes: Deployments, Selector', 'kubernetes/kubernetes pkg/apis/apps/validation/validation.go'],
    messages: {
      lacks: '{workload}: the selector asks for {wanted}, but the pod template has no label {key}.',
      differs: '{workload}: the selector asks for {wanted}, but the pod template has {key}={value}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'another value, and a label that is not there',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector:
              matchLabels:
                app: cart #~ differs \`cart\`
                tier: backend #~ lacks \`backend\`
            template:
              metadata: { labels: { app: card } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'the template may have more labels than the selector asks for',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector:
              matchLabels: { app: cart }
              matchExpressions: [{ key: legacy, operator: DoesNotExist }, { key: tier, operator: In, values: [backend, web] }]
            template:
              metadata: { labels: { app: cart, version: v1, tier: web } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: workload, report }) {
    const { selector, podLabels, resource } = workload;
    if (
      !selector ||
      !hasReadableLabels(workload) ||
      !workload.template.isMapping ||
      isPatchedAt(resource, 'spec', 'selector')
    )
      return;
    for (const requirement of selector.requirements ?? []) {
      if (matches({ field: selector.field, requirements: [requirement] }, podLabels) !== 'no') continue;
      const { key } = requirement;
      const value = podLabels.get(key);
      const words = { workload: nameOf(resource), wanted: wantedText(requirement), key };
      const related = [
        { at: podLabels.has(key) ? podLabels.at(key) : podLabels.field, note: 'the labels of the pod template' },
      ];
      if (value === undefined) report(requirement.field, 'lacks', words, { related });
      else report(requirement.field, 'differs', { ...words, value: value || '""' }, { related });
    }
  },
});

function wantedText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0] || '""'}` : `${key} in (${values.join(', ')})`;
    case 'NotIn':
      return `${key} not in (${values.join(', ')})`;
    case 'Exists':
      return `a label ${key}`;
    case 'DoesNotExist':
      return `no label ${key}`;
  }
}
