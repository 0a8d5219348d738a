import { testRule, yaml } from '@meshvet/core/testing';
import { routeGatewayPort } from './route-gateway-port.ts';

const gateway = (port: string, mark = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec: { selector: { istio: edge }, servers: [{ port: { number: ${port}, name: http, protocol: HTTP }, hosts: ["*"] }] } ${mark}
`;
const service = (ports: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: edge, namespace: edge }
  spec: { selector: { istio: edge }, ports: [${ports}] }
`;
const pods = (ports = '', more = '') => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge } }
      spec: { ${more}containers: [{ name: istio-proxy, image: auto, ports: [${ports}] }] }
`;
const all = (...documents: string[]) => documents.join('---\n');

testRule(routeGatewayPort, {
  bad: {
    'a UDP port is no port for it': all(gateway('80', '#~ notExposed'), service('{ port: 80, protocol: UDP }'), pods()),
  },
  good: {
    'a named target port': all(
      gateway('8080', ''),
      service('{ port: 80, targetPort: web }'),
      pods('{ name: web, containerPort: 8080 }'),
    ),
    'no Service was read': all(gateway('8080'), pods()),
    'no gateway was read': all(gateway('8080'), service('{ port: 80 }')),
    'a gateway on the network of the node': all(
      gateway('8080'),
      service('{ port: 80 }'),
      pods('', 'hostNetwork: true, '),
    ),
    'a port of the node': all(
      gateway('8080'),
      service('{ port: 80 }'),
      pods('{ containerPort: 8080, hostPort: 8080 }'),
    ),
    'a port that is filled in later': all(gateway('"${PORT}"'), service('{ port: 80 }'), pods()),
  },
});
