import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayCertificateShared } from './gateway-certificate-shared.ts';

const gateway = (
  name: string,
  tls: string,
  mark = '',
  more: { port?: string; selector?: string; host?: string } = {},
) => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: ${name}, namespace: edge }
  spec: { selector: { ${more.selector ?? 'istio: ingressgateway'} }, servers: [{ port: { number: ${more.port ?? '443'}, name: p, protocol: HTTPS }, hosts: [${more.host ?? `${name}.example.com`}], tls: { ${tls} } }] } ${mark}
`;
const two = (one: string, other: string, mark = '', more = {}) =>
  `${gateway('one', one, mark)}---\n${gateway('two', other, mark, more)}`;
const files = 'mode: SIMPLE, serverCertificate: /etc/c, privateKey: /etc/k';

testRule(gatewayCertificateShared, {
  bad: {
    'one pair of files': two(files, files, '#~ shared `/etc/c`'),
    'one of several credentials, which istioctl does not compare': two(
      'mode: SIMPLE, credentialNames: [rsa, ecdsa]',
      'mode: SIMPLE, credentialName: ecdsa',
      '#~ shared `ecdsa`',
    ),
    'the one that asks for more labels is not told': `${gateway('one', files, '#~ shared')}---\n${gateway('two', files, '', { selector: 'istio: ingressgateway, app: edge' })}`,
  },
  good: {
    'another port: connections are not shared, though istioctl warns': two(files, files, '', { port: '8443' }),
    'another gateway': two(files, files, '', { selector: 'istio: egressgateway' }),
    'passed through: the certificate is that of the server behind': two(
      'mode: PASSTHROUGH, credentialName: c',
      'mode: PASSTHROUGH, credentialName: c',
    ),
    'one host twice is another mistake': two(files, files, '', { host: 'one.example.com' }),
    'a name that is filled in later': two(
      'mode: SIMPLE, credentialName: "${C}"',
      'mode: SIMPLE, credentialName: "${C}"',
    ),
  },
});
