import { testRule, yaml } from '@meshvet/core/testing';
import { routeGrpcOverHttp1 } from './route-grpc-over-http1.ts';

const service = (port: string) => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: greeter, namespace: hello }
  spec: { selector: { app: greeter }, ports: [${port}] }
  ---
`;
const pods = (container: string) => yaml`
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: greeter, namespace: hello }
  spec:
    selector: { matchLabels: { app: greeter } }
    template:
      metadata: { labels: { app: greeter } }
      spec: { containers: [{ name: greeter, image: greeter, ${container} }] }
  ---
`;
const GRPC = pods('ports: [{ name: grpc, containerPort: 50051 }]');
const route = (mark = '', gateways = 'front', match = '') => yaml`
  apiVersion: networking.istio.io/v1
  kind: VirtualService
  metadata: { name: greeter, namespace: hello }
  spec:
    hosts: [hello.example.com]
    gateways: [${gateways}]
    http: [{ ${match} route: [{ destination: { host: greeter } }] }] ${mark}
`;
const rule = (policy: string) => yaml`
  ---
  apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata: { name: greeter, namespace: hello }
  spec: { host: greeter, trafficPolicy: { ${policy} } }
`;

const api = (kind: string, port: number, mark = '', match = '', className = 'istio') => yaml`
  apiVersion: gateway.networking.k8s.io/v1
  kind: Gateway
  metadata: { name: front, namespace: hello }
  spec: { gatewayClassName: ${className}, listeners: [{ name: http, port: 80, protocol: HTTP }] }
  ---
  apiVersion: gateway.networking.k8s.io/v1
  kind: ${kind}
  metadata: { name: greeter, namespace: hello }
  spec:
    parentRefs: [{ name: front }]
    rules: [{ ${match} backendRefs: [{ name: greeter, port: ${port} }] }] ${mark}
`;

testRule(routeGrpcOverHttp1, {
  bad: {
    'a GRPCRoute to a port without a protocol': service('{ port: 50051 }') + api('GRPCRoute', 50051, '#~ undeclared'),
    'an HTTPRoute with a path of gRPC':
      service('{ name: http, port: 80 }') +
      api('HTTPRoute', 80, '#~ declared', 'matches: [{ path: { value: /hello.v1.Greeter/ } }],'),
    'an HTTPRoute to pods that speak it': service('{ port: 50051 }') + GRPC + api('HTTPRoute', 50051, '#~ undeclared'),
    'the container port is named grpc': service('{ port: 50051 }') + GRPC + route('#~ undeclared'),
    'for a gateway and the mesh it is the gateway that breaks it':
      service('{ port: 50051 }') + GRPC + route('#~ undeclared', 'front, mesh'),
    'declared HTTP breaks it for everybody':
      service('{ name: http, port: 50051 }') + GRPC + route('#~ declared', 'mesh'),
    'an upgrade of another port does not help':
      service('{ port: 50051 }') +
      GRPC +
      route('#~ undeclared') +
      rule('portLevelSettings: [{ port: { number: 80 }, connectionPool: { http: { h2UpgradePolicy: UPGRADE } } }]'),
    'a policy of the port replaces the upgrade that stands above it':
      service('{ port: 50051 }') +
      GRPC +
      route('#~ undeclared') +
      rule(
        'connectionPool: { http: { h2UpgradePolicy: UPGRADE } }, portLevelSettings: [{ port: { number: 50051 }, tls: { mode: ISTIO_MUTUAL } }]',
      ),
  },
  good: {
    'a GRPCRoute to a port that is declared': service('{ name: grpc, port: 50051 }') + api('GRPCRoute', 50051),
    'h2c of Kubernetes': service('{ name: x, port: 50051, appProtocol: kubernetes.io/h2c }') + api('GRPCRoute', 50051),
    'gateways of others speak as they like':
      service('{ name: http, port: 50051 }') + api('GRPCRoute', 50051, '', '', 'eg'),
    'an HTTPRoute of pages': service('{ name: http, port: 80 }') + api('HTTPRoute', 80),
    'a DestinationRule upgrades it for a GRPCRoute':
      service('{ name: http, port: 80 }') +
      api('GRPCRoute', 80) +
      rule('connectionPool: { http: { h2UpgradePolicy: UPGRADE } }'),
    'sidecars detect it': service('{ port: 50051 }') + GRPC + route('', 'mesh'),
    'appProtocol declares it': service('{ port: 50051, appProtocol: grpc }') + GRPC + route(),
    'HTTP/2 in plain words': service('{ name: h, port: 50051, appProtocol: kubernetes.io/h2c }') + GRPC + route(),
    'passed on as the client spoke':
      service('{ port: 50051 }') + GRPC + route() + rule('connectionPool: { http: { useClientProtocol: true } }'),
    'upgraded by MeshConfig, where the port is declared HTTP': `${service('{ name: http, port: 50051 }')}${GRPC}${route('', 'mesh')}---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "h2UpgradePolicy: UPGRADE" }
`,
    'a path with a dot is not gRPC by that':
      service('{ port: 8080 }') + route('', 'front', 'match: [{ uri: { prefix: /v1.2/items } }],'),
    'two words for the port, http and grpc, prove nothing':
      service('{ port: 50051, targetPort: grpc }') +
      pods('ports: [{ name: grpc, containerPort: 50051 }], readinessProbe: { httpGet: { port: 50051, path: / } }') +
      route(),
    'what a later step fills in': service('{ port: 50051, name: "${NAME}" }') + GRPC + route(),
  },
});
