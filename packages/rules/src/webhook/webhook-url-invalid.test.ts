import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { webhookUrlInvalid } from './webhook-url-invalid.ts';

const entry = (config: string, kind = 'Mutating', name = 'istio-sidecar-injector-external', mark = '') =>
  `apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}WebhookConfiguration
metadata: { name: ${name} }
webhooks:
  - name: rev.sidecar-injector.istio.io${mark}
${config === '' ? '' : `    clientConfig: ${config}\n`}`;

testRule(webhookUrlInvalid, {
  bad: {
    'no clientConfig': entry('', 'Mutating', 'istio-sidecar-injector', ' #~ blank'),
    'an empty clientConfig': entry('{} #~ blank'),
    'the validator': entry('{ url: ~ } #~ blank', 'Validating', 'istio-validator-custom'),
    'the empty text': entry('{ url: "" } #~ refused'),
    'no scheme': entry('{ url: istiod.example.com/inject } #~ refused'),
    'a host and a port alone': entry('{ url: "1.1.1.1:15017/inject" } #~ unparsable'),
    'a query': entry('{ url: "https://istiod.example.com/inject?net=a" } #~ refused'),
    'a user': entry('{ url: "https://me@istiod.example.com/inject" } #~ refused'),
    'no host': entry('{ url: "https:///inject" } #~ refused'),
  },
  good: {
    'a Service': entry('{ service: { name: istiod, namespace: istio-system } }'),
    'an address is another rule': entry('{ url: "https://1.1.1.1:15017/inject" }'),
    'a later step fills it in': entry('{ url: "https://${HOST}/inject" }'),
    'the chart of a template language': entry('"${CLIENT_CONFIG}"'),
    'webhooks of something else': entry('{ url: "http://a" }', 'Mutating', 'other').replace(
      'rev.sidecar-injector.istio.io',
      'a.example.com',
    ),
  },
});

test('carries the code of istioctl for the configurations and the mistakes that istioctl looks at', async () => {
  const codes = async (text: string) => (await findingsOf(webhookUrlInvalid, { 'w.yaml': text }))[0]?.codes;
  expect(await codes(entry('{}'))).toEqual(['IST0163']);
  expect(await codes(entry('{}', 'Mutating', 'mine'))).toEqual([]);
  expect(await codes(entry('{ url: "http://a" }'))).toEqual([]);
});
