import { defineRule } from '@meshvet/core';

export const yamlAfterEnd = defineRule({
  meta: {
    id: 'yaml-after-end',
    summary: 'Text follows a line "..." that ends the YAML document.',
    why: 'kubectl drops everything between the "..." and the next "---" in silence, so what stands there is never applied.',
    fix: 'Separate the documents with a line "---" in place of the "...", or remove what is not meant.',
    severity: 'error',
    subject: 'problem',
    problem: 'after-end',
    sources: ['kubernetes: kubectl 1.32, tried', 'yaml.org: YAML 1.2, document markers'],
    messages: {
      dropped:
        'What follows the line "..." is dropped by kubectl in silence, up to the next "---"; write "---" to begin another document.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the Service is never applied',
        yaml: `
          apiVersion: v1
          kind: ServiceAccount
          metadata: { name: cart, namespace: shop }
          ...
          apiVersion: v1 #~ dropped
          kind: Service
          metadata: { name: cart, namespace: shop }
        `,
      },
    ],
    good: [
      {
        title: 'a document that ends with "..." before the next one',
        yaml: `
          apiVersion: v1
          kind: ServiceAccount
          metadata: { name: cart, namespace: shop }
          ...
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
        `,
      },
    ],
  },
  check({ subject: problem, report }) {
    if (problem.kind !== 'after-end') return;
    report(problem, 'dropped');
  },
});
