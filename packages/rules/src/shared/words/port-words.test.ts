import type { Rule } from '@meshvet/core';
import { findingsOf, yaml } from '@meshvet/core/testing';
import { describe, expect, test } from 'vitest';
import { allRules } from '../../index.ts';

// What the port rules hold together: one defect a port, and the codes of other tools just where those speak.

const ALL = allRules.filter((rule) => rule.meta.id.startsWith('port-'));
const NAMING = ALL.filter(({ meta }) => /^port-(?:name|app-protocol|server-first)-(?!name-mismatch)/.test(meta.id));

const MESH = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n---\n';
const service = (port: string, labels = '') => yaml`
  apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop, labels: { a: b${labels} } }
  spec: { selector: { app: cart }, ports: [{ ${port} }] }
`;

async function say(rules: readonly Rule[], text: string, settings: object = {}): Promise<string[]> {
  const found = await Promise.all(rules.map((rule) => findingsOf(rule, { 'a.yaml': text }, { settings })));
  return found.flat().map((f) => [f.ruleId, ...f.codes].join(' '));
}

describe('one mistake, one finding', () => {
  const names = [undefined, 'http', 'web', 'http2foo', 'thrift', 'udp-x', 'grpc-web', 'https', 'tcp', 'ssh'];
  const values = [undefined, '""', 'http', 'http-x', 'wrong', 'udp-x', 'thrift', 'tcp', 'https', 'kubernetes.io/ws'];
  test.each(['1.0', '1.5', '1.10', '1.30'])(
    'with Istio %s a port has one finding at most, whatever it says',
    async (istioVersion) => {
      const ports = [80, 22, 3306].flatMap((number) =>
        names.flatMap((name) => values.map((value) => [number, name, value] as const)),
      );
      const text = ports
        .map(([number, name, value]) =>
          service(`port: ${number}${name ? `, name: ${name}` : ''}${value ? `, appProtocol: ${value}` : ''}`),
        )
        .map((one, i) => one.replace('name: cart', `name: cart-${i}`))
        .join('---\n');
      const found = await Promise.all(
        NAMING.map((rule) => findingsOf(rule, { 'a.yaml': text }, { settings: { istioVersion } })),
      );
      const subjects = found.flat().map((f) => f.resource?.name);
      expect(new Set(subjects).size).toBe(subjects.length);
      expect(subjects.length).toBeGreaterThan(50);
    },
  );
});

describe('the codes of other tools', () => {
  // Source of the expectations: istioctl's PortNameAnalyzer and Kiali's port mapping checker.
  test.each([
    ['port: 80', ['port-name-missing IST0118 KIA0601']],
    ['port: 80, name: web', ['port-name-protocol-prefix IST0118 KIA0601']],
    ['port: 80, name: http2foo', ['port-name-missing-separator IST0118 KIA0601']],
    ['port: 80, name: thrift', ['port-name-version-unsupported IST0118 KIA0601']],
    ['port: 22, name: ssh', ['port-server-first-undeclared IST0118 KIA0601']],
    ['port: 80, appProtocol: wrong', ['port-app-protocol-unknown IST0118 KIA0602']],
    ['port: 80, name: http, appProtocol: ""', ['port-app-protocol-empty IST0118 KIA0602']],
    // istiod and istioctl read the prefix, Kiali the whole.
    ['port: 80, appProtocol: mysql-wrong', ['port-app-protocol-prefix-form KIA0602']],
    // All of them know the word; that it fits no TCP port is ours to say.
    ['port: 80, name: udp-x', ['port-name-udp-on-tcp']],
    ['port: 80, appProtocol: udp-x', ['port-name-udp-on-tcp KIA0602']],
    ['port: 80, name: tcp-x, appProtocol: http', ['port-app-protocol-name-mismatch']],
    ['port: 80, name: https, appProtocol: http', ['port-protocol-tls-mismatch']],
    // Quiet: Kiali would speak of these three, of a guess where nothing is guessed.
    ['port: 3306', []],
    ['port: 80, name: HTTP-x', []],
    ['port: 80, appProtocol: http_proxy', []],
    ['port: 80, appProtocol: kubernetes.io/ws', []],
    ['port: 80, name: http', []],
    ['port: 80, name: web, protocol: UDP', []],
  ])('%s', async (port, expected) => {
    expect(await say(ALL, MESH + service(port))).toEqual(expected);
  });

  test('an older Istio does not know what Kiali accepts', async () => {
    expect(await say(ALL, service('port: 80, appProtocol: kubernetes.io/ws'), { istioVersion: '1.20' })).toEqual([
      'port-app-protocol-unsupported-version IST0118',
    ]);
    expect(await say(ALL, service('port: 80, appProtocol: http'), { kubernetesVersion: '1.18' })).toEqual([
      'port-app-protocol-unsupported-version IST0118 KIA0601',
    ]);
  });

  test('Kiali leaves out the Services of its own wizards, and those outside the mesh', async () => {
    expect(await say(ALL, service('port: 80', ', kiali_wizard: request_routing'))).toEqual([
      'port-name-missing IST0118',
    ]);
    expect(
      await say(ALL, `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n---\n${service('port: 80')}`),
    ).toEqual(['port-name-missing IST0118']);
    expect(await say(ALL, service('port: 80'))).toEqual(['port-name-missing IST0118 KIA0601']);
  });

  test('no Service of Istio itself, of a gateway or of Kubernetes is spoken of', async () => {
    for (const labels of [
      ', istio: pilot',
      ', release: istio',
      ', gateway.istio.io/managed: istio.io-mesh-controller',
    ]) {
      expect(await say(ALL, service('port: 80, name: status-port', labels))).toEqual([]);
    }
    expect(await say(ALL, service('port: 80').replace('namespace: shop', 'namespace: kube-public'))).toEqual([]);
  });
});
