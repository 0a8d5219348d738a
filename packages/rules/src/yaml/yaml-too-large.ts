import { defineRule } from '@meshvet/core';

export const yamlTooLarge = defineRule({
  meta: {
    id: 'yaml-too-large',
    summary: 'A file is larger than what is read.',
    why: 'Nothing in it was looked at, so the findings of this run do not cover it.',
    fix: 'Split the file, or leave it out of the run.',
    severity: 'warning',
    subject: 'problem',
    problem: 'too-large',
    sources: ['meshvet: the limit keeps one file from taking the memory of the machine'],
    messages: {
      tooLarge: 'The file has {size} and the limit is {limit}: it was not read.',
    },
  },
  // An example of more than the limit would be larger than this whole package; the test beside makes one.
  examples: {
    bad: [],
    good: [
      {
        title: 'a file of the usual size',
        yaml: `
          apiVersion: v1
          kind: ServiceAccount
          metadata: { name: cart, namespace: shop }
        `,
      },
    ],
  },
  check({ subject: problem, report }) {
    if (problem.kind !== 'too-large') return;
    const { size, limit } = problem.data;
    report(problem, 'tooLarge', { size: sizeText(size), limit: sizeText(limit) });
  },
});

function sizeText(bytes: number): string {
  return bytes < 1024 * 1024 ? `${bytes} bytes` : `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
}
