import { defineRule, isBrokenOnPurpose } from '@meshvet/core';

export const yamlSyntax = defineRule({
  meta: {
    id: 'yaml-syntax',
    summary: 'A document is no YAML that Kubernetes can read.',
    why: 'kubectl refuses the document and stops there, so that neither it nor what follows it in the file is applied.',
    fix: 'Correct the place that is pointed at.',
    severity: 'error',
    subject: 'problem',
    problem: 'syntax',
    perMessage: {
      onPurpose: {
        why: 'A test feeds it to a program to see it refused.',
        fix: 'Leave test data out of what is checked (ignore in the config, or .meshvetignore).',
      },
    },
    sources: [
      'kubernetes: sigs.k8s.io/yaml, which reads with go-yaml and then as JSON',
      'kubernetes: kubectl 1.32, tried',
    ],
    messages: {
      broken: 'Kubernetes cannot read this document: {reason}.',
      onPurpose:
        'Kubernetes cannot read this document: {reason}. Test data of that name is meant to be so: info, and no error.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a brace that is never closed',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata:
            name: cart
            labels: { app: cart
          spec: #~ broken
            selector: { app: cart }
        `,
      },
    ],
    good: [
      {
        title: 'a document that can be read',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata:
            name: cart
            labels: { app: cart }
        `,
      },
    ],
  },
  check({ subject: problem, report }) {
    if (problem.kind !== 'syntax') return;
    const { source, data } = problem;
    if (isBrokenOnPurpose(source.path)) report(problem, 'onPurpose', { reason: data.reason }, { severity: 'info' });
    else report(problem, 'broken', { reason: data.reason });
  },
});
