import { defineRule, ISTIO_TYPES, nameOf } from '@meshvet/core';

export const schemaInternalAnnotation = defineRule({
  meta: {
    id: 'schema-internal-annotation',
    summary: 'A resource of Istio has an annotation that Istio keeps for itself.',
    why: 'istiod writes it on resources that it makes of others, and its validating webhook refuses it from anybody else.',
    fix: 'Remove the annotation; a resource that was read from istiod is not applied again as it is.',
    severity: 'error',
    subject: 'resource',
    types: ISTIO_TYPES,
    codes: ['IST0106'],
    since: '1.16',
    sources: [
      'istio/istio pkg/config/constants/constants.go',
      'istio/istio pkg/config/validation/validation.go (validateMetadata)',
    ],
    messages: {
      internal: '{resource}: annotation {key} is written by istiod alone; Istio refuses it.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata:
            name: cart
            namespace: shop
            annotations:
              internal.istio.io/parents: HTTPRoute/cart.shop #~ internal \`internal.istio.io/parents\`
          spec:
            hosts: [cart]
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata:
            name: cart
            namespace: shop
            annotations: { example.com/owner: shop }
          spec:
            hosts: [cart]
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
  },
  check({ subject, report }) {
    if (subject.partial) return;
    for (const key of KEYS)
      if (subject.annotations.has(key))
        report(subject.annotations.at(key), 'internal', { resource: nameOf(subject), key }, { onKey: true });
  },
});

const KEYS = ['internal.istio.io/parents', 'internal.istio.io/webhook-always-reject'];
