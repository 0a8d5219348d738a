import { defineRule } from '@meshvet/core';

export const yamlBomb = defineRule({
  meta: {
    id: 'yaml-bomb',
    summary: 'A document grows without bound: aliases that multiply, or nesting without end.',
    why: 'Reading it would take all memory, so Kubernetes refuses such documents and this one was not read.',
    fix: 'Write the values out, or split the document.',
    severity: 'error',
    subject: 'problem',
    problem: 'bomb',
    sources: ['kubernetes: CVE-2019-11253 (YAML with multiplying aliases)'],
    messages: {
      aliases:
        'Counted out, the aliases of this document stand for millions of values: it was not read, and Kubernetes refuses it.',
      depth: 'This document is nested more than a hundred levels deep: it was not read.',
    },
  },
  examples: {
    bad: [
      {
        title: 'each line multiplies the one before',
        yaml: `
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: bomb, namespace: shop }
          a: &a [x, x, x, x, x, x, x, x, x, x]
          b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
          c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
          d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
          e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
          f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
          g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f] #~ aliases
        `,
      },
    ],
    good: [
      {
        title: 'an alias that is used a few times',
        yaml: `
          apiVersion: v1
          kind: ConfigMap
          metadata: { name: settings, namespace: shop, labels: &labels { app: cart } }
          data: *labels
        `,
      },
    ],
  },
  check({ subject: problem, report }) {
    if (problem.kind !== 'bomb') return;
    report(problem, problem.data.limit);
  },
});
