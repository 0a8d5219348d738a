import { testRule, yaml } from '@meshvet/core/testing';
import { portUdpNotProxied } from './port-udp-not-proxied.ts';

const POD = yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { istio-injection: enabled } }
  ---
  apiVersion: v1
  kind: Pod
  metadata: { name: edge, namespace: shop, labels: { app: edge } }
  spec: { containers: [{ name: edge, image: edge }] }
  ---
`;

testRule(portUdpNotProxied, {
  bad: {
    'HTTP/3 beside HTTPS on one number: half of the traffic is not seen':
      POD +
      yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: edge, namespace: shop }
        spec:
          selector: { app: edge }
          ports:
            - { name: https, port: 443 }
            - { name: http3, port: 443, protocol: UDP } #~ notProxied
      `,
    'DNS by UDP alone':
      POD +
      yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: dns, namespace: shop }
        spec:
          selector: { app: edge }
          ports:
            - { name: dns, port: 53, protocol: UDP } #~ notProxied
      `,
  },
  good: {
    'DNS over both':
      POD +
      yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: dns, namespace: shop }
        spec: { selector: { app: edge }, ports: [{ name: dns, port: 53, protocol: UDP }, { name: dns-tcp, port: 53, protocol: TCP }] }
      `,
    'whether the pods are in the mesh is not known': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: statsd, namespace: shop }
      spec: { selector: { app: statsd }, ports: [{ port: 8125, protocol: UDP }] }
    `,
    TCP:
      POD +
      yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: edge, namespace: shop }
      spec: { selector: { app: edge }, ports: [{ port: 8125 }] }
    `,
  },
});
