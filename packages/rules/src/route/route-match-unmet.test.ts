import { testRule, yaml } from '@meshvet/core/testing';
import { routeMatchUnmet } from './route-match-unmet.ts';

const service = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: till, namespace: mart }
  spec: { selector: { app: till }, ports: [{ name: tcp-till, port: 9000 }, { name: http, port: 8080 }] }
`;
const gateway = yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: door, namespace: mart }
  spec:
    selector: { istio: door }
    servers:
      - { port: { number: 80, name: http, protocol: HTTP }, hosts: [mart.example.com] }
      - { port: { number: 8443, name: other, protocol: HTTP }, hosts: [other.example.com] }
`;
const pods = (namespace: string, name: string, labels: string, more = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: ${name}, namespace: ${namespace} }
  spec:
    selector: { matchLabels: { ${labels} } }
    template:
      metadata: { labels: { ${labels} }, ${more} }
      spec: { containers: [{ name: main, image: main }] }
`;
const doorPods = pods('doors', 'door', 'istio: door', 'annotations: { inject.istio.io/templates: gateway }');
const route = (spec: string) => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: till, namespace: mart }
  spec:
    ${spec}
`;
const TO = 'route: [{ destination: { host: till } }]';
const outside = (match: string, mark = '', gateways = '[door]') =>
  route(`hosts: [mart.example.com]
    gateways: ${gateways}
    http:
      - match:
          - ${match} ${mark}
        ${TO}`);
const inside = (kind: string, match: string, mark = '') =>
  route(`hosts: [till]
    ${kind}:
      - match:
          - ${match} ${mark}
        ${TO}`);
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeMatchUnmet, {
  bad: {
    'a port of a server for other hosts': all(gateway, outside('port: 8443', '#~ port `8443`')),
    'a tcp rule for a port that the host does not have': all(service, inside('tcp', 'port: 12345', '#~ port')),
    'an http rule for the port of the container': all(service, inside('http', 'port: 3000', '#~ port')),
    'a gateway that the route is not bound to': all(
      gateway,
      gateway.replace('name: door', 'name: back'),
      outside('gateways: [back]', '#~ gateways `gateways`'),
    ),
    'the mesh, and the route is for a gateway alone': all(gateway, outside('gateways: [mesh]', '#~ gateways')),
    'labels of callers at a gateway whose pods have others': all(
      gateway,
      doorPods,
      outside('sourceLabels: { app: batch }', '#~ labels'),
    ),
    'labels that contradict the selector of the gateway': all(
      gateway,
      outside('sourceLabels: { istio: window }', '#~ labels'),
    ),
    'labels of no pod, in a closed world': {
      settings: { closedWorld: true },
      yaml: all(service, pods('mart', 'a', 'app: a'), inside('http', 'sourceLabels: { app: b }', '#~ labels')),
    },
    'a namespace of callers at a gateway that runs elsewhere': all(
      gateway,
      doorPods,
      outside('sourceNamespace: mart', '#~ namespace'),
    ),
    'callers of a namespace that does not see the route': all(
      service,
      route(`hosts: [till]
    exportTo: [bank]
    http:
      - match:
          - sourceNamespace: office #~ namespace
        ${TO}`),
    ),
    'a namespace that does not exist, in a closed world': {
      settings: { closedWorld: true },
      yaml: all(service, inside('http', 'sourceNamespace: ofice', '#~ namespace')),
    },
    'one match of two': all(
      gateway,
      route(`hosts: [mart.example.com]
    gateways: [door]
    http:
      - match:
          - { uri: { prefix: /a }, port: 443 } #~ port
          - { uri: { prefix: /a }, port: 80 }
        ${TO}`),
    ),
  },
  good: {
    'a port of the server': all(gateway, outside('port: 80')),
    'the Gateway was not read': outside('port: 8443'),
    'its servers are filled in later': all(gateway.replace('mart.example.com', '"${HOST}"'), outside('port: 443')),
    'a port of the mesh, and the route is for both': all(
      service,
      gateway,
      route(`hosts: [mart.example.com, till]
    gateways: [door, mesh]
    http:
      - match:
          - port: 8080
        ${TO}`),
    ),
    'the Service was not read': inside('tcp', 'port: 12345'),
    'a wildcard may have any port': all(
      service,
      route(`hosts: ["*.mart.svc.cluster.local"]
    http:
      - match:
          - port: 5000
        ${TO}`),
    ),
    'labels that nobody read may be there': all(service, inside('http', 'sourceLabels: { app: b }')),
    'labels of a gateway whose pods nobody read': all(gateway, outside('sourceLabels: { app: door }')),
    'labels beside gateways are not looked at': all(
      gateway,
      doorPods,
      outside('{ gateways: [door], sourceLabels: { app: batch } }'),
    ),
    'labels that the pods of the gateway have': all(gateway, doorPods, outside('sourceLabels: { istio: door }')),
    'the namespace of the gateway': all(gateway, doorPods, outside('sourceNamespace: doors')),
    'the gateway under another form of its name': all(gateway, outside('gateways: [mart/door]')),
    'a gateway that does not exist, which another rule tells': all(gateway, outside('gateways: [back]')),
    'a delegate is read by whoever reads its root': all(
      service,
      route(`http:
      - match:
          - port: 1234
        ${TO}`),
    ),
    'a host outside the mesh, which may be registered elsewhere': route(`hosts: [pay.bank.example.com]
    http:
      - match:
          - port: 443
        ${TO}`),
  },
});
