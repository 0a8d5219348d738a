import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { portNameMissingSeparator } from './port-name-missing-separator.ts';

testRule(portNameMissingSeparator, {
  bad: {
    'the longest protocol counts; other separators are no separators': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - name: httpsapi #~ joined
            port: 443
          - name: http_api #~ joined
            port: 80
          - name: http.api #~ joined
            port: 81
          - name: tcpserver-1 #~ joined
            port: 82
    `,
  },
  good: {
    'a suffix behind a dash, of any kind': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { ports: [{ name: http-, port: 80 }, { name: tcp-udp, port: 81 }, { name: grpc-webfoo, port: 82 }] }
    `,
    'mongodb on its well-known port': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { ports: [{ name: mongodb, port: 27017 }] }
    `,
    'udp with a suffix would be worse': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { ports: [{ name: udpgw, port: 7300 }] }
    `,
  },
});

test('it tells the name that was meant', async () => {
  const text = yaml`
    apiVersion: v1
    kind: Service
    metadata: { name: cart, namespace: shop }
    spec:
      ports:
        - { name: http2foo, port: 1 }
        - { name: httpsapi, port: 2 }
        - { name: grpcweb, port: 3 }
        - { name: grpcweb-x, port: 4 }
        - { name: grpcapi, port: 5 }
        - { name: http_api, port: 6 }
  `;
  const found = await findingsOf(portNameMissingSeparator, { 'a.yaml': text });
  expect(found.map((f) => /"([^"]+)" would be ([\w-]+)/.exec(f.message)?.slice(1))).toEqual([
    ['http2-foo', 'http2'],
    ['https-api', 'https'],
    ['grpc-web', 'grpc-web'],
    ['grpc-web-x', 'grpc-web'],
    ['grpc-api', 'grpc'],
    ['http-api', 'http'],
  ]);
});
