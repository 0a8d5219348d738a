import { defineRule, fieldAt, nameOf } from '@meshvet/core';
import { replaceKey } from '../shared/edits/scalar-edit.ts';
import {
  basisText,
  faultsOf,
  listText,
  objectText,
  releaseText,
  sinceText,
  standingOf,
} from '../shared/schema/schema-words.ts';

export const schemaUnknownField = defineRule({
  meta: {
    id: 'schema-unknown-field',
    summary: 'A resource has a field that its kind does not have.',
    why: 'kubectl refuses the resource; what applies it without strict validation sees the API server drop the field in silence.',
    fix: 'Write the name of the field as the kind has it, and the field in the object that it belongs to.',
    severity: 'error',
    subject: 'resource',
    sources: [
      'istio/istio manifests/charts/base/files/crd-all.gen.yaml',
      'kubernetes-sigs/gateway-api config/crd, by release and channel',
      'linkerd/linkerd2 charts/linkerd-crds, by release',
      'kubernetes: CustomResourceDefinitions, Field pruning',
      'kubernetes: Kubernetes API Concepts, Field validation (kubectl validates strictly since 1.25)',
    ],
    messages: {
      misspelt: '{resource}: "{key}" is no field of {object}{basis}; did you mean "{suggestion}"?',
      misplaced: '{resource}: "{key}" is no field of {object}; it is one of {place}{basis}.',
      later: '{resource}: "{key}" is no field of {object} in {release}; {since}.',
      unknown: '{resource}: "{key}" is no field of {object}, which has {known}{basis}.',
      nothing: '{resource}: "{key}" is no field of {object}, which has none{basis}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a misspelt field, and one that stands a step too deep',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route:
                  - destination: { host: cart, subset: v1 }
                    weigth: 90 #~ misspelt \`weigth\`
                  - destination:
                      host: cart
                      subset: v2
                      weight: 10 #~ misplaced \`weight\`
        `,
      },
      {
        title: 'a field of a later release',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route: [{ destination: { host: cart } }]
                retries: { attempts: 3, backoff: 100ms } #~ later \`backoff\`
        `,
        settings: { istioVersion: '1.25' },
      },
    ],
    good: [
      {
        title: 'what the kind has',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart]
            http:
              - route:
                  - { destination: { host: cart, subset: v1 }, weight: 90 }
                  - { destination: { host: cart, subset: v2 }, weight: 10 }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const shape = mesh.shapeOf(resource);
    for (const fault of faultsOf(shape, 'unknown-field')) {
      if (!shape) return;
      const { key, suggestion, belongs, known, history } = fault;
      const field = fieldAt(resource.body, fault.path);
      const object = objectText(resource, fault.path.slice(0, -1));
      const words = { resource: nameOf(resource), key, object };
      const basis = basisText(shape);
      const options = { ...standingOf(shape, fault), onKey: true };
      if (history)
        report(field, 'later', { ...words, release: releaseText(shape), since: sinceText(history, shape) }, options);
      else if (belongs) report(field, 'misplaced', { ...words, basis, place: objectText(resource, belongs) }, options);
      else if (suggestion !== undefined) {
        const suggested = replaceKey(field, suggestion);
        const data = { ...words, suggestion, basis };
        report(field, 'misspelt', data, suggested.length > 0 ? { ...options, suggested } : options);
      } else if (known.length > 0) report(field, 'unknown', { ...words, basis, known: listText(known) }, options);
      else report(field, 'nothing', { ...words, basis }, options);
    }
  },
});
