import { testRule, yaml } from '@meshvet/core/testing';
import { policyPrincipalUnknown } from './policy-principal-unknown.ts';

const policy = (source: string, mark = '') => yaml`
  apiVersion: security.istio.io/v1
  kind: AuthorizationPolicy
  metadata: { name: p, namespace: shop }
  spec: { rules: [{ from: [{ source: { ${source} } }] }] } ${mark}
`;
const account = (name: string, namespace = 'shop') =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ${name}, namespace: ${namespace} }\n`;
const all = (...documents: string[]) => documents.join('---\n');
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });

testRule(policyPrincipalUnknown, {
  bad: {
    'no such account': closed(
      all(policy('principals: [cluster.local/ns/shop/sa/crat]', '#~ account'), account('cart')),
    ),
    'those that are left out are principals too, and Kiali does not look': closed(
      policy('notPrincipals: [cluster.local/ns/shop/sa/crat]', '#~ account'),
    ),
    'another trust domain': closed(
      all(policy('principals: [other.example/ns/shop/sa/cart]', '#~ domain'), account('cart')),
    ),
    'an account of another cluster': {
      yaml: policy('principals: [cluster.local/ns/shop/sa/cart]', '#~ cluster'),
      settings: { closedWorld: true },
      setup: { clusters: { east: [{ path: 'east.yaml', text: account('cart') }] } },
    },
  },
  good: {
    'it may be elsewhere': policy('principals: [cluster.local/ns/shop/sa/cart]'),
    'an account, though no pod runs as it': closed(
      all(policy('principals: [cluster.local/ns/shop/sa/cart]'), account('cart')),
    ),
    'default is everywhere': closed(all(policy('principals: [cluster.local/ns/shop/sa/default]'), account('cart'))),
    'a star at one end': closed(
      all(policy('principals: ["*/sa/cart", "cluster.local/ns/shop/*", "*local/ns/shop/*", "*"]'), account('cart')),
    ),
    'cluster.local is the trust domain, whatever that is called': closed(
      all(
        policy('principals: [cluster.local/ns/shop/sa/cart, td.example/ns/shop/sa/cart]'),
        account('cart'),
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: istio, namespace: istio-system }\ndata: { mesh: "trustDomain: td.example" }\n',
      ),
    ),
    'filled in later': closed(policy('principals: ["${TD}/ns/shop/sa/cart"]')),
  },
});
