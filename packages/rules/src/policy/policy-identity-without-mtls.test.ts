import { testRule, yaml } from '@meshvet/core/testing';
import { policyIdentityWithoutMtls } from './policy-identity-without-mtls.ts';

const policy = (rule: string, mark = '', selector = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: p, namespace: shop }
  spec: { ${selector}rules: [{ ${rule} }] } ${mark}
`;
const peer = (spec: string, name = 'default') => yaml`
  apiVersion: security.istio.io/v1
  kind: PeerAuthentication
  metadata: { name: ${name}, namespace: shop }
  spec: { ${spec} }
`;
const cart = (labels = 'app: cart') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { ${labels}, sidecar.istio.io/inject: "true" } }
      spec: { containers: [{ name: cart, image: shop/cart }] }
`;
const space = (labels: string) => `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { ${labels} } }\n`;
const all = (...documents: string[]) => documents.join('---\n');
const own = 'selector: { matchLabels: { app: cart } }, ';
const from = 'from: [{ source: { principals: ["*"] } }]';
const OFF = 'mtls: { mode: DISABLE }';

const service = (name = 'cart', selector = 'app: cart') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: shop }
  spec: { selector: { ${selector} }, ports: [{ name: http, port: 80 }] }
`;
const rule = (host: string, mode: string, namespace = 'shop', more = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: rule, namespace: ${namespace} }
  spec: { host: "${host}", trafficPolicy: { tls: { mode: ${mode} } }${more} }
`;
const noAuto = yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: "enableAutoMtls: false" }
`;

testRule(policyIdentityWithoutMtls, {
  bad: {
    'clients send plain text by a rule': all(
      policy(from, '#~ plainCallers', own),
      cart(),
      service(),
      rule('cart', 'DISABLE'),
    ),
    'clients send TLS that shows nobody': all(
      policy(from, '#~ plainCallers', own),
      cart(),
      service(),
      rule('cart', 'SIMPLE'),
    ),
    'a rule of the root namespace for all hosts': all(
      policy(from, '#~ plainCallers', own),
      cart(),
      service(),
      rule('*.local', 'DISABLE', 'istio-system'),
    ),
    'pods that nobody has read, and a rule for all of their namespace': all(
      policy(from, '#~ plainCallers', own),
      rule('*.shop.svc.cluster.local', 'DISABLE'),
    ),
    'auto mTLS is off and nobody says otherwise': all(noAuto, policy(from, '#~ nothingSpoken', own), cart(), service()),
    'the same without a selector': all(noAuto, policy(from, '#~ nothingSpoken'), cart(), service()),
    'three folders of one thing': {
      files: Object.fromEntries(
        ['eu', 'us', 'ap'].map((region) => [`${region}/all.yaml`, all(policy(from, '#~ identity'), peer(OFF))]),
      ),
    },
    'each way to ask': all(
      yaml`
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: { name: p, namespace: shop }
        spec:
          rules:
            - from:
                - source:
                    principals: ["*"] #~ identity
                    notNamespaces: [test] #~ identity
                    requestPrincipals: ["*"]
              when:
                - key: connection.sni #~ identity
                  values: [a]
                - key: request.headers[a]
                  values: [a]
      `,
      peer(OFF),
    ),
    'the whole mesh has none': all(
      policy(from, '#~ identity'),
      peer(OFF).replace('namespace: shop', 'namespace: istio-system'),
    ),
    'the labels that both ask for, whatever pods have them': all(
      policy(from, '#~ identity', own),
      peer(`${own}${OFF}`, 'cart'),
      peer('selector: { matchLabels: { app: pay } }, mtls: { mode: STRICT }', 'pay'),
    ),
    'the pods that are selected': all(
      policy(from, '#~ identity', own),
      cart(),
      peer(`${own}${OFF}`, 'cart'),
      space('team: shop'),
    ),
  },
  good: {
    'auto mTLS off, and a rule that brings it back': all(
      noAuto,
      policy(from, '', own),
      cart(),
      service(),
      rule('cart', 'ISTIO_MUTUAL'),
    ),
    'one client namespace has a rule of its own': all(
      policy(from, '', own),
      cart(),
      service(),
      rule('cart', 'DISABLE'),
      rule('cart.shop.svc.cluster.local', 'ISTIO_MUTUAL', 'office'),
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: office }\n',
    ),
    'a second Service of the same pods has no such rule': all(
      policy(from, '', own),
      cart(),
      service(),
      service('cart-admin'),
      rule('cart', 'DISABLE'),
    ),
    'one subset keeps its mTLS': all(
      policy(from, '', own),
      cart(),
      service(),
      rule(
        'cart',
        'DISABLE',
        'shop',
        ', subsets: [{ name: a, labels: { v: a }, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }]',
      ),
    ),
    'pods that nobody has read may be those of the rule for one host': all(
      policy(from, '', own),
      rule('*.shop.svc.cluster.local', 'DISABLE'),
      rule('cart', 'ISTIO_MUTUAL').replace('name: rule', 'name: cart'),
    ),
    'a certificate of its own may be one of the mesh': all(
      policy(from, '', own),
      cart(),
      service(),
      rule('cart', 'MUTUAL'),
    ),
    'a claim of the request is no identity of the connection': all(
      policy('from: [{ source: { requestPrincipals: ["*"] } }]'),
      peer(OFF),
    ),
    'a port that has mutual TLS': all(
      policy(from, '', own),
      cart(),
      peer(`${own}${OFF}, portLevelMtls: { 8080: { mode: STRICT } }`, 'cart'),
      space('team: shop'),
    ),
    'other labels of the same pods may bring it back': all(
      policy(from, '', own),
      peer(`${own}${OFF}`, 'cart'),
      peer('selector: { matchLabels: { tier: backend } }, mtls: { mode: STRICT }', 'backend'),
    ),
    'other pods may have a policy of their own': all(
      policy(from),
      peer(OFF),
      peer('selector: { matchLabels: { app: pay } }, mtls: { mode: STRICT }', 'pay'),
    ),
    'ztunnel speaks mutual TLS whatever a policy says': all(
      policy(from),
      peer(OFF),
      space('istio.io/dataplane-mode: ambient'),
    ),
    'the mesh may have it': policy(from),
    'a step of a tutorial': { files: { 'lab/one.yaml': policy(from), 'lab/two.yaml': peer(OFF) } },
    'attached to a waypoint': all(
      policy(from, '', 'targetRefs: [{ kind: Gateway, group: gateway.networking.k8s.io, name: waypoint }], '),
      peer(OFF),
    ),
    'the kind is there since 1.5': { yaml: all(policy(from), peer(OFF)), settings: { istioVersion: '1.4' } },
  },
});
