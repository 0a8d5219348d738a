import { testRule } from '@meshvet/core/testing';
import { schemaClientTls } from './schema-client-tls.ts';

const rule = (tls: string, namespace = ', namespace: shop') => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a${namespace} }
spec:
  host: a
  subsets:
    - name: b
      trafficPolicy:
        portLevelSettings:
          - port: { number: 80 }
            tls: ${tls}
`;

testRule(schemaClientTls, {
  bad: {
    'no certificate and no key': rule('{ mode: MUTUAL } #~ refused'),
    'a file beside a Secret': rule(
      '{ mode: SIMPLE, credentialName: a, caCertificates: /b } #~ refused `caCertificates`',
    ),
    'what to verify where nothing is': rule(
      '{ mode: SIMPLE, insecureSkipVerify: true, subjectAltNames: [a] } #~ refused `subjectAltNames`',
    ),
    'an authority where nothing is verified': rule(
      '{ mode: MUTUAL, credentialName: a, insecureSkipVerify: true, caCertificates: /b } #~ refused #~ refused',
    ),
    'a ConfigMap of another namespace': rule('{ mode: SIMPLE, credentialName: "configmap://other/a" } #~ refused'),
  },
  good: {
    'a ConfigMap of the own namespace': rule('{ mode: SIMPLE, credentialName: "configmap://shop/a" }'),
    'a ConfigMap where the own namespace is not written': rule(
      '{ mode: SIMPLE, credentialName: "configmap://other/a" }',
      '',
    ),
    'a certificate of the mesh': rule('{ mode: ISTIO_MUTUAL }'),
    'a client with a certificate that verifies nothing': rule(
      '{ mode: MUTUAL, credentialName: a, insecureSkipVerify: true }',
    ),
    'a key that is filled in later': rule('{ mode: MUTUAL, clientCertificate: "${CERT}", privateKey: "${KEY}" }'),
  },
});
