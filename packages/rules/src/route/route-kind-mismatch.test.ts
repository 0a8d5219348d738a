import { testRule, yaml } from '@meshvet/core/testing';
import { routeKindMismatch } from './route-kind-mismatch.ts';

const service = (ports: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop }
  spec: { selector: { app: cart }, ports: [${ports}] }
`;
const route = (more: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: cart, namespace: shop }
  spec: { hosts: [cart], ${more} } ${mark}
`;
const HTTP = 'http: [{ route: [{ destination: { host: cart } }] }]';
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeKindMismatch, {
  bad: {
    'tcp routes for an HTTP port': all(
      service('{ name: http, port: 80 }'),
      route('tcp: [{ route: [{ destination: { host: cart } }] }]', '#~ neverApplies'),
    ),
    'tls routes for a port whose protocol nobody declares': all(
      service('{ name: web, port: 8443 }'),
      route(
        'tls: [{ match: [{ sniHosts: [cart.shop.svc.cluster.local] }], route: [{ destination: { host: cart } }] }]',
        '#~ neverApplies',
      ),
    ),
    'tcp routes for a port of TLS': all(
      service('{ name: tls-db, port: 5432 }'),
      route('tcp: [{ route: [{ destination: { host: cart } }] }]', '#~ neverApplies'),
    ),
    'a tcp route for the port that is HTTP, beside one that is not': all(
      service('{ name: http, port: 80 }, { name: tcp, port: 9000 }'),
      route(
        'tcp: [{ match: [{ port: 80 }], route: [{ destination: { host: cart } }] }, { match: [{ port: 9000 }], route: [{ destination: { host: cart } }] }]',
        '#~ ruleNeverApplies',
      ),
    ),
    'http and tcp routes for HTTP alone': all(
      service('{ name: http, port: 80 }'),
      route(`${HTTP}, tcp: [{ route: [{ destination: { host: cart } }] }]`, '#~ ruleNeverApplies'),
    ),
    'HTTPS is bytes to a sidecar': all(service('{ name: https, port: 443 }'), route(HTTP, '#~ neverApplies')),
    'a port without a name before Istio 1.3': {
      settings: { istioVersion: '1.2' },
      yaml: all(service('{ port: 80 }'), route(HTTP, '#~ neverApplies')),
    },
    'a ServiceEntry of TLS alone': all(
      yaml`
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: api, namespace: shop }
        spec: { hosts: [api.example.com], ports: [{ number: 443, name: tls, protocol: TLS }] }
      `,
      yaml`
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: api, namespace: shop }
        spec: { hosts: [api.example.com], http: [{ timeout: 3s, route: [{ destination: { host: api.example.com } }] }] } #~ neverApplies
      `,
    ),
  },
  good: {
    'a kind for each of two hosts': all(
      service('{ name: http, port: 80 }'),
      service('{ name: tcp, port: 9000 }').replace('name: cart', 'name: db'),
      route(`${HTTP}, tcp: [{ route: [{ destination: { host: db } }] }]`).replace('[cart]', '[cart, db]'),
    ),
    'tcp routes for a port whose protocol nobody declares': all(
      service('{ name: web, port: 80 }'),
      route('tcp: [{ route: [{ destination: { host: cart } }] }]'),
    ),
    'tls routes for HTTPS': all(
      service('{ name: https, port: 443 }'),
      route(
        'tls: [{ match: [{ sniHosts: [cart.shop.svc.cluster.local] }], route: [{ destination: { host: cart } }] }]',
      ),
    ),
    'a tcp rule that is for a gateway': all(
      service('{ name: http, port: 80 }'),
      route(
        `gateways: [mesh, front], ${HTTP}, tcp: [{ match: [{ gateways: [front] }], route: [{ destination: { host: cart } }] }]`,
      ),
    ),
    'a ServiceEntry of a host of the cluster: the Service may have other ports': all(
      yaml`
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: cart, namespace: shop }
        spec: { hosts: [cart.shop.svc.cluster.local], ports: [{ number: 443, name: tls, protocol: TLS }] }
      `,
      route(HTTP),
    ),
    'a port without a name since Istio 1.3': {
      settings: { istioVersion: '1.3' },
      yaml: all(service('{ port: 80 }'), route(HTTP)),
    },
    'a gateway reads HTTP whatever the port is called': all(
      service('{ name: tcp, port: 80 }'),
      route(`gateways: [front], ${HTTP}`),
    ),
    'tcp routes': all(service('{ name: tcp, port: 80 }'), route('tcp: [{ route: [{ destination: { host: cart } }] }]')),
    'a name that is filled in later': all(service('{ name: "${NAME}", port: 80 }'), route(HTTP)),
    'appProtocol speaks for the port': all(service('{ name: tcp, port: 80, appProtocol: http }'), route(HTTP)),
  },
});
