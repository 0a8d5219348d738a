import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { portNameUdpOnTcp } from './port-name-udp-on-tcp.ts';

testRule(portNameUdpOnTcp, {
  bad: {
    'also on port 53, where the word is read before the number': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: dns, namespace: shop }
      spec:
        ports:
          - { name: udp-dns, port: 53, protocol: TCP } #~ named
          - { name: tcp-dns, port: 54, appProtocol: UDP } #~ appProtocol
    `,
  },
  good: {
    'a pair with the right protocols': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: dns, namespace: shop }
      spec: { ports: [{ name: udp-dns, port: 53, protocol: UDP }, { name: tcp-dns, port: 53, protocol: TCP }] }
    `,
    'appProtocol wins over the name': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: dns, namespace: shop }
      spec: { ports: [{ name: udp-dns, port: 5353, appProtocol: tcp }] }
    `,
    'until 1.2 it was plain TCP': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: dns, namespace: shop }
        spec: { ports: [{ name: udp-dns, port: 53 }] }
      `,
      settings: { istioVersion: '1.2' },
    },
    'a protocol that a later step fills in': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: dns, namespace: shop }
      spec: { ports: [{ name: udp-dns, port: 53, protocol: $(L4) }] }
    `,
  },
});

test('an error for pods in the mesh, info where that is not known', async () => {
  const service = yaml`
    apiVersion: v1
    kind: Service
    metadata: { name: dns, namespace: shop }
    spec: { selector: { app: dns }, ports: [{ name: udp-dns, port: 53 }] }
  `;
  const pod = yaml`
    apiVersion: v1
    kind: Namespace
    metadata: { name: shop, labels: { istio-injection: enabled } }
    ---
    apiVersion: v1
    kind: Pod
    metadata: { name: dns, namespace: shop, labels: { app: dns } }
    spec: { containers: [{ name: dns, image: dns }] }
    ---
  `;
  expect((await findingsOf(portNameUdpOnTcp, { 'a.yaml': pod + service })).map((f) => f.severity)).toEqual(['error']);
  expect((await findingsOf(portNameUdpOnTcp, { 'a.yaml': service })).map((f) => f.severity)).toEqual(['info']);
});
