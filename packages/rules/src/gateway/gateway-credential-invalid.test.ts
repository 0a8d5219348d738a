import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayCredentialInvalid } from './gateway-credential-invalid.ts';

// From 2026-11-20 to 2027-11-20.
const BODY =
  'MIIBijCCATGgAwIBAgIUM0FBHRiNDfdsKhc0ycMRZ1yZMrIwCgYIKoZIzj0EAwIwGzEZMBcGA1UEAwwQc2hvcC5leGFtcGxlLmNvbTAeFw0yNjExMjAxMDE5NDNaFw0yNzExMjAxMDE5NDNaMBsxGTAXBgNVBAMMEHNob3AuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATWOYAf3GI0HsKJFjxEo1iLxkIQDVbPnVwCWg13vRm8MnIS8P9wWPb/7hRzmLy5FkRoEvi/myc5GHpK6emX6bNio1MwUTAdBgNVHQ4EFgQUMrP7xtINO7Zl0rund3u8iT1Qm9kwHwYDVR0jBBgwFoAUMrP7xtINO7Zl0rund3u8iT1Qm9kwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBawrhkNquYXqSODqCC7rGQl7nBNDEKMloSn+Ab/sCWUAIgKtgqmZLlX2ny5WaObwIDbu+mcIL17iurMAuGLW7aSnw=';
const PEM = `-----BEGIN CERTIFICATE-----\\n${BODY}\\n-----END CERTIFICATE-----\\n`;

const gateway = (mark = '', more: { name?: string; mode?: string; selector?: string } = {}) => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec: { selector: { ${more.selector ?? 'istio: edge'} }, servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [a.example.com], tls: { mode: ${more.mode ?? 'SIMPLE'}, credentialName: ${more.name ?? 'shop'} } }] } ${mark}
`;
const secret = (data: string, namespace = 'edge', more = '') => yaml`
  apiVersion: v1
  kind: Secret
  metadata: { name: shop, namespace: ${namespace}${more} }
  type: kubernetes.io/tls
  ${data}
`;
const pods = yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;
const certificate = (namespace: string, more = '') => yaml`
  apiVersion: cert-manager.io/v1
  kind: Certificate
  metadata: { name: shop-cert, namespace: ${namespace} }
  spec: { secretName: shop${more} }
`;
const all = (...documents: string[]) => documents.join('---\n');
const on = (today: string, text: string) => ({ yaml: text, setup: { today } });
const closed = (text: string, more = {}) => ({ yaml: text, settings: { closedWorld: true, ...more } });
const good = secret(`stringData: { tls.crt: "${PEM}", tls.key: k }`);

testRule(gatewayCredentialInvalid, {
  bad: {
    'clients are asked for a certificate, and nothing tells whose': all(
      gateway('#~ noAuthority', { mode: 'MUTUAL' }),
      pods,
      good,
    ),
    'not every client has to have one': all(gateway('#~ noAuthority', { mode: 'OPTIONAL_MUTUAL' }), pods, good),
    'no certificate': all(gateway('#~ unreadable'), pods, secret('data: { tls.crt: aHVzaA==, tls.key: aHVzaA== }')),
    'the certificate itself in place of its Base64': all(
      gateway('#~ unreadable'),
      pods,
      secret(`data: { tls.crt: "${PEM}", tls.key: aHVzaA== }`),
    ),
    'a certificate that ended': on('2027-11-21', all(gateway('#~ expired `shop`'), pods, good)),
    'a certificate of tomorrow': on('2026-11-19', all(gateway('#~ early'), pods, good)),
    'there is none': closed(all(gateway('#~ missing'), pods)),
    'it is in the namespace of the Gateway, and not in that of the pods': all(
      gateway('#~ otherNamespace'),
      pods,
      secret(`stringData: { tls.crt: "${PEM}", tls.key: k }`, 'shop'),
    ),
    'cert-manager makes it in another namespace': all(gateway('#~ otherNamespace'), pods, certificate('shop')),
    'nobody has seen the pods, but the Secret is no certificate wherever they are': all(
      gateway('#~ keys'),
      secret('data: { tls.cert: aHVzaA== }'),
    ),
  },
  good: {
    'the authority beside the certificate': all(
      gateway('', { mode: 'MUTUAL' }),
      pods,
      secret(`stringData: { tls.crt: "${PEM}", tls.key: k, ca.crt: "${PEM}" }`),
    ),
    'the authority in a Secret of its own': all(
      gateway('', { mode: 'MUTUAL' }),
      pods,
      good,
      yaml`
        apiVersion: v1
        kind: Secret
        metadata: { name: shop-cacert, namespace: edge }
        stringData: { ca.crt: c }
      `,
    ),
    'a certificate of today': on('2026-11-20', all(gateway(), pods, good)),
    'the last day': on('2027-11-20', all(gateway(), pods, good)),
    'nobody has said which day it is': all(gateway(), pods, good),
    'stringData, which istioctl does not read': closed(all(gateway(), pods, good)),
    'a Secret is rarely in the repository': all(gateway(), pods),
    'cert-manager makes it, which istioctl does not know': closed(all(gateway(), pods, certificate('edge'))),
    'a copy for all namespaces': all(
      gateway(),
      pods,
      certificate(
        'shop',
        ', secretTemplate: { annotations: { reflector.v1.k8s.emberstack.com/reflection-auto-enabled: "true" } }',
      ),
    ),
    'a scheme, which istioctl takes for a name': closed(all(gateway('', { name: '"kubernetes://shop"' }), pods, good)),
    'the mesh has certificates of its own': closed(all(gateway('', { mode: 'ISTIO_MUTUAL' }), pods)),
    'passed through': closed(all(gateway('', { mode: 'PASSTHROUGH' }), pods)),
    'encrypted by SOPS': all(gateway(), pods, secret('data: { tls.crt: "ENC[AES256_GCM,data:x]", tls.key: "ENC[x]" }')),
    'filled in later': all(gateway(), pods, secret('data: { tls.crt: "${CRT}", tls.key: "${KEY}" }')),
    'a stand-in': all(gateway(), pods, secret('data: { tls.crt: <base64 of the certificate>, tls.key: <key> }')),
    'filled in the cluster': all(
      gateway(),
      pods,
      secret('data: {}', 'edge', ', annotations: { cert-manager.io/issuer: ca }'),
    ),
    'the config declares the namespace': closed(all(gateway(), pods), { externals: { namespaces: ['edge'] } }),
  },
});
