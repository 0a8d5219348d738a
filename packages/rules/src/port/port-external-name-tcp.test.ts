import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { portExternalNameTcp } from './port-external-name-tcp.ts';

const service = (ports: string, more = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: billing, namespace: shop${more} }
  spec: { type: ExternalName, externalName: billing.example.com, ports: [${ports}] }
`;

testRule(portExternalNameTcp, {
  bad: {
    'an appProtocol that tells nothing': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: billing, namespace: shop }
      spec:
        type: ExternalName
        externalName: billing.example.com
        ports:
          - name: https
            port: 443
            appProtocol: nothing #~ alias
    `,
  },
  good: {
    'a suffix, a protocol, a well-known port, UDP, no port at all': service(
      '{ name: tcp-x, port: 1 }, { name: https, port: 443 }, { port: 3306 }, { name: dns, port: 5353, protocol: UDP }',
    ),
    'no ports': service(''),
    'other types have other rules': yaml`
      apiVersion: v1
      kind: Service
      metadata: { name: billing, namespace: shop }
      spec: { selector: { app: billing }, ports: [{ name: tcp, port: 80 }, { port: 81 }] }
    `,
    'appProtocol http is no TCP, whatever the name (istioctl reads the name alone here)': service(
      '{ name: tcp, port: 80, appProtocol: http }',
    ),
    'a name that a later step fills in': service('{ name: "${P}", port: 80 }'),
    'Istio’s own': service('{ port: 80 }', ', labels: { release: istio }'),
  },
});

test('a warning before 1.21 in a namespace of the mesh, else info; the code of istioctl always', async () => {
  const namespace =
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\n';
  const seen = async (text: string, istioVersion: string) =>
    (await findingsOf(portExternalNameTcp, { 'a.yaml': text }, { settings: { istioVersion } })).map((f) => [
      f.severity,
      ...f.codes,
    ]);
  expect(await seen(namespace + service('{ name: tcp, port: 1 }, { port: 2 }'), '1.20')).toEqual([
    ['warning', 'IST0150'],
    ['warning', 'IST0150', 'KIA0601'],
  ]);
  expect(await seen(namespace + service('{ name: tcp, port: 1 }'), '1.21')).toEqual([['info', 'IST0150']]);
  expect(await seen(service('{ name: tcp, port: 1 }'), '1.20')).toEqual([['info', 'IST0150']]);
});
