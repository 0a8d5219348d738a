import { testRule, yaml } from '@meshvet/core/testing';
import { routeHostNotCalled } from './route-host-not-called.ts';

const service = (name: string, namespace: string, port = 9000, more = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ${name}, namespace: ${namespace}, ${more} }
  spec: { selector: { app: ${name} }, ports: [{ name: http, port: ${port} }] }
`;
const route = (host: string, mark = '', to = 'till', more = '', namespace = 'mart') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: till, namespace: ${namespace} }
  spec:
    hosts:
      - ${host} ${mark}
    ${more}
    http: [{ timeout: 2s, route: [{ destination: { host: ${to} } }] }]
`;
const gateway = yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: door, namespace: mart }
  spec: { selector: { istio: door }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [mart.example.com] }] }
`;
const all = (...documents: string[]) => documents.join('---\n');
const whole = 'till.bank.svc.cluster.local';

testRule(routeHostNotCalled, {
  bad: {
    'the route leads to the Service of the other namespace, and nothing else of its own was read': all(
      service('till', 'bank'),
      route('till', '#~ short `till`', whole),
    ),
    'a name and a namespace, with svc': all(service('till', 'mart'), route('till.mart.svc', '#~ shortened')),
    'the same for a Service on port 80': all(service('till', 'mart', 80), route('till.mart', '#~ shortened')),
    'no Service of its namespace has the name': all(service('desk', 'mart'), route('till', '#~ absent', 'desk')),
    'a slip in the name': all(service('till', 'mart'), route('tilll', '#~ absent', 'till')),
    'the namespace of the whole name is another': {
      settings: { closedWorld: true },
      yaml: all(service('till', 'bank'), route('till.mart.svc.cluster.local', '#~ absent', whole)),
    },
    'a name for outside, in a closed world': {
      settings: { closedWorld: true },
      yaml: all(service('till', 'mart'), route('till.example.com', '#~ invented')),
    },
    'the mesh beside a gateway that does not serve it': all(
      service('till', 'mart'),
      gateway,
      route('till.mart', '#~ shortened', 'till', 'gateways: [mesh, door]'),
    ),
    'the Service keeps to its namespace': all(
      service('till', 'bank', 9000, 'annotations: { networking.istio.io/exportTo: "." }'),
      service('desk', 'mart'),
      route(whole, '#~ hidden', 'desk'),
    ),
    'one pod of a headless Service': all(
      service('till', 'mart'),
      route('till-0.till.mart.svc.cluster.local', '#~ pod'),
    ),
  },
  good: {
    'the short name in the namespace of the Service': all(service('till', 'mart'), route('till')),
    'the whole name of a Service elsewhere': all(service('till', 'bank'), route(whole, '', whole)),
    'a ServiceEntry has the name': {
      settings: { closedWorld: true },
      yaml: all(
        service('till', 'mart'),
        yaml`
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: pay, namespace: mart }
          spec: { hosts: [pay.example.com], resolution: DNS, ports: [{ number: 80, name: http, protocol: HTTP }] }
        `,
        route('pay.example.com'),
      ),
    },
    'a name outside the cluster lives elsewhere': all(service('till', 'mart'), route('till.example.com')),
    'the gateway serves it, and the mesh is there for another host': {
      settings: { closedWorld: true },
      yaml: all(service('till', 'mart'), gateway, route('mart.example.com', '', 'till', 'gateways: [mesh, door]')),
    },
    'gateways alone': {
      settings: { closedWorld: true },
      yaml: all(service('till', 'mart'), gateway, route('other.example.com', '', 'till', 'gateways: [door]')),
    },
    'two namespaces have the name, and either may be meant': all(
      service('till', 'bank'),
      service('till', 'office'),
      route('till', '', 'desk'),
    ),
    'nothing was read that could tell': route('till'),
    'a wildcard is for what there may be': {
      settings: { closedWorld: true },
      yaml: all(service('till', 'mart'), route('"*.example.com"')),
    },
    'a delegate has no hosts': {
      settings: { closedWorld: true },
      yaml: yaml`
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: till, namespace: mart }
        spec: { http: [{ route: [{ destination: { host: till } }] }] }
      `,
    },
    'the gateway was not read, and may serve it': {
      settings: { closedWorld: false },
      yaml: all(service('till', 'mart'), route('till.mart', '', 'till', 'gateways: [mesh, edge/door]')),
    },
  },
});
