import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { portHeadlessUndeclared } from './port-headless-undeclared.ts';

const service = (name: string, ports: string, more = 'clusterIP: None, ') => `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { ${more}selector: { app: db }${ports} }
`;
const set = (ports: string, kind = 'StatefulSet', labels = '') => `apiVersion: apps/v1
kind: ${kind}
metadata: { name: db, namespace: shop }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db${labels} } }
    spec: { containers: [{ name: db, image: db, ports: [${ports}] }] }
`;
const CLIENT = ', ports: [{ name: tcp-client, port: 9042 }]';
const PORTS = '{ name: client, containerPort: 9042 }, { name: peer, containerPort: 7000 }';

testRule(portHeadlessUndeclared, {
  bad: {
    'an empty list': service('cache', ', ports: []').replace('ports: [] }', 'ports: [] } #~ none'),
  },
  good: {
    'another Service of the pods has it': `${service('db', CLIENT)}---\n${service('db-peer', ', ports: [{ name: tcp-peer, port: 7000 }]')}---\n${set(PORTS)}`,
    'a name leads there': `${service('db', `${CLIENT.slice(0, -1)}, { name: tcp-peer, port: 1, targetPort: peer }]`)}---\n${set(PORTS)}`,
    'metrics are called by Prometheus, not by the replicas': `${service('db', CLIENT)}---\n${set('{ name: client, containerPort: 9042 }, { name: metrics, containerPort: 9100 }')}`,
    'a port over UDP passes by the proxy': `${service('db', CLIENT)}---\n${set('{ name: client, containerPort: 9042 }, { name: gossip, containerPort: 7946, protocol: UDP }')}`,
    'a port without a name': `${service('db', CLIENT)}---\n${set('{ name: client, containerPort: 9042 }, { containerPort: 7000 }')}`,
    'a Deployment has no Service that governs it': `${service('db', CLIENT)}---\n${set(PORTS, 'Deployment')}`,
    'the Service is not headless': service('db', '', ''),
    'without a selector it is a name in DNS':
      'apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: shop }\nspec: { clusterIP: None }\n',
    'pods outside the mesh': `${service('db', '')}---\n${set(PORTS, 'StatefulSet', ', sidecar.istio.io/inject: "false"')}`,
    'a variant declares the ports': { files: { 'a/s.yaml': service('db', ''), 'b/s.yaml': service('db', CLIENT) } },
    'a patch declares them': {
      files: {
        'base/s.yaml': service('db', ''),
        'base/kustomization.yaml': 'resources: [s.yaml]\npatches:\n  - path: p.yaml\n',
        'base/p.yaml': `apiVersion: v1\nkind: Service\nmetadata: { name: db, namespace: shop }\nspec: { ports: [{ name: tcp, port: 1 }] }\n`,
      },
    },
    'a port that a later step fills in': `${service('db', ', ports: [{ name: tcp-client, port: 1, targetPort: "$(PORT)" }]')}---\n${set(PORTS)}`,
    'input of the wrong shape is left alone': `${service('db', ', ports: text')}---\n${set('5, null, { containerPort: [7] }')}`,
  },
});

test('is a note where nothing tells that the pods are in the mesh', async () => {
  const severity = async (text: string) => (await findingsOf(portHeadlessUndeclared, { 's.yaml': text }))[0]?.severity;
  const namespace =
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\n';
  expect(await severity(service('db', ''))).toBe('info');
  expect(await severity(`${namespace}${service('db', '')}---\n${set(PORTS)}`)).toBe('warning');
});
