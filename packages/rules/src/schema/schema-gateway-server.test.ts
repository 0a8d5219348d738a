import { testRule } from '@meshvet/core/testing';
import { schemaGatewayServer } from './schema-gateway-server.ts';

const gateway = (servers: string, name = 'a') => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ${name} }
spec:
  servers: ${servers}
`;

testRule(schemaGatewayServer, {
  bad: {
    'no servers': gateway('[] #~ refused `servers`'),
    'a socket with a port, in a folder': gateway(
      '\n    - port: { number: 80, name: a, protocol: HTTP } #~ refused `80`\n      bind: unix:///run/ #~ refused\n      hosts: ["*"]',
    ),
    'a socket without and with half a path': gateway(
      '[{ bind: "unix://" }, { bind: "unix://a" }] #~ refused #~ refused',
    ),
    'no port, before the schema asked for one': {
      settings: { istioVersion: '1.18' },
      yaml: gateway('[{ hosts: ["*"] }] #~ refused'),
    },
  },
  good: {
    'abstract sockets': gateway('[{ port: { number: 0, name: a, protocol: HTTP }, bind: "unix://@a", hosts: ["*"] }]'),
    'no port, since the schema asks for it': gateway('[{ hosts: ["*"] }]'),
    'a bind and a name that are filled in later': gateway('[{ bind: "${ADDRESS}" }]', '"${NAME}.a"'),
  },
});
