import { testRule, yaml } from '@meshvet/core/testing';
import { routeMatchIneffective } from './route-match-ineffective.ts';

const matches = (...list: readonly string[]) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: cart, namespace: shop }
  spec:
    hosts: [cart]
    http:
      - match:
${list.map((match) => `          - ${match}`).join('\n')}
        route: [{ destination: { host: cart } }]
`;

testRule(routeMatchIneffective, {
  bad: {
    'no method is every method': matches(
      '{ uri: { prefix: /api } }',
      '{ uri: { prefix: /api/v2 }, method: { exact: POST } } #~ twice',
    ),
    'a path inside a prefix': matches('{ uri: { prefix: /api } }', '{ uri: { exact: /api/cart } } #~ twice'),
    'headers are a matter of keys, not of their number': matches(
      '{ uri: { prefix: /api }, headers: { a: { exact: x } } }',
      '{ uri: { prefix: /api/v2 }, headers: { A: { exact: x }, b: {} } } #~ twice',
    ),
    'case is ignored by the first': matches(
      '{ uri: { prefix: /API }, ignoreUriCase: true }',
      '{ uri: { prefix: /api/v2 } } #~ twice',
    ),
    'a match of everything': matches('{ name: all }', '{ port: 8080 } #~ twice'),
    'the same one under another name': matches(
      '{ name: a, uri: { regex: "/a.*" } }',
      '{ uri: { regex: "/a.*" }, name: b } #~ twice',
    ),
    'one of two is inside a wider one of another rule': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: cart, namespace: shop }
      spec:
        hosts: [cart]
        http:
          - match: [{ uri: { prefix: /api } }]
            route: [{ destination: { host: cart } }]
          - match:
              - name: old
                uri: { prefix: /api/v1 } #~ covered
              - uri: { prefix: /old }
            route: [{ destination: { host: cart, subset: v1 } }]
    `,
    'the same port of tcp in another rule, beside a new one': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: echo, namespace: shop }
      spec:
        hosts: [echo]
        tcp:
          - match: [{ port: 31400 }]
            route: [{ destination: { host: echo, subset: v1 } }]
          - match:
              - port: 31400 #~ same
              - port: 31401
            route: [{ destination: { host: echo, subset: v2 } }]
    `,
  },
  good: {
    'a method is not every method': matches(
      '{ uri: { prefix: /api }, method: { exact: GET } }',
      '{ uri: { prefix: /api/v2 } }',
    ),
    'other gateways, labels, namespaces and schemes, which the original does not compare': matches(
      '{ uri: { prefix: /api }, gateways: [front] }',
      '{ uri: { prefix: /api/v1 }, gateways: [mesh] }',
      '{ uri: { prefix: /api/v2 }, sourceLabels: { app: web } }',
      '{ uri: { prefix: /api/v2/a }, sourceLabels: { app: job } }',
      '{ uri: { prefix: /b }, sourceNamespace: a }',
      '{ uri: { prefix: /b/c } }',
      '{ uri: { prefix: /d }, scheme: { exact: https } }',
      '{ uri: { prefix: /d/e }, scheme: { exact: http } }',
      '{ uri: { prefix: /f }, port: 80 }',
      '{ uri: { prefix: /f/g }, port: 81 }',
    ),
    'what ignores case is wider': matches(
      '{ uri: { prefix: /api } }',
      '{ uri: { prefix: /api/v2 }, ignoreUriCase: true }',
    ),
    'a header that must not be there': matches(
      '{ uri: { prefix: /api }, withoutHeaders: { a: {} } }',
      '{ uri: { prefix: /api/v2 } }',
    ),
    'regular expressions are not read': matches('{ uri: { regex: "/api/.*" } }', '{ uri: { prefix: /api/v2 } }'),
    'a condition that nobody knows yet': matches(
      '{ uri: { prefix: /api }, moon: full }',
      '{ uri: { prefix: /api/v2 } }',
    ),
    'placeholders may become anything': matches('{ uri: { prefix: "${PATH}" } }', '{ uri: { prefix: "${PATH}" } }'),
    'the narrow one first': matches('{ uri: { prefix: /api/v2 } }', '{ uri: { prefix: /api } }'),
    'names of TLS: the most specific one wins, wherever it stands': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: out, namespace: shop }
      spec:
        hosts: ["*.example.com"]
        tls:
          - match: [{ port: 443, sniHosts: ["*.example.com"] }]
            route: [{ destination: { host: a.example.com } }]
          - match: [{ port: 443, sniHosts: [b.example.com] }, { port: 444, sniHosts: [c.example.com] }]
            route: [{ destination: { host: b.example.com } }]
    `,
  },
});
