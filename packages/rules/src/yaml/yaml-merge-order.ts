import { defineRule, resourceAt } from '@meshvet/core';

export const yamlMergeOrder = defineRule({
  meta: {
    id: 'yaml-merge-order',
    summary: 'A merge (<<) stands after a key that it brings too.',
    why: 'kubectl applies the merge where it stands, so the merged value wins, while nearly every other tool keeps the written one.',
    fix: 'Put the "<<" first in its mapping.',
    severity: 'warning',
    subject: 'problem',
    problem: 'merge-order',
    sources: [
      'kubernetes: sigs.k8s.io/yaml with go-yaml v2',
      'kubernetes: kubectl 1.32, tried',
      'yaml.org: Merge Key Language-Independent Type',
    ],
    messages: {
      overridden:
        'This "<<" brings {key} too, which is written on line {line}: kubectl takes the merged value, other tools the written one. Put the "<<" first.',
    },
  },
  examples: {
    bad: [
      {
        title: 'for kubectl the image is cart:1, for others cart:2',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            containers:
              - &base { name: cart, image: "cart:1" }
              - name: cart-canary
                image: cart:2
                <<: *base #~ overridden overridden
        `,
      },
    ],
    good: [
      {
        title: 'the merge stands first, and everybody lets the written keys win',
        yaml: `
          apiVersion: v1
          kind: Pod
          metadata: { name: cart, namespace: shop }
          spec:
            containers:
              - &base { name: cart, image: "cart:1" }
              - <<: *base
                name: cart-canary
                image: cart:2
        `,
      },
    ],
  },
  check({ subject: problem, mesh, report }) {
    if (problem.kind !== 'merge-order') return;
    const { source, span, data } = problem;
    const resource = resourceAt(mesh, source, span.start);
    report(
      problem,
      'overridden',
      { key: data.key, line: source.position(data.written.start).line },
      { ...(resource ? { resource } : {}), related: [{ at: { source, span: data.written }, note: 'written here' }] },
    );
  },
});
