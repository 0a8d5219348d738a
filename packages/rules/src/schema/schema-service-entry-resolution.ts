import {
  defineRule,
  type Field,
  isDomainName,
  isUnset,
  isWildcardDomain,
  lacks,
  type Mesh,
  mappings,
  type Resource,
  SERVICE_ENTRY,
  specOf,
  texts,
} from '@meshvet/core';
import { crdSays, DOUBTED, listed, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';
import { resolutionOf } from '../shared/refusals/resolution.ts';

export const schemaServiceEntryResolution = defineRule({
  meta: {
    id: 'schema-service-entry-resolution',
    summary: 'The resolution of a ServiceEntry does not fit its hosts or its endpoints.',
    why: 'Nobody can resolve a wildcard, and resolution NONE sends connections where they were going; the validating webhook of istiod refuses the rest.',
    fix: 'Choose STATIC for endpoints with addresses, DNS for names that can be resolved, and NONE for wildcards.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/ServiceEntry'],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (ValidateServiceEntry)',
      'istio.io: ServiceEntry reference, Resolution',
    ],
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
          kind: ServiceEntry
          metadata: { name: apis, namespace: shop }
          spec:
            hosts: ["*.example.com"] #~ refused
            ports: [{ number: 443, name: tls, protocol: TLS }]
            resolution: DNS
          ---
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: machines, namespace: shop }
          spec:
            hosts: [machines.shop.internal]
            ports: [{ number: 80, name: http, protocol: HTTP }]
            resolution: NONE
            workloadSelector: { labels: { app: machine } } #~ doubted \`workloadSelector\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: apis, namespace: shop }
          spec:
            hosts: ["*.example.com"]
            ports: [{ number: 443, name: tls, protocol: TLS }]
            resolution: NONE
          ---
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: machines, namespace: shop }
          spec:
            hosts: [machines.shop.internal]
            ports: [{ number: 80, name: http, protocol: HTTP }]
            resolution: STATIC
            endpoints: [{ address: 10.0.0.7 }, { address: 10.0.0.8, ports: { http: 8080 } }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, refusals(subject, mesh));
  },
});

const WAYPOINT = 'istio.io/use-waypoint';

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, SERVICE_ENTRY);
  if (!spec) return;
  const resolution = resolutionOf(spec);
  const [endpoints, selector] = [spec.at('endpoints'), spec.at('workloadSelector')];
  const chosen = !isUnset(endpoints);
  if (chosen && selector.hasValue && !crdSays(mesh, '1.24'))
    yield {
      at: selector,
      what: 'endpoints and workloadSelector stand side by side, and only one of them says who answers',
      onKey: true,
    };
  switch (resolution) {
    case 'NONE':
      if (chosen && !crdSays(mesh, '1.24'))
        yield {
          at: endpoints,
          what: 'with resolution NONE connections go where they were going, and endpoints have no use',
          onKey: true,
        };
      if (selector.hasValue)
        yield {
          at: selector,
          what: 'with resolution NONE connections go where they were going, and a workloadSelector has no use',
          onKey: true,
          mild: true,
        };
      return;
    case 'STATIC':
      yield* portNames(spec);
      yield* sockets(spec);
      return;
    case 'DNS':
    case 'DNS_ROUND_ROBIN':
      yield* resolved(spec, resolution, mesh);
      return;
    case 'DYNAMIC_DNS':
      yield* resolvedOnRequest(resource, spec);
  }
}

function* resolved(spec: Field, resolution: string, mesh: Mesh): Generator<Refusal> {
  const endpoints = spec.at('endpoints');
  if (isUnset(endpoints)) {
    // What is no host at all is told by another rule.
    const wildcard = texts(spec.at('hosts')).find(
      ({ text }) => text !== '*' && isWildcardDomain(text) && !isDomainName(text),
    );
    if (wildcard)
      yield {
        at: wildcard.item,
        what: `host ${quote(wildcard.text)} is a wildcard, which nobody can resolve: resolution ${resolution} wants endpoints for it`,
      };
    return;
  }
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.items().length > 1 && !crdSays(mesh, '1.24'))
    yield { at: endpoints, what: 'resolution DNS_ROUND_ROBIN has one endpoint at most', onKey: true };
  yield* portNames(spec);
}

function* resolvedOnRequest(resource: Resource, spec: Field): Generator<Refusal> {
  for (const { item, text } of texts(spec.at('hosts')))
    if (!text.startsWith('*') && isWildcardDomain(text))
      yield { at: item, what: `host ${quote(text)} is no wildcard, and resolution DYNAMIC_DNS is for wildcards` };
  const beside = ['addresses', 'endpoints'].filter((key) => !isUnset(spec.at(key)));
  if (beside.length > 0)
    yield {
      at: spec.at(beside[0] as string),
      what: `resolution DYNAMIC_DNS resolves the host of each request, and takes no ${listed(beside)}`,
      onKey: true,
    };
  if (spec.at('location').value === 'MESH_INTERNAL' && resource.labels.has(WAYPOINT))
    yield {
      at: spec.at('location'),
      what: 'resolution DYNAMIC_DNS goes with location MESH_EXTERNAL where a waypoint is used',
    };
}

function* portNames(spec: Field): Generator<Refusal> {
  if (!spec.at('ports').isList && !lacks(spec, 'ports')) return;
  const ports = mappings(spec.at('ports'));
  const names = ports.map((port) => port.at('name').string());
  // A port that is filled in later may have any name.
  if (names.includes(undefined) || ports.length !== spec.at('ports').items().length) return;
  const known = new Set(names);
  for (const endpoint of mappings(spec.at('endpoints'))) {
    for (const [name, port] of endpoint.at('ports').entries())
      if (!known.has(name) && !name.includes('${'))
        yield {
          at: port,
          what: `the endpoint names port ${quote(name)}, and the ServiceEntry has none of that name`,
          onKey: true,
        };
  }
}

function* sockets(spec: Field): Generator<Refusal> {
  const ports = spec.at('ports');
  if (ports.hasValue && !ports.isList) return;
  for (const endpoint of mappings(spec.at('endpoints'))) {
    const address = endpoint.at('address');
    if (address.string()?.startsWith('unix://') && ports.items().length !== 1)
      yield {
        at: address,
        what: `a Unix socket stands for one port, and the ServiceEntry has ${ports.items().length}`,
      };
  }
}
