import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayServicePortUnserved } from './gateway-service-port-unserved.ts';

const world = (port: string, server = '{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }') => yaml`
  apiVersion: networking.istio.io/v1
  kind: Gateway
  metadata: { name: front, namespace: shop }
  spec: { selector: { istio: edge }, servers: [${server}] }
  ---
  apiVersion: v1
  kind: Service
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { istio: edge }
    ports:
      - { name: http, port: 80, targetPort: 8080 }
      - ${port}
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: edge, namespace: edge }
  spec:
    selector: { matchLabels: { istio: edge } }
    template:
      metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
      spec: { containers: [{ name: istio-proxy, image: auto }] }
`;
const closed = (text: string) => ({ yaml: text, settings: { closedWorld: true } });

testRule(gatewayServicePortUnserved, {
  bad: { 'a database that nobody lets in': closed(world('{ name: tcp-db, port: 5432 } #~ unserved')) },
  good: {
    'two ports lead to one server': closed(world('{ name: https, port: 443, targetPort: 8080 }')),
    'a server for the port of the pods': closed(
      world(
        '{ name: alt, port: 8000, targetPort: 9000 }',
        '{ port: { number: 9000, name: alt, protocol: HTTP }, hosts: ["*"] }',
      ).replace('- { name: http, port: 80, targetPort: 8080 }', '- { name: http, port: 81, targetPort: 9000 }'),
    ),
    UDP: closed(world('{ name: quic, port: 443, protocol: UDP }')),
    'between clusters': closed(world('{ name: tls, port: 15443 }')),
    'Gateways may be elsewhere': world('{ name: tcp-db, port: 5432 }'),
  },
});
