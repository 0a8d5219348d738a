import { testRule, yaml } from '@meshvet/core/testing';
import { routeDestinationNoEndpoints } from './route-destination-no-endpoints.ts';

const service = (more = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: till, namespace: mart }
  spec: { ${more} ports: [{ name: http, port: 80 }] }
`;
const route = (mark = '', more = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: front, namespace: mart }
  spec:
    hosts: [mart.example.com]
    http:
      - route:
          - destination: { host: till } ${mark}
            ${more}
`;
const all = (...documents: string[]) => documents.join('---\n');
const closed = (text: string) => ({ settings: { closedWorld: true }, yaml: text });

testRule(routeDestinationNoEndpoints, {
  bad: {
    'no selector, and no endpoints': closed(all(service(), route('#~ none `till`'))),
    'the manifests of a Service in two files agree': {
      settings: { closedWorld: true },
      files: { 'a.yaml': service(), 'b.yaml': service(), 'c.yaml': route('#~ none') },
    },
  },
  good: {
    'in an open world endpoints may be made elsewhere': all(service(), route()),
    'a selector, of which another rule speaks': closed(all(service('selector: { app: till },'), route())),
    'another name of a host outside': closed(
      all(service('type: ExternalName, externalName: till.example.com,'), route()),
    ),
    'Endpoints of the same name': closed(
      all(
        service(),
        yaml`
          apiVersion: v1
          kind: Endpoints
          metadata: { name: till, namespace: mart }
          subsets: [{ addresses: [{ ip: 192.0.2.1 }], ports: [{ port: 80 }] }]
        `,
        route(),
      ),
    ),
    'a ServiceEntry of the same host': closed(
      all(
        service(),
        yaml`
          apiVersion: networking.istio.io/v1
          kind: ServiceEntry
          metadata: { name: till, namespace: mart }
          spec:
            hosts: [till.mart.svc.cluster.local]
            location: MESH_INTERNAL
            resolution: STATIC
            ports: [{ number: 80, name: http, protocol: HTTP }]
            endpoints: [{ address: 192.0.2.1 }]
        `,
        route(),
      ),
    ),
    'it gets nothing': closed(
      all(service(), route('', 'weight: 0\n          - { destination: { host: other.example.com }, weight: 1 }')),
    ),
  },
});
