import { testRule, yaml } from '@meshvet/core/testing';
import { routeDelegateLost } from './route-delegate-lost.ts';

const root = (rules: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: front, namespace: edge }
  spec:
    hosts: [shop.example.com]
    gateways: [front]
    http:
      ${rules}
`;
const rule = (match: string, name: string, mark = '') =>
  `- { ${match} delegate: { name: ${name}, namespace: shop } } ${mark}`;
const delegate = (name: string, more: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: ${name}, namespace: shop }
  spec: { ${more} }
`;
const TO = 'route: [{ destination: { host: cart } }]';
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeDelegateLost, {
  bad: {
    'kept to its own namespace': all(
      root(rule('', 'cart', '#~ hidden')),
      delegate('cart', `exportTo: ["."], http: [{ ${TO} }]`),
    ),
    'there is none, in a closed world': {
      settings: { closedWorld: true },
      yaml: root(rule('', 'cart', '#~ missing')),
    },
    'there is none beside other VirtualServices of its namespace': all(
      root(`${rule('', 'cart', '#~ missing')}\n      ${rule('', 'users')}`),
      delegate('users', `http: [{ ${TO} }]`),
    ),
    'nobody names it, in a closed world': {
      settings: { closedWorld: true },
      yaml: yaml`
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: cart #~ unused
          namespace: shop
        spec: { http: [{ ${TO} }] }
      `,
    },
    'one rule of the delegate lies outside, by its method': all(
      root(rule('match: [{ uri: { prefix: /a }, method: { exact: GET } }],', 'cart')),
      delegate(
        'cart',
        `http: [
          { match: [{ uri: { prefix: /a/b }, method: { exact: POST } }], ${TO} }, #~ outside \`/a/b\`
          { match: [{ uri: { prefix: /a/c } }], ${TO} }]`,
      ),
    ),
    'a regular expression of the root leaves room for no path of the delegate': all(
      root(rule('match: [{ uri: { regex: "/a/.*" } }],', 'cart')),
      delegate(
        'cart',
        `http: [{ match: [{ uri: { prefix: /a/b } }], #~ outside
          ${TO} }]`,
      ),
    ),
    'only one of them ignores case': all(
      root(rule('match: [{ uri: { prefix: /a }, ignoreUriCase: true }],', 'cart')),
      delegate(
        'cart',
        `http: [{ match: [{ uri: { prefix: /a/b } }], #~ outside
          ${TO} }]`,
      ),
    ),
    'the delegate fits another rule, and not this one': all(
      root(
        `${rule('match: [{ uri: { prefix: /b } }],', 'cart', '#~ noRule')}\n      ${rule('match: [{ uri: { prefix: /a } }],', 'cart')}`,
      ),
      delegate('cart', `http: [{ match: [{ uri: { prefix: /a/b } }], ${TO} }]`),
    ),
  },
  good: {
    'nothing of its namespace was read': root(rule('', 'cart')),
    'exported to the namespace of the root': all(
      root(rule('', 'cart')),
      delegate('cart', `exportTo: [edge], http: [{ ${TO} }]`),
    ),
    'a delegate of the same namespace, by its bare name': all(
      yaml`
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: front, namespace: shop }
        spec: { hosts: [a.example.com], http: [{ delegate: { name: cart } }] }
      `,
      delegate('cart', `exportTo: ["."], http: [{ ${TO} }]`),
    ),
    'one match of several is enough': all(
      root(rule('match: [{ uri: { prefix: /a } }],', 'cart')),
      delegate('cart', `http: [{ match: [{ uri: { prefix: /x } }, { uri: { exact: /a/b } }], ${TO} }]`),
    ),
    'a name that is filled in later': { settings: { closedWorld: true }, yaml: root(rule('', '"${NAME}"')) },
    'nobody names it here, and others may': delegate('cart', `http: [{ ${TO} }]`),
    'no match of the root': all(
      root(rule('', 'cart')),
      delegate('cart', `http: [{ match: [{ uri: { prefix: /x } }], ${TO} }, { ${TO} }]`),
    ),
  },
});
