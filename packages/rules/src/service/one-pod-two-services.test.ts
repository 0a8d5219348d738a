import { lint, PROFILES } from '@meshvet/core';
import { yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { allRules } from '../index.ts';

// One pod and two Services, as each era saw it: what the rules of this folder say together, and not each for itself.

const POD = yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { istio-injection: enabled } }
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { app: cart } }
    template:
      metadata: { labels: { app: cart } }
      spec: { containers: [{ name: cart, image: cart, ports: [{ containerPort: 8080 }, { containerPort: 9090 }] }] }
`;

function service(name: string, port: string): string {
  return `---\napiVersion: v1\nkind: Service\nmetadata: { name: ${name}, namespace: shop }\nspec: { selector: { app: cart }, ports: [${port}] }\n`;
}

async function said(text: string, profile: (typeof PROFILES)[number], keys: Readonly<Record<string, unknown>> = {}) {
  const rules = allRules.filter((rule) => rule.meta.id.startsWith('service-'));
  const result = await lint([{ path: 'a.yaml', text }], { rules, config: { preset: 'strict', profile, ...keys } });
  expect(result.failures).toEqual([]);
  return [...new Set(result.findings.map((f) => `${f.ruleId} ${f.messageId} ${f.severity}`))].sort();
}

const SAME_CLASS = `${POD}${service('a', '{ name: http, port: 80, targetPort: 8080 }')}${service('b', '{ name: http-web, port: 80, targetPort: 8080 }')}`;
const HTTP_AND_TCP = `${POD}${service('a', '{ name: http, port: 80, targetPort: 8080 }')}${service('b', '{ name: tcp, port: 80, targetPort: 8080 }')}`;
const OTHER_TARGETS = `${POD}${service('a', '{ name: http, port: 80, targetPort: 8080 }')}${service('b', '{ name: tcp, port: 90, targetPort: 9090 }')}`;

const SINGLE = 'service-pod-single-service several error';

test.each(PROFILES)('two names of one class, with %s', async (profile) => {
  expect(await said(SAME_CLASS, profile)).toEqual(profile === 'istio-1.0' ? [SINGLE] : []);
});

test.each(PROFILES)('HTTP and TCP on one port, with %s', async (profile) => {
  const conflict = 'service-protocol-conflict sameTarget warning';
  expect(await said(HTTP_AND_TCP, profile)).toEqual(profile === 'istio-1.0' ? [SINGLE, conflict] : [conflict]);
});

test.each(PROFILES)('two targets, with %s', async (profile) => {
  expect(await said(OTHER_TARGETS, profile)).toEqual(profile === 'istio-1.0' ? [SINGLE] : []);
});

test('1.0 read as its own documents had it: several Services, but one protocol for a port', async () => {
  const official = { allowMultipleServices: 'same-protocol' };
  expect(await said(SAME_CLASS, 'istio-1.0', official)).toEqual([]);
  expect(await said(OTHER_TARGETS, 'istio-1.0', official)).toEqual([]);
  expect(await said(HTTP_AND_TCP, 'istio-1.0', official)).not.toEqual([]);
});
