import { testRule, yaml } from '@meshvet/core/testing';
import { portProtocolTlsMismatch } from './port-protocol-tls-mismatch.ts';

const pod = (container: string) => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: api, namespace: shop, labels: { app: api } }
  spec: { containers: [{ name: api, image: api, ${container} }] }
  ---
`;
const service = (ports: string, mark = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: api, namespace: shop }
  spec: { selector: { app: api }, ports: [${ports}] } ${mark}
  ---
`;
const HTTPS_PORT = pod('ports: [{ name: https, containerPort: 8443 }]');

testRule(portProtocolTlsMismatch, {
  bad: {
    'the container port of the number says tls':
      pod('ports: [{ name: tls-api, containerPort: 8443 }]') +
      service('{ name: grpc, port: 443, targetPort: 8443 }', '#~ plainToTls'),
    'the kubelet asks that port by HTTPS':
      pod('readinessProbe: { httpGet: { port: 8443, scheme: HTTPS } }') +
      service('{ name: http, port: 443, targetPort: 8443 }', '#~ plainToTls'),
    'appProtocol is what is declared':
      HTTPS_PORT + service('{ name: api, port: 443, targetPort: https, appProtocol: http }', '#~ plainToTls'),
    'TLS is declared, and the kubelet asks by plain HTTP':
      pod('livenessProbe: { httpGet: { port: 8080 } }') +
      service('{ name: https, port: 443, targetPort: 8080 }', '#~ tlsToPlain'),
    'a contradiction either way': service('{ name: http, port: 443, appProtocol: https }', '#~ contradiction'),
    'a DestinationRule for another host, or without TLS of its own':
      HTTPS_PORT +
      service('{ name: http, port: 443, targetPort: https }', '#~ plainToTls') +
      yaml`
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: other, namespace: shop }
        spec: { host: other, trafficPolicy: { tls: { mode: SIMPLE } } }
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: api, namespace: shop }
        spec: { host: api, trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
      `,
  },
  good: {
    'numbers say nothing': service(
      '{ name: http, port: 443, targetPort: 8443 }, { name: http-b, port: 8443 }, { name: https, port: 80 }',
    ),
    'both agree':
      HTTPS_PORT +
      service('{ name: https, port: 443, targetPort: https }, { name: tls, port: 444, targetPort: https }'),
    'nothing is declared': HTTPS_PORT + service('{ name: web, port: 443, targetPort: https }'),
    'tcp fits everything': HTTPS_PORT + service('{ name: tcp, port: 443, targetPort: https }'),
    'the client’s proxy begins TLS by a DestinationRule':
      HTTPS_PORT +
      service('{ name: http, port: 80, targetPort: https }') +
      yaml`
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: api, namespace: shop }
        spec: { host: api.shop.svc.cluster.local, trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, tls: { mode: SIMPLE } }] } }
      `,
    'or by a BackendTLSPolicy':
      HTTPS_PORT +
      service('{ name: http, port: 80, targetPort: https }') +
      yaml`
        apiVersion: gateway.networking.k8s.io/v1
        kind: BackendTLSPolicy
        metadata: { name: api, namespace: shop }
        spec: { targetRefs: [{ group: '', kind: Service, name: api }], validation: { hostname: api } }
      `,
    'one target declared both ways takes either':
      pod('readinessProbe: { httpGet: { port: 8080 } }') +
      service('{ name: http, port: 80, targetPort: 8080 }, { name: https, port: 443, targetPort: 8080 }'),
    'signs that contradict each other prove nothing':
      pod('ports: [{ name: https, containerPort: 8080 }], readinessProbe: { httpGet: { port: 8080 } }') +
      service('{ name: http, port: 80, targetPort: 8080 }'),
    'a probe of another port':
      pod('readinessProbe: { httpGet: { port: 9443, scheme: HTTPS } }') +
      service('{ name: http, port: 80, targetPort: 8080 }'),
    'a scheme that a later step fills in':
      pod('readinessProbe: { httpGet: { port: 8080, scheme: "${SCHEME}" } }') +
      service('{ name: https, port: 443, targetPort: 8080 }'),
    'UDP, and http/3': HTTPS_PORT + service('{ name: http, port: 443, targetPort: https, protocol: UDP }'),
  },
});
