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
    perMessage: {
      same: {
        why: 'Kubernetes keeps the last value, which is the same; strict tools, such as kubectl with --validate=strict, refuse the object.',
        fix: 'Remove one of them.',
      },
      separator: {
        why: 'An object ends where a line --- stands; without it the keys of the second take the place of those of the first.',
        fix: 'Write a line --- before it.',
      },
    },
    sources: ['kubernetes: sigs.k8s.io/yaml', 'kubernetes: kubectl 1.32, tried'],
    messages: {
      twice:
        'Key {key} stands here again (first on line {line}): Kubernetes keeps the last value and drops the others in silence.',
      same: 'Key {key} stands here again with the same value (first on line {line}): nothing is lost, and one of them is too many.',
      separator:
        'A second object begins here, and the line --- before it is missing: Kubernetes reads both as one, keeps the last value of each key, and the object of line {line} is lost.',
    },
  },
  examples: {
    bad: [
      {
        title: 'two objects without a line --- between them',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          apiVersion: v1 #~ separator \`apiVersion\`
          kind: Namespace
          metadata: { name: store }
        `,
      },
      {
        title: 'the same value twice',
        yaml: `
          apiVersion: v1
          kind: ServiceAccount
          metadata:
            name: cart
            namespace: shop
            name: cart #~ same \`name\`
        `,
      },
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
        title: 'two objects with a line --- between them',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: store }
        `,
      },
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
    const options = {
      ...(resource ? { resource } : {}),
      related: [{ at: { source, span: data.first }, note: 'first written here' }],
    };
    const line = source.position(data.first.start).line;
    if (data.glued) report(problem, 'separator', { line }, options);
    else if (data.same) report(problem, 'same', { key: data.key, line }, { ...options, severity: 'info' });
    else report(problem, 'twice', { key: data.key, line }, options);
  },
});
