import { testRule, yaml } from '@meshvet/core/testing';
import { routeWeightTotal } from './route-weight-total.ts';

const route = (weights: readonly string[], mark = '', kind = 'http') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: route, namespace: shop }
  spec:
    hosts: [cart]
    ${kind}: [{ route: [${weights.map((w, i) => `{ destination: { host: cart, subset: v${i} }${w && `, weight: ${w}`} }`).join(', ')}] }] ${mark}
`;

testRule(routeWeightTotal, {
  bad: {
    'no weights at all before 1.15': { settings: { istioVersion: '1.14' }, yaml: route(['', ''], '#~ total') },
    'no weights at all since 1.15': { settings: { istioVersion: '1.15' }, yaml: route(['', ''], '#~ zero') },
    'shares since 1.15': { settings: { istioVersion: '1.15' }, yaml: route(['3', '1'], '#~ shares') },
    'shares before 1.15': { settings: { istioVersion: '1.14' }, yaml: route(['3', '1'], '#~ total') },
    'a tcp route with one destination': route(['50'], '#~ single', 'tcp'),
  },
  good: {
    'weights within the destination, where schema-unknown-field tells them': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route, namespace: shop }
      spec:
        hosts: [cart]
        http:
          - route:
              - destination: { host: cart, subset: v1, weight: 90 }
              - destination: { host: cart, subset: v2, weight: 10 }
    `,
    'weights that are filled in later': route(['"${CANARY}"', '50']),
    'one destination with all of it, or with 0': `${route(['100'])}---\n${route(['0'])}`,
    'a single weight before 1.15': { settings: { istioVersion: '1.14' }, yaml: route(['']) },
    '100 in three parts': route(['50', '50', '0']),
  },
});
