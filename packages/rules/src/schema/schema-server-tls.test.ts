import { testRule } from '@meshvet/core/testing';
import { schemaServerTls } from './schema-server-tls.ts';

const gateway = (tls: string, protocol = 'HTTPS') => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: shop }
spec:
  servers:
    - port: { number: 443, name: https, protocol: ${protocol} }
      hosts: [shop.example.com]
      tls: ${tls}
`;
const sidecar = (tls: string, protocol = 'HTTPS') => `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: a, namespace: shop }
spec:
  ingress:
    - port: { number: 443, protocol: ${protocol} }
      defaultEndpoint: 127.0.0.1:80
      tls: ${tls}
`;

testRule(schemaServerTls, {
  bad: {
    'no certificate': gateway('{ mode: SIMPLE } #~ refused `SIMPLE`'),
    'half a pair': gateway('{ mode: SIMPLE, serverCertificate: /a } #~ refused'),
    'half a pair of several': gateway(
      '{ mode: SIMPLE, tlsCertificates: [{ serverCertificate: /a, privateKey: /b }, { serverCertificate: /c }] } #~ refused',
    ),
    'three pairs': gateway(
      `{ mode: SIMPLE, tlsCertificates: [${'{ serverCertificate: /a, privateKey: /b }, '.repeat(3)}] } #~ doubted`,
    ),
    'certificates of two sources': gateway(
      '{ mode: SIMPLE, credentialName: a, serverCertificate: /a, privateKey: /b } #~ refused',
    ),
    'two credentials, before the schema minded': {
      settings: { istioVersion: '1.25' },
      yaml: gateway('{ mode: SIMPLE, credentialName: a, credentialNames: [b, c] } #~ refused'),
    },
    'a certificate beside those of the mesh': gateway(
      '{ mode: ISTIO_MUTUAL, credentialName: a, caCertificates: /b } #~ refused `credentialName` #~ refused `caCertificates`',
    ),
    'a list of revoked clients where none shows a certificate': gateway(
      '{ mode: SIMPLE, credentialName: a, caCrl: /b } #~ refused `caCrl`',
    ),
    'a list of revoked clients beside a Secret': gateway(
      '{ mode: MUTUAL, credentialName: a, caCrl: /b } #~ refused `caCrl`',
    ),
    'an old version of TLS with the usual suites': gateway(
      '{ mode: SIMPLE, credentialName: a, minProtocolVersion: TLSV1_1 } #~ doubted `TLSV1_1`',
    ),
    'suites that are none or twice': gateway(
      '{ mode: SIMPLE, credentialName: a, cipherSuites: [TLS_AES_128_GCM_SHA256, AES128-SHA, AES128-SHA] } #~ doubted #~ doubted',
    ),
    'a redirect of what is HTTPS': gateway(
      '{ mode: SIMPLE, credentialName: a, httpsRedirect: true } #~ doubted `httpsRedirect`',
    ),
    'a credential in a Sidecar': sidecar('{ mode: SIMPLE, credentialName: a } #~ refused `credentialName`'),
    'a mode of Gateways in a Sidecar': sidecar('{ mode: ISTIO_MUTUAL } #~ refused'),
    'a block on a plain port of a Sidecar': sidecar(
      '{ mode: SIMPLE, serverCertificate: /a, privateKey: /b } #~ refused `tls`',
      'HTTP',
    ),
  },
  good: {
    'a credential that is filled in later': gateway('{ mode: SIMPLE, credentialName: "${NAME}" }'),
    'a mode that is filled in later': gateway('{ mode: "${MODE}" }'),
    'a block on an HTTP port, which a rule about ports tells': gateway('{ mode: SIMPLE }', 'HTTP'),
    'suites in the words of OpenSSL': gateway(
      '{ mode: SIMPLE, credentialName: a, cipherSuites: ["[ECDHE-ECDSA-AES128-GCM-SHA256|AES128-SHA]", ALL, "-AES", ""] }',
    ),
    'two credentials, which the schema refuses': gateway(
      '{ mode: SIMPLE, credentialName: a, credentialNames: [b, c] }',
    ),
    'files in a Sidecar': sidecar('{ mode: SIMPLE, serverCertificate: /a, privateKey: /b, httpsRedirect: false }'),
    'a block without mode passes through': gateway('{}', 'TLS'),
  },
});
