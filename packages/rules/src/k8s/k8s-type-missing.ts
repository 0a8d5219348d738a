import { defineRule } from '@meshvet/core';

export const k8sTypeMissing = defineRule({
  meta: {
    id: 'k8s-type-missing',
    summary: 'An object of Kubernetes does not say its apiVersion, or its kind.',
    why: 'kubectl refuses the document, so that nothing in it comes to be; and no other check looks at what is no object.',
    fix: 'Write both lines, apiVersion and kind.',
    severity: 'error',
    subject: 'problem',
    problem: 'untyped',
    sources: ['Kubernetes: Objects, required fields', 'kubernetes: kubectl 1.32, tried'],
    messages: {
      apiVersion: 'This {written} has no apiVersion, so kubectl refuses it; today that is {usual}.',
      kind: 'This object of {written} has no kind, so kubectl refuses it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'one line is missing',
        yaml: `
          kind: Service #~ apiVersion \`Service\`
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: networking.istio.io/v1 #~ kind \`networking.istio.io/v1\`
          metadata: { name: cart, namespace: shop }
          spec: { hosts: [cart] }
        `,
      },
    ],
    good: [
      {
        title: 'both are there',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
  },
  check({ subject: problem, report }) {
    if (problem.kind !== 'untyped') return;
    const { lacks, written, usual = '' } = problem.data;
    if (lacks === 'kind') report(problem, 'kind', { written });
    else report(problem, 'apiVersion', { written, usual }, { fix: `Write apiVersion: ${usual}.` });
  },
});
