import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiRedirectLoop } from './gateway-api-redirect-loop.ts';

const gateway = (tls = 'port: 443', hostname = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec:
    gatewayClassName: istio
    listeners:
      - { name: http, port: 80, protocol: HTTP }
      - { name: https, ${tls}, protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] }${hostname} }
`;
const redirect = (to: string, head = 'parentRefs: [{ name: front }]', match = '', name = 'redirect', meta = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: HTTPRoute
  metadata: { name: ${name}, namespace: shop${meta} }
  spec:
    ${head}
    rules:
      - filters:
          - type: RequestRedirect
            requestRedirect: ${to}
        ${match}
`;
const shop = (head = '', match = '', name = 'shop', meta = '') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: HTTPRoute
  metadata: { name: ${name}, namespace: shop${meta} }
  spec:
    parentRefs: [{ name: front, sectionName: https }]
    ${head}
    rules: [{ backendRefs: [{ name: shop, port: 80 }]${match} }]
`;
const join = (...parts: string[]) => parts.join('---\n');
const https = '{ scheme: https, statusCode: 301 }';
const names = (...hosts: string[]) => `hostnames: [${hosts.join(', ')}]`;
const at = (hosts: string, section = '') => `parentRefs: [{ name: front${section} }]\n    hostnames: [${hosts}]`;
const created = (day: string) => `, creationTimestamp: "2026-01-${day}T00:00:00Z"`;

testRule(gatewayApiRedirectLoop, {
  bad: {
    'nothing else is at the listener': join(gateway(), redirect(`${https} #~ loop`)),
    'it is attached to the HTTPS listener by name': join(
      gateway(),
      redirect(`${https} #~ loop`, 'parentRefs: [{ name: front, sectionName: https }]'),
    ),
    'the port written out': join(gateway(), redirect('{ scheme: https, port: 443 } #~ loop')),
    'no scheme, and the host that it has': join(
      gateway(),
      redirect('{ hostname: shop.example.com } #~ loop', at('shop.example.com')),
    ),
    'one of two hosts': join(
      gateway(),
      redirect('{ hostname: www.example.com } #~ loop', at('example.com, www.example.com')),
    ),
    'the path as it was': join(
      gateway(),
      redirect(
        '{ scheme: https, path: { type: ReplacePrefixMatch, replacePrefixMatch: /a/ } } #~ loop',
        undefined,
        'matches: [{ path: { type: PathPrefix, value: /a } }]',
      ),
    ),
    'a route of the same host and path': join(
      gateway(),
      redirect(`${https} #~ rival`, at('shop.example.com')),
      shop(names('shop.example.com')),
    ),
    'of both the redirect is older': join(
      gateway(),
      redirect(`${https} #~ loop`, at('shop.example.com'), '', 'redirect', created('01')),
      shop(names('shop.example.com'), '', 'shop', created('02')),
    ),
    'a route of a longer path does not help the others': join(
      gateway(),
      redirect(`${https} #~ loop`, at('shop.example.com')),
      shop(names('shop.example.com'), ', matches: [{ path: { value: /api } }]'),
    ),
  },
  good: {
    'only at the HTTP listener': join(
      gateway(),
      redirect(https, 'parentRefs: [{ name: front, sectionName: http }]', '', 'a'),
      redirect(https, 'parentRefs: [{ name: front, port: 80 }]', '', 'b'),
    ),
    'the listener has another port': join(gateway('port: 8443'), redirect(https)),
    'another host': join(gateway(), redirect('{ scheme: https, hostname: www.example.com }', at('example.com'))),
    'a host that only a wildcard covers may be anywhere': join(
      gateway(),
      redirect('{ hostname: example.org }'),
      redirect('{ scheme: https, hostname: www.example.com }', at('"*.example.com"'), '', 'b'),
    ),
    'another path': join(
      gateway(),
      redirect('{ scheme: https, path: { type: ReplaceFullPath, replaceFullPath: /x } }'),
    ),
    'the older route takes it': join(
      gateway(),
      redirect(https, at('shop.example.com'), '', 'redirect', created('03')),
      shop(names('shop.example.com'), '', 'shop', created('02')),
    ),
    'routes of closer hosts take what there is': join(gateway(), redirect(https), shop(names('shop.example.com'))),
    'by a header that the second request does not carry': join(
      gateway(),
      redirect(https, undefined, 'matches: [{ headers: [{ name: x-forwarded-proto, value: http }] }]'),
    ),
    'a rule before it takes everything': join(
      gateway(),
      yaml`
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: { name: shop, namespace: shop }
        spec:
          parentRefs: [{ name: front }]
          rules:
            - backendRefs: [{ name: shop, port: 80 }]
            - filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }]
      `,
    ),
    'the HTTPS listener is for other hosts': join(
      gateway('port: 443', ', hostname: other.example.com'),
      redirect(https, at('shop.example.com')),
    ),
    placeholders: join(gateway(), redirect('{ scheme: "${SCHEME}" }'), redirect(https, at('"${HOST}"'), '', 'b')),
    'a Gateway that was not read': redirect(https),
  },
});
