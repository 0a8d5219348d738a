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

testRule(routeHostDuplicate, {
  bad: {
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
    'two namespaces that keep theirs': all(
      route('a', `exportTo: ["."], ${HTTP}`, '', 'one'),
      route('b', `exportTo: ["."], ${HTTP}`, '', 'two'),
    ),
    'two manifests of one object': all(route('a', HTTP), route('a', `${HTTP}, exportTo: ["."]`)),
    'http for one port and tls for another': all(route('a', HTTP), route('b', TLS)),
    'two gateways': all(route('a', `gateways: [one], ${HTTP}`), route('b', `gateways: [two], ${HTTP}`)),
    'a wildcard and a host: the more specific one is taken': all(
      route('a', HTTP),
      yaml`
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: b, namespace: shop }
        spec: { hosts: ["*.example.com"], http: [{ route: [{ destination: { host: cart } }] }] }
      `,
    ),
    'alternatives side by side in a folder': { files: { 'x/a.yaml': route('a', HTTP), 'x/b.yaml': route('b', HTTP) } },
    'steps of a tutorial in folders of their own': {
      files: { 'x/1/a.yaml': route('a', HTTP), 'y/2/b.yaml': route('b', HTTP) },
    },
  },
});
