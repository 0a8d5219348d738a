import { defineRule, nameOf } from '@meshvet/core';

export const serviceTeamMissing = defineRule({
  meta: {
    id: 'service-team-missing',
    summary: 'A Service has no label that names its team.',
    why: 'When it fails at night, nobody knows whom to call.',
    fix: 'Add the label team.',
    severity: 'warning',
    subject: 'service',
    sources: ['https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/'],
    messages: { missing: '{service} has no label "{label}".' },
  },
  options: {
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: { label: { type: 'string', minLength: 1, description: 'Key of the label.' } },
    },
    defaults: { label: 'team' },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop } #~ missing
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop, labels: { team: checkout } }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
  },
  check({ subject, options, report }) {
    const { resource } = subject;
    // A patch shows a part of the Service only: what it lacks may stand in the other part.
    if (resource.partial || resource.rewrites?.labels === 'any') return;
    const { label } = options;
    if (resource.body.at('metadata').at('labels').at(label).exists) return;
    report(resource.body.at('metadata'), 'missing', { service: nameOf(resource), label });
  },
});
