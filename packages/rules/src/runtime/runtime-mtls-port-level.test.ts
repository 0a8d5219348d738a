import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { runtimeMtlsPortLevel } from './runtime-mtls-port-level.ts';

const policy = (spec: string, namespace = 'shop') => `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: cart, namespace: ${namespace} }
spec:
${spec.replace(/^/gm, '  ')}
`;
const pods = (ports: string) => `---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart, namespace: shop }
spec:
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec: { containers: [{ name: cart, image: cart, ports: [${ports}] }] }
`;
const selector = 'selector: { matchLabels: { app: cart } }\n';

testRule(runtimeMtlsPortLevel, {
  bad: {
    'an empty selector selects everything, and is none': {
      yaml: policy(
        'selector: { matchLabels: {} }\nportLevelMtls: { 80: { mode: DISABLE } } #~ withoutSelector `portLevelMtls`',
      ),
      settings: { istioVersion: '1.20' },
    },
  },
  good: {
    'in the root namespace the whole policy is left out, which another rule tells': policy(
      `${selector}portLevelMtls: { 80: { mode: DISABLE } }`,
      'istio-system',
    ),
    'without a selector, which schema-cel tells since the definition of the kind refuses it': policy(
      'portLevelMtls: { 80: { mode: DISABLE } }',
    ),
    'a port that nobody declares may be one of the pods':
      policy(`${selector}portLevelMtls: { 9090: { mode: DISABLE } }`) + pods(''),
    'the pods listen on both':
      policy(`${selector}portLevelMtls: { 80: { mode: DISABLE } }`) + pods('{ containerPort: 80 }'),
    'the pods were not read': policy(`${selector}portLevelMtls: { 80: { mode: DISABLE } }`),
    'ports of a container that are filled in later':
      policy(`${selector}portLevelMtls: { 80: { mode: DISABLE } }`) + pods('{ containerPort: "${PORT}" }'),
    'no ports at all': policy('mtls: { mode: STRICT }'),
  },
});

test('what Istio refuses is an error, what it does not read a warning', async () => {
  const severity = async (text: string, settings = {}) =>
    (await findingsOf(runtimeMtlsPortLevel, { 'a.yaml': text }, { settings }))[0]?.severity;
  expect(await severity(policy('portLevelMtls: { 80: { mode: DISABLE } }'), { istioVersion: '1.20' })).toBe('error');
  expect(await severity(policy(`${selector}portLevelMtls: { 80: { mode: DISABLE } }`) + pods(''))).toBe('warning');
});
