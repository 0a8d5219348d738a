import {
  defineRule,
  type Field,
  hostCovers,
  isEmptyList,
  isIpAddress,
  isWildcardDomain,
  lacks,
  type Mesh,
  mappings,
  nameFault,
  type Resource,
  specOf,
  texts,
  VIRTUAL_SERVICE,
} from '@meshvet/core';
import { crdSays, DOUBTED, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';

export const schemaVirtualServiceSni = defineRule({
  meta: {
    id: 'schema-virtual-service-sni',
    summary: 'A TLS route of a VirtualService matches an SNI that its hosts do not cover.',
    why: 'The proxy looks a route up by host first, so such a match would never be reached; the validating webhook of istiod refuses the VirtualService.',
    fix: 'Write the SNI among the hosts too, or a wildcard that covers it.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/VirtualService'],
    codes: ['IST0106', 'IST0133'],
    sources: ['istio/istio pkg/config/validation/validation.go (validateTLSMatch, validateSniHost)'],
    messages: {
      refused: '{resource}: {what}; Istio refuses it.',
      doubted: '{resource}: {what}.',
    },
    perMessage: { doubted: DOUBTED },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: api, namespace: shop }
          spec:
            hosts: [api.example.com]
            tls:
              - match: [{ sniHosts: [www.example.com] }] #~ refused \`www.example.com\`
                route: [{ destination: { host: api.example.com } }]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: api, namespace: shop }
          spec:
            hosts: ["*.example.com"]
            tls:
              - match: [{ sniHosts: [api.example.com, "*.eu.example.com"] }]
                route: [{ destination: { host: api.example.com } }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, refusals(subject, mesh));
  },
});

// Lists of people are short; each SNI is held against each host.
const MOST_HOSTS = 200;

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, VIRTUAL_SERVICE);
  if (!spec) return;
  const hosts = texts(spec.at('hosts'));
  const known = hosts.length === spec.at('hosts').items().length && hosts.length > 0 && hosts.length <= MOST_HOSTS;
  for (const route of mappings(spec.at('tls'))) {
    for (const match of mappings(route.at('match'))) {
      const list = match.at('sniHosts');
      if (isEmptyList(list) || (lacks(match, 'sniHosts') && !crdSays(mesh, '1.20')))
        yield { at: list, what: 'a match of a tls route has no sniHosts', onKey: true };
      for (const { item, text } of texts(list))
        yield* sniHost(item, text, known ? hosts.map((host) => host.text) : undefined);
    }
  }
}

function* sniHost(at: Field, text: string, hosts: readonly string[] | undefined): Generator<Refusal> {
  if (isIpAddress(text))
    yield { at, what: `SNI ${quote(text)} is an address, which clients do not send as one`, mild: true };
  else if (!isWildcardDomain(text)) {
    yield { at, what: `SNI ${quote(text)} is no domain name: ${nameFault(text)}` };
    return;
  }
  if (hosts && !hosts.some((host) => hostCovers(host, text)))
    yield {
      at,
      what: `SNI ${quote(text)} is covered by none of the hosts of the VirtualService: ${hosts.slice(0, 3).map(quote).join(', ')}${hosts.length > 3 ? ', ...' : ''}`,
    };
}
