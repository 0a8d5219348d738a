import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { portServerFirstUndeclared } from './port-server-first-undeclared.ts';

const pod = (image: string, ports: string) => yaml`
  apiVersion: v1
  kind: Pod
  metadata: { name: db, namespace: shop, labels: { app: db } }
  spec: { containers: [{ name: db, image: "${image}", ports: ${ports} }] }
  ---
`;
const service = (ports: string, mark = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: db, namespace: shop }
  spec: { selector: { app: db }, ports: [${ports}] } ${mark}
`;

testRule(portServerFirstUndeclared, {
  bad: {
    'by the registered port, of the Service or the target': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: many, namespace: shop }
      spec:
        ports:
          - { name: git, port: 22, targetPort: 2222 } #~ hangs
          - { name: mail, port: 2525, targetPort: 25 } #~ hangs
          - { name: client, port: 4222 } #~ hangs
          - { name: broker, port: 61616 } #~ hangs
    `,
    'by a name that is the protocol, though Istio does not know it': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: mail, namespace: shop }
      spec:
        ports:
          - { name: smtp, port: 1025 } #~ hangs
          - { name: db, port: 13306, targetPort: mysql } #~ hangs
          - { name: httpish, port: 2022, targetPort: ssh } #~ hangs
    `,
    'by the image behind it, on the only port it has':
      pod('registry.example.com:5000/library/MariaDB:11@sha256:0123', '[{ containerPort: 3307 }]') +
      service('{ port: 3307 }', '#~ hangs'),
    'what stands in front of MySQL greets as MySQL does':
      pod('proxysql/proxysql:2.6', '[{ containerPort: 6033 }, { containerPort: 6070 }]') +
      service('{ name: proxy, port: 3360, targetPort: 6033 }', '#~ hangs'),
    'a mail catcher of a test environment':
      pod('axllent/mailpit:v1', '[{ containerPort: 1025 }, { containerPort: 8025 }]') +
      service('{ name: mail, port: 1025 }', '#~ hangs'),
    'by a named target that leads to 3306':
      pod('example.com/shop-db', '[{ name: sql, containerPort: 3306 }]') +
      service('{ port: 13306, targetPort: sql }', '#~ hangs'),
    'Istio 1.3 gives up sooner': {
      yaml: service('{ port: 13306, targetPort: 3306 }', '#~ delayed'),
      settings: { istioVersion: '1.3' },
    },
  },
  good: {
    'the web page of a mail catcher':
      pod('axllent/mailpit:v1', '[{ containerPort: 1025 }, { containerPort: 8025 }]') +
      service('{ name: web, port: 8025 }'),
    'TLS from the first byte is the client’s word: 465, 993, 995': service(
      '{ name: smtps, port: 465 }, { name: imaps, port: 993 }, { name: pop3s, port: 995 }',
    ),
    'before 1.3 nothing is detected': {
      yaml: service('{ port: 13306, targetPort: 3306 }'),
      settings: { istioVersion: '1.2' },
    },
    'declared by the name or by appProtocol': service(
      '{ name: mysql, port: 13306, targetPort: 3306 }, { name: ssh, port: 22, appProtocol: tcp }, { name: tcp-smtp, port: 2525, targetPort: 25 }',
    ),
    'the well-known Service ports': service('{ port: 25 }, { name: db, port: 3306 }, { name: docs, port: 27017 }'),
    'the metrics of a database speak HTTP':
      pod('mysql:8', '[{ containerPort: 3306 }, { containerPort: 9104 }]') + service('{ name: metrics, port: 9104 }'),
    'the X protocol of MySQL begins with the client':
      pod('mysql:8', '[{ containerPort: 33060 }]') + service('{ name: x, port: 33060 }'),
    'the monitoring port of NATS speaks HTTP':
      pod('nats:2', '[{ containerPort: 8222 }]') + service('{ name: nats-monitor, port: 8222 }'),
    'a front end with a name of the family':
      pod('mongo-express:1', '[{ containerPort: 8081 }]') + service('{ name: ui, port: 8081 }'),
    'Redis, PostgreSQL and Kafka begin with the client': service('{ port: 6379 }, { port: 5432 }, { port: 9092 }'),
    UDP: service('{ port: 4222, protocol: UDP }'),
  },
});

test('it names its evidence and the word to write', async () => {
  const text = pod('mysql:8', '[{ containerPort: 3306 }]') + service('{ port: 13306, targetPort: 3306 }');
  const [found] = await findingsOf(portServerFirstUndeclared, { 'a.yaml': text });
  expect(found?.message).toBe(
    'Service shop/db: port 13306 seems to be MySQL (image mysql:8 of container db), where the server speaks first; undeclared, its connections hang while Istio 1.30 waits for the client (info, because it is not known whether the pods behind the Service are in the mesh: no manifest of Namespace shop was read).',
  );
  expect(found?.fix).toBe('Name the port mysql or mysql-<suffix>, or set appProtocol: mysql.');
});

test('MongoDB is in Istio’s list, but nothing hangs: info even in the mesh', async () => {
  const namespace =
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\n';
  const severity = async (target: number) =>
    (
      await findingsOf(portServerFirstUndeclared, {
        'a.yaml': namespace + pod('x', '[]') + service(`{ port: 10000, targetPort: ${target} }`),
      })
    ).map((f) => f.severity);
  expect(await severity(27017)).toEqual(['info']);
  expect(await severity(3306)).toEqual(['warning']);
});
