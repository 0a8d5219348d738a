import {
  defineRule,
  isIpAddress,
  isIpPrefix,
  type Mesh,
  type Resource,
  SERVICE_ENTRY,
  specOf,
  texts,
} from '@meshvet/core';
import { crdSays, quote, type Refusal, tellRefusals } from '../shared/refusals/refusals.ts';
import { resolutionOf } from '../shared/refusals/resolution.ts';

export const schemaServiceEntryAddresses = defineRule({
  meta: {
    id: 'schema-service-entry-addresses',
    summary: 'An address of a ServiceEntry is none, or a range that cannot be one.',
    why: 'Addresses are compared with where connections go, so names are never met; the validating webhook of istiod refuses the ServiceEntry.',
    fix: 'Write IP addresses, or ranges such as 10.0.0.0/8 with resolution NONE or STATIC; names belong among the hosts.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/ServiceEntry'],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/validation.go (ValidateServiceEntry)',
      'istio.io: ServiceEntry reference, addresses',
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
          kind: ServiceEntry
          metadata: { name: database, namespace: shop }
          spec:
            hosts: [database.example.com]
            addresses: [10.0.0.7, database.example.com] #~ refused \`database.example.com\`
            ports: [{ number: 5432, name: tcp, protocol: TCP }]
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: database, namespace: shop }
          spec:
            hosts: [database.example.com]
            addresses: [10.0.0.7, 10.1.0.0/16, "fd00::/8"]
            ports: [{ number: 5432, name: tcp, protocol: TCP }]
        `,
      },
    ],
  },
  check({ subject, mesh, report }) {
    tellRefusals(report, subject, refusals(subject, mesh));
  },
});

function* refusals(resource: Resource, mesh: Mesh): Generator<Refusal> {
  const spec = specOf(resource, SERVICE_ENTRY);
  if (!spec) return;
  const resolution = resolutionOf(spec);
  for (const { item, text } of texts(spec.at('addresses'))) {
    if (!isIpAddress(text) && !isIpPrefix(text)) {
      // More than 64 characters, the schema refuses.
      if (text.length > 64 && crdSays(mesh, '1.24')) continue;
      yield { at: item, what: `addresses ${quote(text)} is no IP address and no range such as 10.0.0.0/8` };
    } else if (text.includes('/') && resolution?.startsWith('D') && !crdSays(mesh, '1.24'))
      yield {
        at: item,
        what: `addresses ${quote(text)} is a range, which goes with resolution NONE and STATIC and not with ${resolution}`,
      };
  }
}
