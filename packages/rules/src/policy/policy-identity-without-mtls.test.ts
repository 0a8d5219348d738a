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

testRule(policyIdentityWithoutMtls, {
  bad: {
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
