import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { portNameVersionUnsupported } from './port-name-version-unsupported.ts';

const thrift = yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: ledger, namespace: shop }
  spec: { ports: [{ name: thrift, port: 9090 }] }
`;

testRule(portNameVersionUnsupported, {
  good: {
    'mysql and grpc-web since 1.1': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: db, namespace: shop }
        spec: { ports: [{ name: mysql, port: 3306 }, { name: grpc-web, port: 80 }] }
      `,
      settings: { istioVersion: '1.1' },
    },
    'words that no release knows are another rule': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { ports: [{ name: web, port: 80 }, { name: thriftx, port: 81 }] }
    `,
    'appProtocol is read instead': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { ports: [{ name: thrift, port: 9090, appProtocol: tcp }] }
    `,
  },
});

test.each([
  ['1.2', 1],
  ['1.5', 1],
  ['1.6', 0],
  ['1.13', 0],
  ['1.14', 1],
])('thrift with Istio %s: %i finding', async (istioVersion, count) => {
  expect(
    await findingsOf(portNameVersionUnsupported, { 'a.yaml': thrift }, { settings: { istioVersion } }),
  ).toHaveLength(count);
});
