import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { portNameProtocolPrefix } from './port-name-protocol-prefix.ts';

const service = (ports: string, more = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop${more} }
  spec:
    selector: { app: cart }
    ports:
      ${ports}
`;

testRule(portNameProtocolPrefix, {
  bad: {
    'a protocol behind another word, none of Istio’s, or nothing before the dash': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - name: web-http #~ unknownWord
            port: 80
          - name: postgres #~ unknownWord
            port: 5432
          - name: -http #~ unknownWord
            port: 81
          - name: udpgw #~ unknownWord
            port: 7300
    `,
    'a number is a name as it is written': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - name: 8080 #~ unknownWord
            port: 8080
    `,
  },
  good: {
    'case does not matter to Istio': service('- { name: HTTP-web, port: 80 }'),
    'a database on its well-known port': service(
      '- { name: mariadb, port: 3306 }\n      - { name: docs, port: 27017 }',
    ),
    'appProtocol is read instead, right or wrong': service(
      '- { name: web, port: 80, appProtocol: http }\n      - { name: web2, port: 81, appProtocol: wrong }',
    ),
    'a joined protocol is another rule': service('- { name: httpweb, port: 80 }'),
    UDP: service('- { name: statsd, port: 8125, protocol: UDP }'),
    'a name that is a list': service('- { name: [web], port: 80 }'),
  },
});

test('the fix moves a protocol from the end of the name to its beginning', async () => {
  const text = service(
    '- { name: otlp-grpc, port: 4317 }\n      - { name: amqp, port: 5672 }\n      - { name: web, port: 80 }',
  );
  const found = await findingsOf(portNameProtocolPrefix, { 'a.yaml': text });
  expect(found.map((f) => f.fix)).toEqual([
    'Name the port grpc-otlp, or set appProtocol: grpc (its name ends with it).',
    'Name the port tcp-amqp, or set appProtocol: tcp (5672 is the usual port of AMQP).',
    portNameProtocolPrefix.meta.fix,
  ]);
});

test('http_proxy is offered to nobody: Kubernetes allows no "_" in a port name', async () => {
  const [found] = await findingsOf(portNameProtocolPrefix, { 'a.yaml': service('- { name: web, port: 80 }') });
  expect(found?.message).toContain('Known are grpc, grpc-web, http, http2, https, mongo, mysql, redis, tcp, tls.');
});
