import { testRule, yaml } from '@meshvet/core/testing';
import { routeDestinationRuleNoCa } from './route-destination-rule-no-ca.ts';

const rule = (policy: string, more = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: db, namespace: shop }
  spec:
    host: db.example.com
    ${more}
    trafficPolicy:
      ${policy}
`;
const istiod = (value: string) => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: istiod, namespace: istio-system }
  spec:
    selector: { matchLabels: { app: istiod } }
    template:
      metadata: { labels: { app: istiod } }
      spec:
        containers: [{ name: discovery, image: istio/pilot, env: [{ name: VERIFY_CERTIFICATE_AT_CLIENT, value: "${value}" }] }]
`;

testRule(routeDestinationRuleNoCa, {
  bad: {
    'any certificate before Istio 1.21': {
      yaml: rule('tls: { mode: MUTUAL, clientCertificate: /a, privateKey: /b } #~ unverified'),
      settings: { istioVersion: '1.20' },
    },
    'the authorities of the system from Istio 1.21 on': {
      yaml: rule('tls: { mode: SIMPLE } #~ system'),
      settings: { istioVersion: '1.21' },
    },
    'istiod is told not to ask them': {
      yaml: rule('tls: { mode: SIMPLE } #~ unverified') + istiod('false'),
      settings: { istioVersion: '1.23' },
    },
    'nobody can tell it so from 1.24 on': {
      yaml: rule('tls: { mode: SIMPLE } #~ system') + istiod('false'),
      settings: { istioVersion: '1.24' },
    },
    'asked for by name': rule('tls: { mode: SIMPLE, insecureSkipVerify: true } #~ unverified'),
    'a port': rule(
      'portLevelSettings: [{ port: { number: 443 }, tls: { mode: SIMPLE, caCertificates: "" } }] #~ system',
    ),
    'a credential that no sidecar reads': rule('tls: { mode: SIMPLE, credentialName: client } #~ credential'),
    'a credential of a port': rule(
      'portLevelSettings: [{ port: { number: 443 }, tls: { mode: SIMPLE, credentialName: client } }] #~ credential',
    ),
  },
  good: {
    'a client without a certificate of its own, which schema-client-tls tells': rule('tls: { mode: MUTUAL }'),
    'a credential for some workloads': rule(
      'tls: { mode: SIMPLE, credentialName: client }',
      'workloadSelector: { matchLabels: { app: web } }',
    ),
    'the mesh has authorities of its own': `${rule('tls: { mode: ISTIO_MUTUAL }')}---\n${rule('tls: { mode: DISABLE }').replace('name: db', 'name: off')}`,
    'a file that is filled in later': rule('tls: { mode: SIMPLE, caCertificates: "${CA}" }'),
    'a mode that is filled in later': rule('tls: { mode: "${MODE}" }'),
  },
});
