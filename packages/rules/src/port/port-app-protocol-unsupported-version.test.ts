import { testRule, yaml } from '@meshvet/core/testing';
import { portAppProtocolUnsupportedVersion } from './port-app-protocol-unsupported-version.ts';

testRule(portAppProtocolUnsupportedVersion, {
  bad: {
    'thrift is no word any more': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: ledger, namespace: shop }
      spec: { ports: [{ port: 9090, appProtocol: thrift }] } #~ value
    `,
    'before 1.3 the port is TCP, and http was meant': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: cart, namespace: shop }
        spec: { ports: [{ name: web, port: 80, appProtocol: http }] } #~ istio
      `,
      settings: { istioVersion: '1.2' },
    },
    'the name says another thing than what is not read': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: cart, namespace: shop }
        spec: { ports: [{ name: http, port: 80, appProtocol: tcp }] } #~ kubernetes
      `,
      settings: { istioVersion: '1.17', kubernetesVersion: '1.18' },
    },
  },
  good: {
    'a release that reads it': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: chat, namespace: shop }
        spec: { ports: [{ port: 80, appProtocol: kubernetes.io/h2c }, { port: 81, appProtocol: http }] }
      `,
      settings: { istioVersion: '1.19', kubernetesVersion: '1.19' },
    },
    'what no release reads is not missed': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: chat, namespace: shop }
        spec: { ports: [{ name: http, port: 80, appProtocol: anything }, { name: http-b, port: 81, appProtocol: "" }] }
      `,
      settings: { istioVersion: '1.5' },
    },
    'TCP was meant, and TCP it is': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: db, namespace: shop }
        spec: { ports: [{ name: db, port: 5432, appProtocol: tcp }] }
      `,
      settings: { istioVersion: '1.2' },
    },
  },
});
