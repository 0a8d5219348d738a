import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { serviceExportToInvalid } from './service-export-to-invalid.ts';

const service = (value: string, mark = '') => `apiVersion: v1
kind: Service
metadata:
  name: cart
  namespace: shop
  annotations: { networking.istio.io/exportTo: ${value} }${mark}
spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
`;

testRule(serviceExportToInvalid, {
  bad: {
    'everybody, and one more': service('"*,checkout"', ' #~ everybody'),
    'everybody and nobody': service('"*,~"', ' #~ everybody'),
    'a blank between names': service('"shop checkout"', ' #~ noNamespace'),
    'a host': service('cart.shop.svc.cluster.local', ' #~ noNamespace'),
    'a capital': service('Shop', ' #~ noNamespace'),
    'a comma too many': service('"shop,"', ' #~ noNamespace'),
    'a pattern': service('"team-*"', ' #~ noNamespace'),
  },
  good: {
    everybody: service('"*"'),
    nobody: service('"~"'),
    'blanks around names': service('"shop , checkout"'),
    'nothing written': service('""'),
    'a later step fills it in': service('"$(NAMESPACES)"'),
    'a list is no text, which is another rule': service('[a, B]'),
  },
});

test('what has no effect is a warning', async () => {
  const severity = async (value: string) =>
    (await findingsOf(serviceExportToInvalid, { 's.yaml': service(value) }))[0]?.severity;
  expect(await severity('"*,a"')).toBe('warning');
  expect(await severity('"a,"')).toBe('warning');
  expect(await severity('"~,a"')).toBe('error');
});
