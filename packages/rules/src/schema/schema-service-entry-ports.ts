import {
  defineRule,
  isDnsLabel,
  isUnset,
  lacks,
  type Mesh,
  mappings,
  protocolKind,
  type Resource,
  SERVICE_ENTRY,
  specOf,
} from '@meshvet/core';
import { protocolFault } from '../shared/refusals/declared-protocol.ts';
import { crdSays, DOUBTED, quote, type Refusal, tellVerdicts } from '../shared/refusals/refusals.ts';
import { resolutionOf } from '../shared/refusals/resolution.ts';

export const schemaServiceEntryPorts = defineRule({
  meta: {
    id: 'schema-service-entry-ports',
    summary: 'A port of a ServiceEntry has a name or a protocol that it cannot have, or cannot tell its hosts apart.',
    why: 'Without a request or an SNI the proxy knows a connection by its address only; the validating webhook of istiod refuses the ServiceEntry.',
    fix: 'Name each port once, with a known protocol, and give TCP ports an entry and an address of their own.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/ServiceEntry'],
    codes: ['IST0106', 'IST0133'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (ValidateServiceEntry, validateServiceEntryPort)',
      'istio.io: ServiceEntry reference, ServicePort',
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
          metadata: { name: databases, namespace: shop }
          spec:
            hosts: [a.example.com, b.example.com]
            resolution: DNS
            ports:
              - { number: 5432, name: postgres, protocol: TCP } #~ refused \`TCP\`
              - { number: 80, name: web_ui, protocol: HTTP/1.1 } #~ refused \`web_ui\` #~ refused \`HTTP/1.1\`
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
            hosts: [a.example.com, b.example.com]
            resolution: DNS
            ports:
              - { number: 443, name: tls, protocol: TLS }
              - { number: 80, name: http, protocol: HTTP }
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellVerdicts(report, subject, refusals(subject, mesh));
  },
});

const DYNAMIC: ReadonlySet<string> = new Set(['http', 'http2', 'grpc', 'tls']);

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, SERVICE_ENTRY);
  if (!spec) return;
  const resolution = resolutionOf(spec);
  const several = spec.at('hosts').items().length > 1;
  const addressed = !isUnset(spec.at('addresses'));
  const seen = new Set<string | number>();
  for (const port of mappings(spec.at('ports'))) {
    const [name, number, protocol] = [port.at('name'), port.at('number'), port.at('protocol')];
    if (!crdSays(mesh, '1.24')) {
      for (const field of [name, number]) {
        const value = field.string() ?? field.number();
        if (value !== undefined && seen.has(value))
          yield { at: field, what: `port ${String(field.key)} ${value} stands twice` };
        if (value !== undefined) seen.add(value);
      }
    }
    const text = name.string();
    if (text !== undefined && !isDnsLabel(text) && !(text.length > 256 && crdSays(mesh, '1.24')))
      yield {
        at: name,
        what:
          text === ''
            ? 'a port has no name'
            : `port name ${quote(text)} is none of at most 63 letters, digits and hyphens`,
      };
    const fault = protocolFault(protocol, mesh);
    if (fault) {
      yield fault;
      continue;
    }
    const kind = protocol.hasValue || lacks(port, 'protocol') ? protocolKind(protocol, mesh) : undefined;
    if (kind === undefined || resolution === undefined) continue;
    const at = protocol.exists ? protocol : port;
    const written = protocol.string() || 'no protocol';
    if (resolution === 'DYNAMIC_DNS') {
      if (!DYNAMIC.has(written.toLowerCase()))
        yield { at, what: `a port with resolution DYNAMIC_DNS is HTTP, HTTP2, GRPC or TLS, and not ${written}` };
    } else if (several && resolution !== 'NONE' && kind !== 'http' && kind !== 'tls')
      yield {
        at,
        what: `a port with ${written} cannot tell several hosts apart; only HTTP and TLS name the host that is meant`,
      };
    else if (several && addressed && resolution.startsWith('DNS') && kind === 'tls')
      yield {
        at,
        what: `on a port with ${written} all hosts share the addresses, and the proxy knows them apart by SNI only`,
        mild: true,
      };
  }
}
