import { defineRule, type Field, isDnsLabel, isDomainName, nameFault, type Resource } from '@meshvet/core';
import { VIRTUAL_SERVICE } from '../shared/istio-types.ts';
import { mappings, quote, type Refusal, specOf, tellVerdicts, texts } from '../shared/refusals.ts';

export const schemaVirtualServiceGateway = defineRule({
  meta: {
    id: 'schema-virtual-service-gateway',
    summary: 'A VirtualService names a gateway in a form that Istio does not read.',
    why: 'The validating webhook of istiod refuses what is no name, and a name with dots is looked for as if it were one of the first releases.',
    fix: 'Write the name of a Gateway of the own namespace, namespace/name, or mesh.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (validateGatewayNames)',
      'istio.io: VirtualService reference, gateways',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
      doubted: '{resource}: {what}.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart.example.com]
            gateways:
              - istio-system/ #~ refused
              - front.istio-system.svc.cluster.local #~ doubted
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart.example.com]
            gateways: [front, istio-system/front, mesh]
            http: [{ route: [{ destination: { host: cart } }] }]
        `,
      },
    ],
  },
  check({ subject, report }) {
    tellVerdicts(report, subject, refusals(subject));
  },
});

function* refusals(resource: Resource): Generator<Refusal> {
  const spec = specOf(resource, VIRTUAL_SERVICE);
  if (!spec) return;
  yield* references(spec.at('gateways'));
  for (const kind of ['http', 'tls', 'tcp'])
    for (const route of mappings(spec.at(kind)))
      for (const match of mappings(route.at('match'))) yield* references(match.at('gateways'));
}

function* references(gateways: Field): Generator<Refusal> {
  for (const { item, text } of texts(gateways)) {
    const slash = text.indexOf('/');
    if (slash >= 0) {
      const [namespace, name] = [text.slice(0, slash), text.slice(slash + 1)];
      if (namespace === '' || name === '')
        yield {
          at: item,
          what: `gateway ${quote(text)} has nothing ${namespace === '' ? 'before' : 'behind'} its slash`,
        };
      else if (!isDnsLabel(namespace) || !isDnsLabel(name))
        yield { at: item, what: `gateway ${quote(text)} is no namespace and name, such as istio-system/front` };
      continue;
    }
    if (!isDomainName(text)) {
      yield { at: item, what: `gateway ${quote(text)} is no name: ${nameFault(text)}` };
      return;
    }
    if (text.includes('.'))
      yield {
        at: item,
        what: `gateway ${quote(text)} is written as in the first releases; today it is namespace/name`,
        mild: true,
      };
  }
}
