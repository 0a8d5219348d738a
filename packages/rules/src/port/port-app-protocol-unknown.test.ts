import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { portAppProtocolUnknown } from './port-app-protocol-unknown.ts';

testRule(portAppProtocolUnknown, {
  bad: {
    'words of Kubernetes and others that Istio does not know, also in the wrong case': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - port: 80
            appProtocol: kubernetes.io/grpc #~ unknown
          - port: 81
            appProtocol: kubernetes.io/H2C #~ unknown
          - name: grpc
            port: 82
            appProtocol: mycompany.com/x #~ nameIgnored
          - port: 83
            appProtocol: __proto__ #~ unknown
          - port: 84
            appProtocol: " http" #~ unknown
    `,
    'on a well-known port the name http is lost': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - name: http
            port: 3306
            appProtocol: web #~ nameIgnored
    `,
  },
  good: {
    'on a well-known port nothing is lost': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { ports: [{ name: db, port: 3306, appProtocol: mariadb }, { name: mongo, port: 27017, appProtocol: mongodb }] }
    `,
    'UDP is not read': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { ports: [{ name: dtls, port: 5684, protocol: UDP, appProtocol: coaps }] }
    `,
    'Kubernetes 1.18 does not keep it': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: db, namespace: shop }
        spec: { ports: [{ name: http, port: 80, appProtocol: web }] }
      `,
      settings: { istioVersion: '1.6', kubernetesVersion: '1.18' },
    },
    'the empty text, a suffix, and a word of another release are other rules': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: db, namespace: shop }
        spec: { ports: [{ port: 80, appProtocol: "" }, { port: 81, appProtocol: http-x }, { port: 82, appProtocol: kubernetes.io/ws }, { port: 83, appProtocol: thrift }] }
      `,
      settings: { istioVersion: '1.23' },
    },
    'a placeholder': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { ports: [{ port: 80, appProtocol: $(P) }] }
    `,
  },
});

test('a slip of the pen is told', async () => {
  const text = yaml`
    apiVersion: v1
    kind: Service
    metadata: { name: cart, namespace: shop }
    spec: { ports: [{ port: 80, appProtocol: htpp }] }
  `;
  expect((await findingsOf(portAppProtocolUnknown, { 'a.yaml': text })).map((f) => f.fix)).toEqual([
    'Did you mean appProtocol: http?',
  ]);
});

test('a server that speaks first is named in the fix', async () => {
  const text = yaml`
    apiVersion: v1
    kind: Service
    metadata: { name: db, namespace: shop }
    spec: { ports: [{ port: 13306, targetPort: 3306, appProtocol: relational }] }
  `;
  expect((await findingsOf(portAppProtocolUnknown, { 'a.yaml': text })).map((f) => f.fix)).toEqual([
    'Write appProtocol: mysql: the port seems to be MySQL (target port 3306).',
  ]);
});
