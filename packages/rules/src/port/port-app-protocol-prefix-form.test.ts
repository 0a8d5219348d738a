import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { describe, expect, test } from 'vitest';
import { portAppProtocolPrefixForm } from './port-app-protocol-prefix-form.ts';

testRule(portAppProtocolPrefixForm, {
  bad: {
    'every word that has a suffix': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec:
        ports:
          - { port: 80, appProtocol: grpc-webfoo } #~ suffix
          - { port: 81, appProtocol: HTTP-x } #~ suffix
          - { port: 82, appProtocol: mysql-wrong } #~ suffix
    `,
  },
  good: {
    'whole words in any case, and the three of Kubernetes': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { ports: [{ port: 80, appProtocol: GRPC-Web }, { port: 81, appProtocol: Http }, { port: 82, appProtocol: kubernetes.io/wss }, { port: 83, appProtocol: http_proxy }] }
    `,
    'a port name has its suffix there': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: cart, namespace: shop }
      spec: { ports: [{ name: http-api, port: 80 }] }
    `,
  },
});

async function fixed(text: string): Promise<string> {
  const edits = (await findingsOf(portAppProtocolPrefixForm, { 'a.yaml': text })).flatMap((f) => f.edits ?? []);
  return edits.sort((a, b) => b.start - a.start).reduce((t, e) => t.slice(0, e.start) + e.text + t.slice(e.end), text);
}

describe('the safe fix', () => {
  const manifest = (value: string) =>
    `apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: b }\nspec:\n  ports:\n    - port: 80\n      appProtocol: ${value}\n`;

  test.each([
    ['http-api', 'http'],
    ['"http-api"', '"http"'],
    ["'grpc-web-x' # note", "'grpc-web' # note"],
  ])('drops the suffix of %s', async (before, after) => {
    expect(await fixed(manifest(before))).toBe(manifest(after));
  });

  test.each(['&p http-api', '"http\\x2dapi"', '>-\n        http-api'])('leaves alone %j', async (value) => {
    expect(await fixed(manifest(value))).toBe(manifest(value));
    expect(await findingsOf(portAppProtocolPrefixForm, { 'a.yaml': manifest(value) })).toHaveLength(1);
  });
});
