import { defineRule, trafficPolicies } from '@meshvet/core';
import { tellRefusals } from '../shared/refusals/refusals.ts';
import { clientTlsFaults } from '../shared/refusals/tls-settings.ts';

export const schemaClientTls = defineRule({
  meta: {
    id: 'schema-client-tls',
    summary: 'The tls block of a traffic policy lacks a certificate, or has one that is not used.',
    why: 'The validating webhook of istiod refuses the DestinationRule; where it is not installed, connections fail or are not verified.',
    fix: 'Name a credentialName, or the files of the certificate and the key, and nothing beside them that would be ignored.',
    severity: 'error',
    subject: 'resource',
    types: ['networking.istio.io/DestinationRule'],
    codes: ['IST0106'],
    sources: [
      'istio/istio pkg/config/validation/agent/validation.go (validateTLS)',
      'istio.io: DestinationRule reference, ClientTLSSettings',
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
          kind: DestinationRule
          metadata: { name: api, namespace: shop }
          spec:
            host: api.example.com
            trafficPolicy:
              tls: { mode: MUTUAL, clientCertificate: /cert.pem } #~ refused \`MUTUAL\`
        `,
      },
    ],
    good: [
      {
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: api, namespace: shop }
          spec:
            host: api.example.com
            trafficPolicy:
              tls: { mode: MUTUAL, credentialName: api-client }
        `,
      },
    ],
  },
  check({ subject, report }) {
    const namespace = subject.namespaceWritten && !subject.rewrites?.namespace ? subject.namespace : undefined;
    tellRefusals(
      report,
      subject,
      trafficPolicies(subject).flatMap(({ field }) => [...clientTlsFaults(field.at('tls'), namespace)]),
    );
  },
});
