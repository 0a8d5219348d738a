import { testRule, yaml } from '@meshvet/core/testing';
import { routeDestinationDuplicate } from './route-destination-duplicate.ts';

testRule(routeDestinationDuplicate, {
  bad: {
    'a tcp route': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: db, namespace: shop }
      spec:
        hosts: [db]
        tcp:
          - route:
              - { destination: { host: db }, weight: 50 } #~ duplicate
              - { destination: { host: db }, weight: 50 } #~ duplicate
    `,
  },
  good: {
    'subsets that are filled in later': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: db, namespace: shop }
      spec:
        hosts: [db]
        http:
          - route:
              - { destination: { host: db, subset: $(BLUE) }, weight: 50 }
              - { destination: { host: db, subset: $(GREEN) }, weight: 50 }
    `,
    'the same destination in two routes': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: db, namespace: shop }
      spec:
        hosts: [db]
        http:
          - { match: [{ uri: { prefix: /a } }], route: [{ destination: { host: db } }] }
          - { route: [{ destination: { host: db } }] }
    `,
  },
});
