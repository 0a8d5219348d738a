import { testRule, yaml } from '@meshvet/core/testing';
import { portGatewayProtocolInvalid } from './port-gateway-protocol-invalid.ts';

const gateway = (...servers: string[]) => `apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: { name: shop, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers:
${servers.map((server) => `    - ${server}\n`).join('')}`;

testRule(portGatewayProtocolInvalid, {
  bad: {
    'no protocol and no name, before the schema tells it': {
      yaml: gateway('{ port: { number: 80 }, hosts: ["*"] } #~ protocolMissing nameMissing'),
      settings: { istioVersion: '1.9' },
    },
    'empty texts': gateway(
      '{ port: { number: 80, name: "", protocol: "" }, hosts: ["*"] } #~ protocolMissing nameMissing',
    ),
    'a target port, since 1.20': {
      yaml: gateway(
        '{ port: { number: 80, name: http, protocol: HTTP, targetPort: 8080 }, hosts: ["*"] } #~ targetPort',
      ),
      settings: { istioVersion: '1.20' },
    },
    'GRPC-WEB is younger than 1.0': {
      yaml: gateway('{ port: { number: 80, name: web, protocol: GRPC-WEB }, hosts: ["*"] } #~ protocol'),
      settings: { istioVersion: '1.0' },
    },
    'a name with a prefix is no protocol': gateway(
      '{ port: { number: 80, name: http, protocol: http-web }, hosts: ["*"] } #~ protocol',
    ),
    'tls on TCP': gateway(
      '{ port: { number: 27017, name: mongo, protocol: MONGO }, hosts: ["*"], tls: { mode: PASSTHROUGH } } #~ tlsOnTcp',
    ),
    'certificates on a plain port': gateway(
      '{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"], tls: { serverCertificate: /etc/a.pem, privateKey: /etc/a.key } } #~ tlsOnHttp',
    ),
    'TLS in small letters needs a block too': gateway(
      '{ port: { number: 443, name: tls, protocol: tls }, hosts: ["*"] } #~ tlsMissing',
    ),
    'three of a name': gateway(
      '{ port: { number: 80, name: http, protocol: HTTP }, hosts: [a.com] }',
      '{ port: { number: 81, name: http, protocol: HTTP }, hosts: [b.com] } #~ nameRepeated',
      '{ port: { number: 82, name: http, protocol: HTTP }, hosts: [c.com] } #~ nameRepeated',
    ),
  },
  good: {
    'no protocol and no name, which the schema tells': gateway('{ port: { number: 80 }, hosts: ["*"] }'),
    'a target port, before 1.20': {
      yaml: gateway('{ port: { number: 80, name: http, protocol: HTTP, targetPort: 8080 }, hosts: ["*"] }'),
      settings: { istioVersion: '1.19' },
    },
    'GRPC-WEB since 1.1': {
      yaml: gateway('{ port: { number: 80, name: web, protocol: GRPC-WEB }, hosts: ["*"] }'),
      settings: { istioVersion: '1.1' },
    },
    'the case of a protocol does not matter': gateway(
      '{ port: { number: 80, name: http, protocol: Http }, hosts: ["*"] }',
      '{ port: { number: 81, name: b, protocol: gRPC }, hosts: ["*"] }',
      '{ port: { number: 3306, name: c, protocol: MySQL }, hosts: ["*"] }',
    ),
    'the name says nothing of the protocol': gateway(
      '{ port: { number: 443, name: http-443, protocol: HTTPS }, hosts: ["*"], tls: { mode: PASSTHROUGH } }',
    ),
    'a block for TLS that passes through': gateway(
      '{ port: { number: 15443, name: tls, protocol: TLS }, hosts: ["*.local"], tls: { mode: AUTO_PASSTHROUGH } }',
    ),
    'an empty tls block is a block': gateway(
      '{ port: { number: 443, name: tls, protocol: TLS }, hosts: ["*"], tls: {} }',
    ),
    'a later step fills it in': gateway(
      '{ port: { number: 80, name: "${NAME}", protocol: "${PROTOCOL}" }, hosts: ["*"] }',
    ),
    'the Gateway of the Kubernetes API': yaml`
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: { name: shop, namespace: shop }
      spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }], servers: [{ port: { number: 80 } }] }
    `,
    'input of the wrong shape is left alone': gateway(
      '5',
      'null',
      '{ port: 80 }',
      '{ port: { number: [80], name: [a], protocol: { a: b } }, tls: text }',
    ),
  },
});
