import {
  defineRule,
  type Field,
  isBoundToMesh,
  isDnsLabel,
  isIpAddress,
  isIpPrefix,
  type Mesh,
  mappings,
  type Resource,
  specOf,
  texts,
  VIRTUAL_SERVICE,
} from '@meshvet/core';
import { isClaim, matchedHeaderFault } from '../shared/refusals/header-names.ts';
import { isSettledKey, quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';

export const schemaVirtualServiceMatch = defineRule({
  meta: {
    id: 'schema-virtual-service-match',
    summary: 'A match of a VirtualService asks for something that no request can have.',
    why: 'The validating webhook of istiod refuses empty prefixes, names that are no headers, and claims of tokens on routes of the mesh.',
    fix: 'Match by what a request has: a prefix that is not empty, the name of a header, an address or a range of addresses.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/virtualservice.go (validateHTTPRouteMatchRequest)',
      'istio/istio pkg/config/validation/validation.go (validateStringMatch, validateL4MatchAttributes, validateTLSMatch)',
    ],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
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
            hosts: [cart]
            http:
              - match:
                  - headers: { "x user": { exact: alice } } #~ refused \`"x user"\`
                  - authority: { prefix: "" } #~ refused \`""\`
                  - headers: { "@request.auth.claims.sub": { exact: alice } } #~ refused
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
    good: [
      {
        title: 'claims on a gateway, and an empty prefix of a path',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [cart.example.com]
            gateways: [front]
            http:
              - match:
                  - headers: { "@request.auth.claims.sub": { exact: alice }, x-user: {} }
                  - uri: { prefix: "" }
                route: [{ destination: { host: cart } }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellRefusals(report, subject, refusals(subject, mesh));
  },
});

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, VIRTUAL_SERVICE);
  if (!spec) return;
  const bound = isBoundToMesh(spec) === true;
  for (const route of mappings(spec.at('http')))
    for (const match of mappings(route.at('match'))) yield* httpMatch(match, bound, mesh);
  for (const kind of ['tls', 'tcp']) {
    for (const route of mappings(spec.at(kind))) {
      for (const match of mappings(route.at('match'))) {
        for (const { item, text } of texts(match.at('destinationSubnets')))
          if (!isIpAddress(text) && !isIpPrefix(text))
            yield { at: item, what: `destinationSubnets ${quote(text)} is no address and no range such as 10.0.0.0/8` };
      }
    }
  }
}

function* httpMatch(match: Field, bound: boolean, mesh: Mesh): Generator<Refusal> {
  for (const key of ['scheme', 'method', 'authority']) yield* emptyPrefix(match.at(key), key);
  for (const [name, one] of match.at('queryParams').entries())
    yield* emptyPrefix(one, `the query parameter ${quote(name)}`);
  for (const key of ['headers', 'withoutHeaders']) {
    for (const [name, one] of match.at(key).entries()) {
      if (!isSettledKey(name)) continue;
      const fault = matchedHeaderFault(name);
      if (fault !== undefined)
        yield {
          at: one,
          what: name === '' ? `in ${key}, ${fault}` : `${key} ${quote(name)} is no header: ${fault}`,
          onKey: true,
        };
      else if (bound && isClaim(name) && mesh.istioAtLeast('1.12'))
        yield {
          at: one,
          what: `${quote(name)} is a claim of a token, which can be matched on gateways only, and this VirtualService holds for the mesh`,
          onKey: true,
        };
      if (key === 'headers' && one.value === null)
        yield { at: one, what: `headers ${quote(name)} has no value; to match its presence, write {}`, onKey: true };
      yield* emptyPrefix(one, `${key} ${quote(name)}`);
    }
  }
  const namespace = match.at('sourceNamespace');
  const text = namespace.string();
  if (text && !isDnsLabel(text))
    yield { at: namespace, what: `sourceNamespace ${quote(text)} is no name of a namespace` };
}

function* emptyPrefix(match: Field, name: string): Generator<Refusal> {
  if (match.at('prefix').value === '') yield { at: match.at('prefix'), what: `the prefix of ${name} is empty` };
}
