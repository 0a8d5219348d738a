import { defineRule, resourceAt } from '@meshvet/core';

export const yamlDuplicateKey = defineRule({
  meta: {
    id: 'yaml-duplicate-key',
    summary: 'A key stands twice in one mapping.',
    why: 'Kubernetes keeps the last value in silence, so what stands under the first one is lost.',
    fix: 'Put both parts under one key, or remove the one that is not meant.',
    severity: 'error',
    subject: 'problem',
    problem: 'duplicate-key',
    sources: ['kubernetes: sigs.k8s.io/yaml', 'kubernetes: kubectl 1.32, tried'],
    messages: {
      twice:
        'Key {key} stands here again (first on line {line}): Kubernetes keeps the last value and drops the others in silence.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the first list of env is lost',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            containers:
              - name: cart
                image: cart:1
                env:
                  - { name: MODE, value: fast }
                env: #~ twice \`env\`
                  - { name: DEBUG, value: "1" }
        `,
      },
    ],
    good: [
      {
        title: 'each key once in its mapping',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            containers:
              - name: cart
                image: cart:1
                env:
                  - { name: MODE, value: fast }
                  - { name: DEBUG, value: "1" }
        `,
      },
    ],
  },
  check({ subject: problem, mesh, report }) {
    if (problem.kind !== 'duplicate-key') return;
    const { source, span, data } = problem;
    const resource = resourceAt(mesh, source, span.start);
    report(
      problem,
      'twice',
      { key: data.key, line: source.position(data.first.start).line },
      {
        ...(resource ? { resource } : {}),
        related: [{ at: { source, span: data.first }, note: 'first written here' }],
      },
    );
  },
});
