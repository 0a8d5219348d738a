import { findingsOf, testRule } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { webhookReviewVersion } from './webhook-review-version.ts';

const entry = (versions: string, api = 'v1', mark = '') => `apiVersion: admissionregistration.k8s.io/${api}
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
  - name: sidecar-injector.istio.io${mark}
    clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
${versions === '' ? '' : `    admissionReviewVersions: ${versions}\n`}`;

testRule(webhookReviewVersion, {
  bad: {
    'both, since 1.23': { yaml: entry('[v1beta1, v1] #~ betaListed `v1beta1`'), settings: { istioVersion: '1.23' } },
    'none at all': entry('', 'v1', ' #~ missing'),
    'an empty list': entry('[]', 'v1', ' #~ missing'),
    'only what no API server knows': entry('[v2] #~ unknown'),
    'the validator too': entry('[v1beta1] #~ betaOnly').replace('Mutating', 'Validating'),
  },
  good: {
    'both, before 1.23': { yaml: entry('[v1beta1, v1]'), settings: { istioVersion: '1.22' } },
    'the beta API fills it in': entry('', 'v1beta1'),
    'the beta version only, with a Kubernetes that refuses to have v1 listed alone': {
      yaml: entry('[v1beta1]'),
      settings: { kubernetesVersion: '1.16' },
    },
    'a version that a later step fills in': entry('["${VERSION}"]'),
    'input of the wrong shape is left alone': entry('v1beta1'),
  },
});

test('is an error only where the API server refuses the configuration', async () => {
  const severity = async (text: string) => (await findingsOf(webhookReviewVersion, { 'w.yaml': text }))[0]?.severity;
  expect(await severity(entry(''))).toBe('error');
  expect(await severity(entry('[v2]'))).toBe('error');
  expect(await severity(entry('[v1beta1]'))).toBe('info');
});
