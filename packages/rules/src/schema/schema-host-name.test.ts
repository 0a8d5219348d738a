import { testRule } from '@meshvet/core/testing';
import { schemaHostName } from './schema-host-name.ts';

const virtualService = (hosts: string, more = '') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: ${hosts}
  ${more}
  http: [{ route: [{ destination: { host: cart } }] }]
`;

const destination = (host: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, namespace: shop }
spec:
  hosts: [cart]
  http:
    - mirror: { host: cart }
      route:
        - destination:
            host: ${host}
`;

const serviceEntry = (hosts: string, more = '{}') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api, namespace: shop }
spec:
  hosts: ${hosts}
  ports: [{ number: 443, name: tls, protocol: TLS }]
  workloadSelector: ${more}
`;

testRule(schemaHostName, {
  bad: {
    'a host with a port': virtualService('[cart:8080] #~ refused `cart:8080`'),
    'a URL in place of a host': virtualService('["https://cart.example.com"] #~ refused'),
    'an empty host': virtualService('[""] #~ refused'),
    'a wildcard in the middle': virtualService('["cart.*.example.com"] #~ refused'),
    'the same host twice': virtualService('\n    - cart\n    - other\n    - cart #~ refused `cart`'),
    'a host that a wildcard beside it covers': virtualService(
      '["*.example.com", a.example.com] #~ refused `a.example.com`',
    ),
    'two wildcards, one inside the other': virtualService(
      '["*.a.example.com", "*.example.com"] #~ refused `"*.a.example.com"`',
    ),
    'a wildcard on mesh and gateway': virtualService('["*"] #~ refused', 'gateways: [front, mesh]'),
    'a destination that is a URL': destination('"http://cart" #~ refused'),
    'a destination that is everything': destination('"*" #~ refused `"*"`'),
    'a destination that is an address': destination('10.0.0.7 #~ refused'),
    'a DestinationRule with a port in its host': `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart }
spec:
  host: cart:80 #~ refused
  trafficPolicy:
    tunnel:
      targetHost: proxy_1 #~ refused \`proxy_1\`
      targetPort: 80
`,
    'a DestinationRule without host, before the schema asked for one': {
      settings: { istioVersion: '1.18' },
      yaml: 'apiVersion: networking.istio.io/v1beta1\nkind: DestinationRule\nmetadata: { name: cart }\nspec: #~ refused\n  subsets: []\n',
    },
    'everything in a ServiceEntry, before the schema refused it': {
      settings: { istioVersion: '1.23' },
      yaml: serviceEntry('["*"] #~ refused'),
    },
    'no hosts in a ServiceEntry, before the schema refused it': {
      settings: { istioVersion: '1.23' },
      yaml: serviceEntry('[] #~ refused `hosts`'),
    },
    'an egress proxy behind a wildcard': `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default }
spec:
  outboundTrafficPolicy:
    egressProxy: { host: "*.example.com", port: { number: 80 } } #~ refused
`,
  },
  good: {
    'hosts that a later step fills in': virtualService('["${HOST}", "*.${DOMAIN}"]'),
    'an address among the hosts of the first releases': {
      settings: { istioVersion: '1.4' },
      yaml: serviceEntry('[169.254.169.254]'),
    },
    'a wildcard on a gateway': virtualService('["*"]', 'gateways: [front]'),
    'a wildcard where the gateways are filled in later': virtualService('["*"]', 'gateways: ["${GATEWAY}"]'),
    'a delegate without hosts': virtualService('[]'),
    'names of the SNI of outbound clusters on a gateway': virtualService(
      '[outbound_.80_._.cart.shop.svc.cluster.local]',
      'gateways: [east-west]',
    ),
    'a wildcard with a hyphen, and a final dot': virtualService('["*-eu.example.com", example.com.]'),
    'a wildcard does not cover its own domain': virtualService('["*.example.com", example.com]'),
    'a destination with a placeholder': destination('"{{ service }}"'),
    'an empty destination is told by another rule': destination('""'),
    'everything and nothing in a ServiceEntry, since the schema refuses it': serviceEntry('["*"]'),
    'an empty list of hosts, since the schema refuses it': serviceEntry('[]'),
    'a partial wildcard that is resolved on request': `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api }
spec:
  hosts: ["*-api.example.com"]
  resolution: DYNAMIC_DNS
`,
    'a list that is none, which is a mistake of its shape': virtualService('cart:8080'),
    'a file that is called a patch': { files: { 'prod/cart-patch.yaml': virtualService('[cart_1]') } },
    'a patch of a Kustomization': {
      files: {
        'kustomization.yaml': 'resources: [route.yaml]\npatches: [{ path: patch.yaml }]\n',
        'route.yaml': virtualService('[cart_1]'),
        'patch.yaml':
          'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: cart, namespace: shop }\nspec: { hosts: [cart] }\n',
      },
    },
  },
});
