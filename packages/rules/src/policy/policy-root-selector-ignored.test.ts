import { testRule, yaml } from '@meshvet/core/testing';
import { policyRootSelectorIgnored } from './policy-root-selector-ignored.ts';

const policy = (spec: string, mark = '', namespace = 'istio-system') => yaml`
  apiVersion: security.istio.io/v1
  kind: PeerAuthentication
  metadata: { name: cart, namespace: ${namespace} }
  spec: { ${spec} } ${mark}
`;
const CART = 'selector: { matchLabels: { app: cart } }';
const STRICT = 'mtls: { mode: STRICT }';
const mesh = `---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: default, namespace: istio-system }\nspec: { ${STRICT} }\n`;
const pods = `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: cart, namespace: shop }\nspec: { template: { metadata: { labels: { app: cart } }, spec: { containers: [{ name: cart, image: cart }] } } }\n`;
const demands = (namespace: string) =>
  `---\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: default, namespace: ${namespace} }\nspec: { ${STRICT} }\n`;
const root = yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: "rootNamespace: mesh-config" }
  ---
`;

testRule(policyRootSelectorIgnored, {
  bad: {
    'a port alone': policy(`${CART}, portLevelMtls: { 8080: { mode: STRICT } }`, '#~ open'),
    'an exception that is none': policy(`${CART}, mtls: { mode: DISABLE }`, '#~ ignored'),
    'the mesh demands it already': policy(`${CART}, ${STRICT}`, '#~ ignored') + mesh,
    'the namespace of the pods demands it already': policy(`${CART}, ${STRICT}`, '#~ ignored') + pods + demands('shop'),
    'the namespace of other pods demands it': policy(`${CART}, ${STRICT}`, '#~ open') + pods + demands('pay'),
    'a root namespace of another name': root + policy(`${CART}, ${STRICT}`, '#~ open', 'mesh-config'),
  },
  good: {
    'an empty selector is none': policy(`selector: {}, ${STRICT}`),
    'no labels in it': policy(`selector: { matchLabels: {} }, ${STRICT}`),
    'the root namespace is another one': root + policy(`${CART}, ${STRICT}`),
    'another kind of policy reads selectors there': policy(`${CART}, action: DENY, rules: [{}]`).replace(
      'PeerAuthentication',
      'AuthorizationPolicy',
    ),
    'no namespace is written': policy(`${CART}, ${STRICT}`).replace(', namespace: istio-system', ''),
  },
});
