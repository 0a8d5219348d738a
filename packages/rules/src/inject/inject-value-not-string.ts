import { defineRule, nameOf } from '@meshvet/core';
import { nonStringValues } from '../shared/edits/non-string-values.ts';

export const injectValueNotString = defineRule({
  meta: {
    id: 'inject-value-not-string',
    summary: 'A label or annotation that speaks to the mesh has a value that is no string.',
    why: 'The API server takes only strings there and rejects the whole object, so that nothing is deployed at all.',
    fix: 'Put quotes around the value.',
    severity: 'error',
    subject: 'resource',
    sources: [
      'kubernetes: apimachinery pkg/apis/meta/v1 ObjectMeta (map[string]string)',
      'istio.io: Installing the Sidecar',
    ],
    messages: {
      scalar:
        '{resource}: {what} {key}{place} is written {written}, which is {type} and no string; the API server rejects the object. Write "{meant}".',
      collection: '{resource}: {what} {key}{place} is {type} and no string; the API server rejects the object.',
    },
  },
  examples: {
    bad: [
      {
        title: 'true without quotes is a boolean',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  sidecar.istio.io/inject: true #~ scalar \`true\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'in quotes it is a string',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  sidecar.istio.io/inject: "true"
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    for (const { field, key, what, place, type, written, meant, edits } of nonStringValues(resource, 'mesh')) {
      const data = { resource: nameOf(resource), what, key, place, type };
      if (written === undefined) report(field, 'collection', data);
      else report(field, 'scalar', { ...data, written, meant }, { fix: `Write ${key}: "${meant}".`, edits });
    }
  },
});
