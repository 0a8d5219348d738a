import { testRule } from '@meshvet/core/testing';
import { schemaVirtualServiceRoute } from './schema-virtual-service-route.ts';

const virtualService = (spec: string) =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: cart, namespace: shop }\nspec:\n${spec}\n`;
const routed = 'route: [{ destination: { host: a } }]';

testRule(schemaVirtualServiceRoute, {
  bad: {
    'a delegate with what it cannot have': virtualService(
      `  gateways: [front] #~ refused \`gateways\`\n  tls: [{ match: [{ sniHosts: [a] }], ${routed} }] #~ refused\n  tcp: [{ ${routed} }] #~ refused\n  http: [{ delegate: { name: b } }] #~ refused`,
    ),
    'a delegation and a route': virtualService(
      `  hosts: [a]\n  http: [{ delegate: { name: b }, ${routed} }] #~ refused \`delegate\``,
    ),
    'an answer with a fault, and two mirrors': virtualService(
      `  hosts: [a]\n  http:\n    - directResponse: { status: 200 } #~ refused\n      fault: { abort: { httpStatus: 500 } }\n    - ${routed}\n      mirror: { host: a } #~ refused\n      mirrors: [{ destination: { host: b } }]`,
    ),
    'an empty list of destinations': virtualService('  hosts: [a]\n  http:\n    - route: [] #~ refused `route`'),
    'routes by SNI and by port that lead nowhere': virtualService(
      '  hosts: [a]\n  tls: [{ match: [] }] #~ refused `match` #~ refused `match`\n  tcp: [{ match: [{ port: 80 }] }] #~ refused',
    ),
    'a tls route without match, before the schema asked for one': {
      settings: { istioVersion: '1.18' },
      yaml: virtualService(`  hosts: [a]\n  tls:\n    - ${routed} #~ refused`),
    },
  },
  good: {
    'a tls route without match, since the schema asks for it': virtualService(`  hosts: [a]\n  tls: [{ ${routed} }]`),
    'a misspelt list of hosts makes no delegate': virtualService(
      `  hots: [a]\n  gateways: [front]\n  http: [{ ${routed} }]`,
    ),
    'a misspelt route': virtualService('  hosts: [a]\n  http: [{ routes: [{ destination: { host: a } }] }]'),
    'a delegate': virtualService(`  http: [{ ${routed} }]`),
    'hosts that are filled in later': virtualService(
      `  hosts: "\${HOSTS}"\n  gateways: [front]\n  tcp: [{ ${routed} }]`,
    ),
    'routes that are filled in later': virtualService('  hosts: [a]\n  http: "${ROUTES}"'),
    'a destination list that is filled in later': virtualService('  hosts: [a]\n  http: [{ route: "${ROUTE}" }]'),
    'a patch, which lacks what it does not change': {
      files: {
        'kustomization.yaml': 'resources: [route.yaml]\npatches: [{ path: patch.yaml }]\n',
        'route.yaml': virtualService(`  hosts: [a]\n  http: [{ ${routed} }]`),
        'patch.yaml': virtualService('  hosts: [b]'),
      },
    },
  },
});
