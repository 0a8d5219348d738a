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
const workload = (name: string, namespace: string, as: string) => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    template:
      metadata: { labels: { app: ${name} } }
      spec: { serviceAccountName: ${as}, containers: [{ name: app, image: app }] }
`;
const meshConfig = (text: string) => yaml`
  apiVersion: v1
  kind: ConfigMap
  metadata: { name: istio, namespace: istio-system }
  data: { mesh: "${text}" }
`;
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
    'behind a star in front another one is no wildcard': policy('principals: ["*/ns/shop/*"]', '#~ form'),
    'a star in the place of the namespace': policy('principals: [cluster.local/ns/*/sa/cart]', '#~ form'),
    'no account in it': policy('principals: [cluster.local/ns/shop]', '#~ form'),
    'the name of a certificate of another mesh': policy('principals: [cart.shop.serviceaccount.identity]', '#~ form'),
    'as a condition': yaml`
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: { name: p, namespace: shop }
      spec:
        rules:
          - when:
              - key: source.principal
                values: [spiffe://cluster.local/ns/shop/sa/cart] #~ scheme
    `,
    'the name that other installations give to the gateway': closed(
      all(
        policy('principals: [cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account]', '#~ meant'),
        workload('istio-ingressgateway', 'istio-system', 'istio-ingressgateway'),
      ),
    ),
    'the account of another namespace': closed(
      all(policy('principals: [cluster.local/ns/shop/sa/till]', '#~ meant'), workload('till', 'bank', 'till')),
    ),
    'an account by its own field': {
      yaml: all(
        policy('serviceAccounts: [cart, bank/till, shop/crat]', '#~ account `shop/crat`'),
        account('cart'),
        account('till', 'bank'),
      ),
      settings: { closedWorld: true, istioVersion: '1.27' },
    },
    'what MeshConfig says of the domain holds in an open world too': all(
      policy('principals: [other.example/ns/shop/sa/cart]', '#~ domain'),
      meshConfig('trustDomain: td.example'),
    ),
    'the domain of a cluster that this one does not believe': {
      yaml: all(
        policy('principals: [west.example/ns/shop/sa/cart]', '#~ foreign'),
        meshConfig('trustDomain: td.example'),
      ),
      setup: { clusters: { west: [{ path: 'west.yaml', text: meshConfig('trustDomain: west.example') }] } },
    },
    'default, which only pods of another cluster run as': {
      yaml: all(
        policy('principals: [cluster.local/ns/shop/sa/default]', '#~ cluster'),
        workload('cart', 'shop', 'cart'),
      ),
      settings: { closedWorld: true },
      setup: { clusters: { east: [{ path: 'east.yaml', text: workload('old', 'shop', 'default') }] } },
    },
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
      all(policy('principals: ["*/sa/cart", "cluster.local/ns/shop/*", "*"]'), account('cart')),
    ),
    'cluster.local is the trust domain, whatever that is called': closed(
      all(
        policy('principals: [cluster.local/ns/shop/sa/cart, td.example/ns/shop/sa/cart]'),
        account('cart'),
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: istio, namespace: istio-system }\ndata: { mesh: "trustDomain: td.example" }\n',
      ),
    ),
    'domains whose certificates are believed': closed(
      all(
        policy('principals: [partner.example/ns/shop/sa/cart, old.example/ns/shop/sa/cart]'),
        account('cart'),
        meshConfig(
          '{trustDomain: td.example, trustDomainAliases: [old.example], caCertificates: [{pem: x, trustDomains: [partner.example]}]}',
        ),
      ),
    ),
    'the charts are not among the files': closed(
      policy('principals: [cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account]'),
    ),
    'a suffix': policy('principals: ["*/sa/cart", "*cart"]'),
    'pods of this cluster run as default too': {
      yaml: all(policy('principals: [cluster.local/ns/shop/sa/default]'), workload('new', 'shop', 'default')),
      settings: { closedWorld: true },
      setup: { clusters: { east: [{ path: 'east.yaml', text: workload('old', 'shop', 'default') }] } },
    },
    'filled in later': closed(policy('principals: ["${TD}/ns/shop/sa/cart"]')),
  },
});
