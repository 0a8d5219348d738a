import { testRule, yaml } from '@meshvet/core/testing';
import { routeSubsetUndefined } from './route-subset-undefined.ts';

const rule = (host: string, subset: string, namespace = 'shop', more = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: rule, namespace: ${namespace} }
  spec: { host: "${host}", subsets: [{ name: ${subset}, labels: { version: v1 } }]${more} }
`;
const route = (subset: string, mark = '', more = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: route, namespace: shop }
  spec:
    hosts: [reviews]
    ${more || 'exportTo: ["*"]'}
    http: [{ route: [{ destination: { host: reviews, subset: ${subset} } }] }] ${mark}
`;

const pods = (namespace: string, labels = 'sidecar.istio.io/inject: "true"', name = 'reviews') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { app: ${name} } }
    template:
      metadata: { labels: { app: ${name}, ${labels} } }
      spec: { containers: [{ name: ${name}, image: ${name} }] }
`;
const gateway = (namespace: string) =>
  `${pods(namespace, 'istio: ingressgateway', 'istio-ingressgateway')}---\n${yaml`
    apiVersion: networking.istio.io/v1
    kind: Gateway
    metadata: { name: edge, namespace: ${namespace} }
    spec:
      selector: { istio: ingressgateway }
      servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
  `}`;
const bound = (mark = '') =>
  route('v1', mark, 'gateways: [istio-system/edge]').replace('hosts: [reviews]', 'hosts: [reviews.example.com]');

testRule(routeSubsetUndefined, {
  bad: {
    'golden case 5: a canary pair with subsets and no DestinationRule': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: reviews, namespace: shop }
      spec: { selector: { app: reviews }, ports: [{ name: http, port: 9080 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: reviews-v1, namespace: shop }
      spec:
        selector: { matchLabels: { app: reviews, version: v1 } }
        template:
          metadata: { labels: { app: reviews, version: v1 } }
          spec: { containers: [{ name: reviews, image: reviews:1 }] }
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: reviews-v2, namespace: shop }
      spec:
        selector: { matchLabels: { app: reviews, version: v2 } }
        template:
          metadata: { labels: { app: reviews, version: v2 } }
          spec: { containers: [{ name: reviews, image: reviews:2 }] }
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: reviews, namespace: shop }
      spec:
        hosts: [reviews]
        http:
          - route:
              - { destination: { host: reviews, subset: v1 }, weight: 80 } #~ noRule
              - { destination: { host: reviews, subset: v2 }, weight: 20 } #~ noRule
    `,
    'a mirror': [
      rule('reviews', 'v1'),
      yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route, namespace: shop }
      spec:
        hosts: [reviews]
        http:
          - route: [{ destination: { host: reviews, subset: v1 } }]
            mirror: { host: reviews, subset: v2 } #~ undefinedSubset
    `,
    ].join('---\n'),
    'a rule of another host of the file': `${rule('ratings', 'v1')}---\n${route('v1', '#~ noRule')}`,
    'a rule that exportTo hides': `${rule('reviews.shop.svc.cluster.local', 'v1', 'other', ', exportTo: ["."]')}---\n${route('v1', '#~ hidden')}`,
    'in a closed world, a route alone': { settings: { closedWorld: true }, yaml: route('v1', '#~ noRule') },
    'a rule of a third namespace is looked up by nobody else': [
      rule('reviews.shop.svc.cluster.local', 'v1', 'other'),
      route('v1', '#~ unread'),
    ].join('---\n'),
    'clients of a namespace with a rule of its own follow that alone': [
      rule('reviews', 'v1'),
      rule('reviews.shop.svc.cluster.local', 'v2', 'office').replace('name: rule', 'name: office'),
      route('v1', '#~ unread')
        .replace('namespace: shop', 'namespace: office')
        .replaceAll('reviews', 'reviews.shop.svc.cluster.local'),
    ].join('---\n'),
    'a wildcard is passed over for a narrower rule': [
      rule('*.shop.svc.cluster.local', 'v1'),
      rule('reviews', 'v2').replace('name: rule', 'name: narrow'),
      route('v1', '#~ unread'),
    ].join('---\n'),
    'route and rule stand where nobody lives': [
      pods('shop'),
      rule('reviews.shop.svc.cluster.local', 'v1', 'config'),
      route('v1', '#~ unread')
        .replace('namespace: shop', 'namespace: config')
        .replaceAll('reviews', 'reviews.shop.svc.cluster.local'),
    ].join('---\n'),
    'a gateway of another namespace does not see it': [
      gateway('istio-system'),
      rule('reviews', 'v1', 'shop', ', exportTo: ["."]'),
      bound('#~ hidden'),
    ].join('---\n'),
  },
  good: {
    'what no subset can be called, which schema-subset tells': `${rule('reviews', 'v1')}---\n${route('v_2')}`,
    'a route alone: its rule may live elsewhere': route('v1'),
    'the host is written short, which is another mistake': {
      settings: { closedWorld: true },
      yaml: [
        rule('reviews', 'v1'),
        yaml`
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: route, namespace: shop }
          spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews.shop, subset: v1 } }] }] }
        `,
      ].join('---\n'),
    },
    'a wildcard rule defines it': [rule('*.shop.svc.cluster.local', 'v1'), route('v1')].join('---\n'),
    'the namespace of the clients has the rule, and the route is for them alone': [
      rule('reviews.shop.svc.cluster.local', 'v1', 'office'),
      route('v1', '', 'exportTo: [office]'),
    ].join('---\n'),
    'the root namespace has the rule': [rule('reviews.shop.svc.cluster.local', 'v1', 'istio-system'), route('v1')].join(
      '---\n',
    ),
    'gateway pods see what is exported to all': [gateway('istio-system'), rule('reviews', 'v1'), bound()].join('---\n'),
    'the name of the subset is filled in later': `${rule('reviews', 'v1')}---\n${route('"${SUBSET}"')}`,
    'the subsets of the rule are filled in later': `${rule('reviews', '"${SUBSET}"')}---\n${route('v1')}`,
    'a rule without a namespace may be the one': [
      yaml`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata: { name: rule }
      spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }
`,
      route('v1'),
    ].join('---\n'),
    'two rules of one host are merged': [
      rule('reviews', 'v1'),
      yaml`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata: { name: second, namespace: shop }
      spec: { host: reviews, subsets: [{ name: v2, labels: { version: v2 } }] }
`,
      route('v2'),
    ].join('---\n'),
  },
});
