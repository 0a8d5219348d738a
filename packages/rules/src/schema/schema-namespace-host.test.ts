import { testRule } from '@meshvet/core/testing';
import { schemaNamespaceHost } from './schema-namespace-host.ts';

const sidecar = (hosts: string, namespace = ', namespace: shop') =>
  `apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: a${namespace} }\nspec:\n  egress:\n    - hosts: ${hosts}\n`;
const gateway = (hosts: string) =>
  `apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: a, namespace: shop }\nspec:\n  servers:\n    - port: { number: 80, name: http, protocol: HTTP }\n      hosts: ${hosts}\n`;

testRule(schemaNamespaceHost, {
  bad: {
    'a list without hosts': gateway('[] #~ refused `hosts`'),
    'no list, before the schema asked for one': {
      settings: { istioVersion: '1.18' },
      yaml: 'apiVersion: networking.istio.io/v1beta1\nkind: Gateway\nmetadata: { name: a }\nspec:\n  servers:\n    - port: { number: 80, name: http, protocol: HTTP } #~ refused\n',
    },
    'an empty host and an empty namespace': gateway('["", "a/", "/a.b"] #~ refused #~ refused #~ refused'),
    'a tilde in a Gateway': gateway('["~/a.b"] #~ refused'),
    'a wildcard that is not whole': gateway('["*a.example.com"] #~ refused'),
    'a scheme': gateway('["https://a.example.com"] #~ refused'),
    'a host twice, once by the name of the namespace': sidecar('[./a.b, shop/a.b] #~ doubted `shop/a.b`'),
    'everything, and something': sidecar('["*/*", other/*] #~ doubted `other/*`'),
    'an address in a Sidecar': sidecar('["./10.0.0.7"] #~ refused'),
  },
  good: {
    placeholders: gateway('["${HOST}", "shop/*.${DOMAIN}"]'),
    'a namespace left out': sidecar('["~other/*", "~other/*", "./*"]'),
    'the own namespace and one by name, where it is not written which it is': sidecar('["./a.b", default/a.b]', ''),
    'no list, since the schema asks for it':
      'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: { name: a }\nspec:\n  servers:\n    - port: { number: 80, name: http, protocol: HTTP }\n',
  },
});
