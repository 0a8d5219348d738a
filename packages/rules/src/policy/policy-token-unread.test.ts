import { testRule, yaml } from '@meshvet/core/testing';
import { policyTokenUnread } from './policy-token-unread.ts';

const namespace = (name: string, labels = '{ istio-injection: enabled }') => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: ${name}, labels: ${labels} }
`;
const workload = (name: string, space: string, annotations = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${space} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    template:
      metadata: { labels: { app: ${name} }, annotations: { ${annotations} } }
      spec: { serviceAccountName: ${name}, containers: [{ name: app, image: app }] }
`;
const service = (name: string, space: string, more = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${space} }
  spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80, targetPort: 8080 }]${more} }
`;
const policy = (name: string, space: string, spec: string, mark = '', metadata = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: ${name}, namespace: ${space}${metadata} }
  spec: { ${spec} } ${mark}
`;
const authentication = (name: string, space: string, spec: string, mark = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: RequestAuthentication
  metadata: { name: ${name}, namespace: ${space} }
  spec: { ${spec} } ${mark}
`;
const all = (...documents: string[]) => documents.join('---\n');
const shop = all(namespace('shop'), workload('cart', 'shop'), service('cart', 'shop'));
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });
const CART = 'selector: { matchLabels: { app: cart } }';
const token = (rule: string, mark = '') => policy('cart', 'shop', `${CART}, rules: [{ ${rule} }]`, mark);

testRule(policyTokenUnread, {
  bad: {
    'claims and audiences are of the token too': closed(
      all(shop, token('when: [{ key: "request.auth.claims[groups]", values: [a] }]', '#~ none')),
    ),
    'the RequestAuthentication is for other pods': closed(
      all(
        shop,
        authentication('other', 'shop', 'selector: { matchLabels: { app: pay } }, jwtRules: [{ issuer: x }]'),
        token('from: [{ source: { requestPrincipals: ["x/*"] } }]', '#~ none'),
      ),
    ),
    'an issuer that nobody reads': all(
      shop,
      authentication('cart', 'shop', `${CART}, jwtRules: [{ issuer: a.example }, { issuer: b.example }]`),
      token('from: [{ source: { requestPrincipals: ["a.example/*", "c.example/*"] } }]', '#~ issuer `"c.example/*"`'),
    ),
    'the issuer as a claim': all(
      shop,
      authentication('cart', 'shop', `${CART}, jwtRules: [{ issuer: a.example }]`),
      token('when: [{ key: "request.auth.claims[iss]", values: [c.example] }]', '#~ issuer'),
    ),
  },
  good: {
    'in an open world it may stand elsewhere': all(shop, token('from: [{ source: { requestPrincipals: ["*"] } }]')),
    'one of the root namespace reads for all': closed(
      all(
        shop,
        namespace('istio-system', '{}'),
        authentication('all', 'istio-system', 'jwtRules: [{ issuer: x }]'),
        token('from: [{ source: { requestPrincipals: ["*"] } }]'),
      ),
    ),
    'requests without a token are denied': closed(
      all(
        shop,
        policy(
          'cart',
          'shop',
          `${CART}, action: DENY, rules: [{ from: [{ source: { notRequestPrincipals: ["*"] } }] }]`,
        ),
      ),
    ),
    'any subject of an issuer, or any issuer': all(
      shop,
      authentication('cart', 'shop', `${CART}, jwtRules: [{ issuer: "https://a.example" }]`),
      token(
        'from: [{ source: { requestPrincipals: ["https://a.example/ann", "https://a.example/*", "*/ann", "*"] } }]',
      ),
    ),
    'the issuer is filled in later': all(
      shop,
      authentication('cart', 'shop', `${CART}, jwtRules: [{ issuer: "\${ISSUER}" }]`),
      token('from: [{ source: { requestPrincipals: ["a.example/*"] } }]'),
    ),
  },
});
