import { testRule, yaml } from '@meshvet/core/testing';
import { routeHostUnknown } from './route-host-unknown.ts';

const service = (name: string, namespace = 'shop') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80 }] }
`;
const route = (host: string, mark = '', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: route, namespace: ${namespace} }
  spec:
    hosts: [front]
    http:
      - route:
          - destination:
              host: ${host} ${mark}
`;

const west = (text: string) => ({ clusters: { west: [{ path: 'west/all.yaml', text }] } });

const door = (namespace: string) => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: door, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { istio: door } }
    template:
      metadata: { labels: { istio: door }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
  ---
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: door, namespace: shop }
  spec: { selector: { istio: door }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
`;
const exported = (to: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop, annotations: { networking.istio.io/exportTo: "${to}" } }
  spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
`;
const atGateway = (host: string, mark = '', more = '', gateways = '[door]') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: route, namespace: shop }
  spec:
    hosts: [shop.example.com]
    gateways: ${gateways}
    http:
      - ${more}
        route:
          - destination: { host: ${host} } ${mark}
`;
const database = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: db, namespace: shop }
  spec: { clusterIP: None, selector: { app: db }, ports: [{ name: tcp, port: 5432 }] }
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeHostUnknown, {
  bad: {
    'a Kustomization renames the Service, and not the host': {
      files: {
        'kustomization.yaml': 'resources: [app.yaml]\nnamespace: quotes\nnamePrefix: blue-\n',
        'app.yaml': `apiVersion: v1
kind: Service
metadata: { name: quote }
spec: { selector: { app: quote }, ports: [{ name: http, port: 80 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: quote }
spec:
  hosts: [quote.example.com]
  http:
    - route:
        - destination: { host: quote } #~ renamed
`,
      },
    },
    'another cluster of the mesh has a Service of that name in another namespace': {
      yaml: `${service('front')}---\n${route('cart', '#~ destination')}`,
      setup: west(service('cart', 'bank')),
      settings: { closedWorld: true },
    },
    'a name that nobody completes, of a Service in another cluster': {
      yaml: `${service('front')}---\n${route('cart.bank', '#~ shortened')}`,
      setup: west(service('cart', 'bank')),
    },
    'a Service that the gateway of another namespace does not see': all(
      door('doors'),
      exported('.'),
      atGateway('cart', '#~ hiddenFromGateway `cart`'),
    ),
    'the sidecars see it, and the gateway that reads the route too does not': all(
      door('doors'),
      exported('shop,bank'),
      atGateway('cart', '#~ hiddenFromGateway', '', '[mesh, door]'),
    ),
    'one pod of a StatefulSet, by its whole name': all(
      database,
      route('db-0.db.shop.svc.cluster.local', '#~ pod `db-0.db.shop.svc.cluster.local`'),
    ),
    'one pod, by a name that only DNS completes': all(database, route('db-1.db', '#~ pod')),
    'one pod, from another namespace': all(database, route('db-1.db.shop.svc', '#~ pod', 'web')),
    'an entry without a host': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route, namespace: shop }
      spec:
        hosts: [front]
        http:
          - route:
              - destination: { host: "" } #~ noHost
    `,
    'tcp and tls routes, and several mirrors': [
      service('cart'),
      yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route, namespace: shop }
      spec:
        hosts: [front]
        tcp: [{ route: [{ destination: { host: a } }] }] #~ destination
        tls: [{ match: [{ sniHosts: [x] }], route: [{ destination: { host: b } }] }] #~ destination
        http:
          - route: [{ destination: { host: cart } }]
            mirrors:
              - destination: { host: c } #~ mirror
              - destination: { host: cart }
    `,
    ].join('---\n'),
    'a host of another namespace, in a closed world': {
      settings: { closedWorld: true },
      yaml: `${service('cart')}---\n${route('users.people.svc.cluster.local', '#~ destination')}`,
    },
    'a host outside the cluster, in a closed world': {
      settings: { closedWorld: true },
      yaml: `${service('cart')}---\n${route('api.example.com', '#~ destination')}`,
    },
    'a ServiceEntry of one cluster and not of the other': yaml`
      apiVersion: networking.istio.io/v1
      kind: ServiceEntry
      metadata: { name: cart, namespace: shop }
      spec: { hosts: [cart.shop.svc.a.global], ports: [{ number: 80, name: http, protocol: HTTP }] }
      ---
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route, namespace: shop }
      spec:
        hosts: [cart]
        http:
          - route:
              - { destination: { host: cart.shop.svc.a.global }, weight: 50 }
              - { destination: { host: cart.shop.svc.b.global }, weight: 50 } #~ destination
    `,
  },
  good: {
    'a Kustomization fills in the namespace, in a closed world': {
      files: {
        'shop/kustomization.yaml':
          'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: shop\nresources: [cart.yaml]\n',
        'shop/cart.yaml':
          'apiVersion: v1\nkind: Service\nmetadata: { name: cart }\nspec: { ports: [{ name: http, port: 80 }] }\n---\n' +
          'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: cart }\n' +
          'spec: { hosts: [cart], http: [{ route: [{ destination: { host: cart.shop.svc.cluster.local } }] }] }\n',
      },
      settings: { closedWorld: true },
    },
    'another cluster of the mesh has the Service': {
      yaml: `${service('front')}---\n${route('cart')}`,
      setup: west(service('cart')),
      settings: { closedWorld: true },
    },
    'another cluster of the mesh has the ServiceEntry': {
      yaml: route('api.example.com'),
      setup: west(yaml`
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: api, namespace: shop }
        spec: { hosts: ["*.example.com"], resolution: NONE, ports: [{ number: 443, name: tls, protocol: TLS }] }
      `),
      settings: { closedWorld: true },
    },
    'the gateway sees it where the namespace of the route does not': all(
      door('doors'),
      exported('doors'),
      atGateway('cart'),
    ),
    'the gateway is in the namespace that sees it': all(door('shop'), exported('.'), atGateway('cart')),
    'hidden from its own namespace, and nobody read the pods of the gateway': all(exported('doors'), atGateway('cart')),
    'a rule that is for the sidecars alone': all(
      door('doors'),
      exported('.'),
      atGateway('cart', '', 'match: [{ gateways: [mesh] }]', '[mesh, door]'),
    ),
    'one pod that a ServiceEntry declares': all(
      database,
      yaml`
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: db-0, namespace: shop }
        spec:
          hosts: [db-0.db.shop.svc.cluster.local]
          location: MESH_INTERNAL
          resolution: DNS
          ports: [{ number: 5432, name: tcp, protocol: TCP }]
      `,
      route('db-0.db.shop.svc.cluster.local'),
    ),
    'a name of two parts that is no name of a pod': all(database, route('cache.db')),
    'a name below a Service that nobody read': route('db-0.db.shop.svc.cluster.local'),
    'no destination at all, which schema-missing-field tells': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route, namespace: shop }
      spec: { hosts: [front], http: [{ route: [{ weight: 100 }] }] }
    `,
    'what is no domain name, which schema-host-name tells': {
      settings: { closedWorld: true },
      yaml: `${service('cart')}---\n${route('ca_rt')}---\n${yaml`
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: rule, namespace: shop }
        spec: { host: ca_rt }
      `}`,
    },
    'a destination that is filled in later': yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route, namespace: shop }
      spec: { hosts: [front], http: [{ route: [{ destination: $(DESTINATION) }] }] }
    `,
    'no Service of the namespace was read': route('cart'),
    'a host outside the cluster lives elsewhere': `${service('cart')}---\n${route('api.example.com')}`,
    'a namespace of which nothing was read': `${service('cart')}---\n${route('users.people.svc.cluster.local')}`,
    'a placeholder is filled in later': `${service('cart')}---\n${route('"${HOST}"')}`,
    'a Service that a Helm release beside it may make': `${service('cart')}---\n${yaml`
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: { name: redis, namespace: shop }
      spec: { chart: { spec: { chart: redis } } }
    `}---\n${route('cache')}`,
    'the Service of the API server, which every cluster has': {
      settings: { closedWorld: true },
      yaml: route('kubernetes.default.svc.cluster.local'),
    },
    'a wildcard rule': {
      settings: { closedWorld: true },
      yaml: yaml`
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: default, namespace: istio-system }
        spec: { host: "*.local", trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
      `,
    },
    'a route without a namespace and a Service with one may meet': `${service('cart')}---\n${service('front')}---\n${yaml`
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: { name: route }
      spec: { hosts: [front], http: [{ route: [{ destination: { host: cart } }] }] }
    `}`,
  },
});
