import { testRule, yaml } from '@meshvet/core/testing';
import { portAppProtocolNameMismatch } from './port-app-protocol-name-mismatch.ts';

testRule(portAppProtocolNameMismatch, {
  bad: {
    'either way, with all that Istio reads': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - { name: tcp-api, port: 80, appProtocol: HTTP } #~ mismatch
          - { name: redis, port: 81, appProtocol: kubernetes.io/h2c } #~ mismatch
          - { name: grpc, port: 82, appProtocol: mysql } #~ mismatch
    `,
  },
  good: {
    'an appProtocol that is not understood is another rule': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { ports: [{ name: http, port: 80, appProtocol: nothing }, { name: http-b, port: 81, appProtocol: "" }] }
    `,
    'a name that tells nothing cannot contradict': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { ports: [{ name: web, port: 80, appProtocol: tcp }, { port: 81, appProtocol: http }, { name: httpweb, port: 82, appProtocol: tcp }] }
    `,
    'TLS against HTTP is another rule, and https is as opaque as tcp': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { ports: [{ name: https, port: 443, appProtocol: http }, { name: tcp-tls, port: 444, appProtocol: https }] }
    `,
    'Istio 1.5 and Kubernetes 1.18 read the name alone': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: cart, namespace: shop }
        spec: { ports: [{ name: http, port: 80, appProtocol: tcp }] }
      `,
      settings: { istioVersion: '1.10', kubernetesVersion: '1.18' },
    },
    'gateways and UDP': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: edge, namespace: shop, labels: { istio: ingressgateway } }
      spec: { ports: [{ name: http2, port: 80, appProtocol: tcp }] }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: quic, namespace: shop }
      spec: { ports: [{ name: http3, port: 80, protocol: UDP, appProtocol: tcp }] }
    `,
  },
});
