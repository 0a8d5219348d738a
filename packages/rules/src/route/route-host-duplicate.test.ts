import { testRule, yaml } from '@meshvet/core/testing';
import { routeHostDuplicate } from './route-host-duplicate.ts';

const route = (name: string, more: string, mark = '', namespace = 'shop') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: ${name}, namespace: ${namespace} }
  spec: { hosts: [api.example.com], ${more} } ${mark}
`;
const HTTP = 'http: [{ route: [{ destination: { host: cart } }] }]';
const TLS = 'tls: [{ match: [{ sniHosts: [api.example.com] }], route: [{ destination: { host: cart } }] }]';
const all = (...documents: string[]) => documents.join('---\n');

const on = (name: string, hosts: string, spec: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: ${name}, namespace: shop }
  spec:
    ${spec}
    hosts: ${hosts} ${mark}
`;
const front = yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec: { selector: { istio: door }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
`;
const PATH =
  'gateways: [front], http: [{ match: [{ uri: { prefix: /soap } }], route: [{ destination: { host: cart } }] }]';

testRule(routeHostDuplicate, {
  bad: {
    'two files of a folder that is one application': {
      files: { 'k8s/a.yaml': route('a', HTTP, '#~ mesh'), 'k8s/b.yaml': route('b', HTTP, '#~ mesh') },
    },
    'a wildcard and a host: the more specific one is taken alone': all(
      on('a', '[api.example.com]', HTTP, '#~ wider'),
      on('b', '["*.example.com"]', HTTP, '#~ narrower'),
    ),
    'a wildcard within a wildcard, for Services': all(
      on('a', '["*.shop.svc.cluster.local"]', HTTP, '#~ wider'),
      on('b', '["*.svc.cluster.local"]', HTTP, '#~ narrower'),
    ),
    'a path for every host beside a host of its own on a gateway': all(
      front,
      on('a', '["*"]', PATH.replaceAll(', http', '\n    http'), '#~ shadowed'),
      on('b', '[api.example.com]', `gateways: [front]\n    ${HTTP}`),
    ),
    'mesh beside a gateway, and no gateways at all': all(
      route('a', `gateways: [mesh, front], ${HTTP}`, '#~ mesh'),
      route('b', HTTP, '#~ mesh'),
    ),
    'two namespaces that export to all': all(route('a', HTTP, '#~ mesh', 'one'), route('b', HTTP, '#~ mesh', 'two')),
    'two files of a folder in a closed world': {
      settings: { closedWorld: true },
      files: { 'x/a.yaml': route('a', HTTP, '#~ mesh'), 'x/b.yaml': route('b', HTTP, '#~ mesh') },
    },
    'two files of one Kustomization': {
      files: {
        'x/a.yaml': route('a', HTTP, '#~ mesh'),
        'x/b.yaml': route('b', HTTP, '#~ mesh'),
        'x/kustomization.yaml': yaml`
          apiVersion: kustomize.config.k8s.io/v1beta1
          kind: Kustomization
          resources: [a.yaml, b.yaml]
        `,
      },
    },
    'one is exported to its own namespace, and the other to all': all(
      route('a', `exportTo: ["."], ${HTTP}`, '#~ mesh', 'one'),
      route('b', HTTP, '#~ mesh', 'two'),
    ),
  },
  good: {
    'the answer for hosts that nobody names': all(
      front,
      on('a', '["*"]', `gateways: [front]\n    ${HTTP}`),
      on('b', '[api.example.com]', `gateways: [front]\n    ${HTTP}`),
    ),
    'a wildcard that the Gateway narrows to the same host: both are put together': all(
      front.replace('hosts: ["*"]', 'hosts: [api.example.com]'),
      on('a', '["*"]', PATH.replaceAll(', http', '\n    http')),
      on('b', '[api.example.com]', PATH.replaceAll(', http', '\n    http').replace('/soap', '/rest')),
    ),
    'wildcards of two namespaces that keep theirs': all(
      route('a', `exportTo: ["."], ${HTTP}`, '', 'one'),
      route('b', `exportTo: ["."], ${HTTP}`, '', 'two').replace('api.example.com', '"*.example.com"'),
    ),
    'two namespaces that keep theirs': all(
      route('a', `exportTo: ["."], ${HTTP}`, '', 'one'),
      route('b', `exportTo: ["."], ${HTTP}`, '', 'two'),
    ),
    'two manifests of one object': all(route('a', HTTP), route('a', `${HTTP}, exportTo: ["."]`)),
    'http for one port and tls for another': all(route('a', HTTP), route('b', TLS)),
    'two gateways': all(route('a', `gateways: [one], ${HTTP}`), route('b', `gateways: [two], ${HTTP}`)),
    'alternatives side by side in a folder of lessons': {
      files: { 'tutorial/a.yaml': route('a', HTTP), 'tutorial/b.yaml': route('b', HTTP) },
    },
    'steps in one folder that write an object again': {
      files: { 'x/a.yaml': route('a', HTTP), 'x/b.yaml': route('b', HTTP), 'x/a-again.yaml': route('a', HTTP) },
    },
    'steps of a tutorial in folders of their own': {
      files: { 'x/1/a.yaml': route('a', HTTP), 'y/2/b.yaml': route('b', HTTP) },
    },
  },
});
