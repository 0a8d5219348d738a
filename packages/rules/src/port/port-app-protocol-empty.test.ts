import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { describe, expect, test } from 'vitest';
import { portAppProtocolEmpty } from './port-app-protocol-empty.ts';

testRule(portAppProtocolEmpty, {
  bad: {
    'a well-known port that calls itself http': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { ports: [{ name: http, port: 3306, appProtocol: '' }] } #~ hidesName
    `,
  },
  good: {
    'a well-known port is TCP all the same': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: db, namespace: shop }
      spec: { ports: [{ name: mysql, port: 3306, appProtocol: "" }] }
    `,
    'Istio 1.5 does not read it': {
      yaml: yaml`
        apiVersion: v1
        kind: Service
        metadata: { name: cart, namespace: shop }
        spec: { ports: [{ name: http, port: 80, appProtocol: "" }] }
      `,
      settings: { istioVersion: '1.5' },
    },
    'null and the tilde are no text': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { ports: [{ name: http, port: 80, appProtocol: null }, { name: http-2, port: 81, appProtocol: ~ }] }
    `,
  },
});

async function fixed(text: string): Promise<string> {
  const edits = (await findingsOf(portAppProtocolEmpty, { 'a.yaml': text })).flatMap((f) => f.edits ?? []);
  return edits.sort((a, b) => b.start - a.start).reduce((t, e) => t.slice(0, e.start) + e.text + t.slice(e.end), text);
}

describe('the safe fix', () => {
  const head = 'apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: b }\nspec:\n  ports:\n';

  test('takes out the line that holds nothing else', async () => {
    expect(await fixed(`${head}    - name: http\n      appProtocol: ""\n      port: 80\n`)).toBe(
      `${head}    - name: http\n      port: 80\n`,
    );
    expect(await fixed(`${head}    - name: http\r\n      appProtocol: ''  \r\n      port: 80\n`)).toBe(
      `${head}    - name: http\r\n      port: 80\n`,
    );
  });

  test.each([
    ['the first key of the item', '    - appProtocol: ""\n      port: 80\n', '    - port: 80\n'],
    ['a flow mapping', '    - { name: http, appProtocol: "", port: 80 }\n', '    - { name: http, port: 80 }\n'],
    ['its last key', '    - { port: 80, appProtocol: "" }\n', '    - { port: 80 }\n'],
    [
      'the end of the file',
      '    - name: http\n      port: 80\n      appProtocol: ""',
      '    - name: http\n      port: 80',
    ],
  ])('takes out %s', async (_, ports, expected) => {
    expect(await fixed(head + ports)).toBe(head + expected);
  });

  test('leaves alone a line with a comment', async () => {
    const text = `${head}    - name: http\n      appProtocol: "" # why\n      port: 80\n`;
    expect(await fixed(text)).toBe(text);
    expect(await findingsOf(portAppProtocolEmpty, { 'a.yaml': text })).toHaveLength(1);
  });
});
