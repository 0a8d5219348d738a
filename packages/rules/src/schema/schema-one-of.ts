import { defineRule, fieldAt, nameOf } from '@meshvet/core';
import { basisText, faultsOf, listText, objectText, standingOf } from '../shared/schema/schema-words.ts';

export const schemaOneOf = defineRule({
  meta: {
    id: 'schema-one-of',
    summary: 'Fields are set together of which only one may be set.',
    why: 'The API server refuses the resource, so what it should configure never takes effect.',
    fix: 'Keep the field that is meant, and delete the others.',
    severity: 'error',
    subject: 'resource',
    sources: [
      'istio/istio manifests/charts/base/files/crd-all.gen.yaml',
      'kubernetes-sigs/gateway-api config/crd, by release and channel',
      'linkerd/linkerd2 charts/linkerd-crds, by release',
      'kubernetes: CustomResourceDefinitions, Validation',
    ],
    messages: {
      together:
        '{resource}: {object} sets {set}, of which only one may be set; the API server refuses the resource{basis}.',
      noForm: '{resource}: {object} has none of the forms that the schema of its kind allows here{basis}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'two algorithms for one load balancer',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy:
              loadBalancer:
                simple: ROUND_ROBIN
                consistentHash: { httpHeaderName: x-user } #~ together \`consistentHash\`
        `,
      },
    ],
    good: [
      {
        title: 'one of them',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: x-user } } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const shape = mesh.shapeOf(resource);
    if (!shape || shape.faults.length === 0) return;
    const basis = basisText(shape);
    for (const fault of faultsOf(shape, 'one-of')) {
      const object = fieldAt(resource.body, fault.path);
      // The one that was written last is the one too many.
      const order = Object.keys(object.value ?? {});
      const set = [...fault.set].sort((a, b) => order.indexOf(a) - order.indexOf(b));
      const words = { resource: nameOf(resource), object: objectText(resource, fault.path), set: listText(set), basis };
      const related = set.slice(0, -1).map((key) => ({ at: object.at(key), note: 'set here, too' }));
      report(object.at(set.at(-1) ?? ''), 'together', words, { ...standingOf(shape, fault), onKey: true, related });
    }
    for (const fault of faultsOf(shape, 'branch')) {
      const words = { resource: nameOf(resource), object: objectText(resource, fault.path), basis };
      report(fieldAt(resource.body, fault.path), 'noForm', words, { ...standingOf(shape, fault) });
    }
  },
});
