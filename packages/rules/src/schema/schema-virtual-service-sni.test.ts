import { testRule } from '@meshvet/core/testing';
import { schemaVirtualServiceSni } from './schema-virtual-service-sni.ts';

const route = (hosts: string, match: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: api, namespace: shop }
spec:
  hosts: ${hosts}
  tls:
    - match:
        - ${match}
      route: [{ destination: { host: a.example.com } }]
`;

testRule(schemaVirtualServiceSni, {
  bad: {
    'a wildcard wider than the hosts': route('["*.eu.example.com"]', 'sniHosts: ["*.example.com"] #~ refused'),
    'an underscore': route('["*"]', 'sniHosts: [a_b.example.com] #~ refused `a_b.example.com`'),
    'an address': route('["*"]', 'sniHosts: [10.0.0.7] #~ doubted'),
    'no SNI': route('[a]', 'sniHosts: [] #~ refused `sniHosts`'),
    'no list, before the schema asked for one': {
      settings: { istioVersion: '1.18' },
      yaml: route('[a]', 'port: 443 #~ refused'),
    },
    'four hosts, of which none fits': route('[a.b, b.b, c.b, d.b]', 'sniHosts: [e.b] #~ refused'),
  },
  good: {
    'the host itself': route('[a.example.com]', 'sniHosts: [a.example.com]'),
    everything: route('["*"]', 'sniHosts: ["*.example.com"]'),
    'hosts that are filled in later': route('[a.example.com, "${HOST}"]', 'sniHosts: [b.example.com]'),
    'an SNI that is filled in later': route('[a.example.com]', 'sniHosts: ["${HOST}"]'),
    'no list, since the schema asks for it': route('[a]', 'port: 443'),
  },
});
