import { defineRule, nameOf } from '@meshvet/core';
import { nonStringValues } from '../shared/edits/non-string-values.ts';

export const yamlValueNotString = defineRule({
  meta: {
    id: 'yaml-value-not-string',
    summary: 'The value of a label, annotation or selector is no string.',
    why: 'The API server takes only strings there and rejects the whole object.',
    fix: 'Put quotes around the value.',
    severity: 'error',
    subject: 'resource',
    sources: [
      'kubernetes: apimachinery pkg/apis/meta/v1 ObjectMeta (map[string]string)',
      'kubernetes: kubectl 1.32, tried',
    ],
    messages: {
      scalar:
        '{resource}: {what} {key}{place} is written {written}, which is {type} and no string; the API server rejects the object. Write "{written}".',
      collection: '{resource}: {what} {key}{place} is {type} and no string; the API server rejects the object.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a version that is a number',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: cart
            namespace: shop
            annotations:
              kompose.service.expose: yes #~ scalar \`yes\`
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  version: 1.10 #~ scalar \`1.10\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'the same in quotes',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: cart
            namespace: shop
            annotations:
              kompose.service.expose: "yes"
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  version: "1.10"
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    // Of labels and annotations that speak to the mesh a rule of its own tells.
    for (const { field, key, what, place, type, written, edits } of nonStringValues(resource, 'others')) {
      const data = { resource: nameOf(resource), what, key, place, type };
      if (written === undefined) report(field, 'collection', data);
      else report(field, 'scalar', { ...data, written }, { fix: `Write ${key}: "${written}".`, edits });
    }
  },
});
