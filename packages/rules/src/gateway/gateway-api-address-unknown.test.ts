import { testRule, yaml } from '@meshvet/core/testing';
import { gatewayApiAddressUnknown } from './gateway-api-address-unknown.ts';

const service = (ports = '{ name: http, port: 80 }, { name: https, port: 443 }') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ingress, namespace: edge }
  spec: { selector: { istio: ingress }, ports: [${ports}] }
  ---
`;
const gateway = (value: string, port = '80', className = 'istio', type = 'type: Hostname, ') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: edge }
  spec:
    gatewayClassName: ${className}
    addresses:
      - ${value.includes('#') ? value : `{ ${type}value: ${value} }`}
    listeners:
      - { name: http, port: ${port.replace(/ .*/, '')}, protocol: HTTP } ${port.replace(/^\d+ ?/, '')}
`;

testRule(gatewayApiAddressUnknown, {
  bad: {
    'a Service that is called otherwise': service() + gateway('{ type: Hostname, value: ingres } #~ missing'),
    'none in a closed world': {
      settings: { closedWorld: true },
      yaml: gateway('{ type: Hostname, value: ingress.edge.svc.cluster.local } #~ missing'),
    },
    'a port that the Service lacks': service() + gateway('ingress', '8080 #~ port'),
  },
  good: {
    'a Service that was not read': gateway('ingress'),
    'by its full name': service() + gateway('ingress.edge.svc.cluster.local', '443'),
    'an address of a network': service() + gateway('192.0.2.1', '8080', 'istio', ''),
    'a name that is no Service': service() + gateway('ingress.example.com', '8080'),
    'another controller': service() + gateway('ingress', '8080', 'other'),
    'ports that are filled in later': service('{ name: http, port: "${PORT}" }') + gateway('ingress', '8080'),
  },
});
