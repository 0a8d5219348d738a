import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { webhookFailurePolicy } from './webhook-failure-policy.ts';

const LINKERD = yaml`
  apiVersion: admissionregistration.k8s.io/v1
  kind: MutatingWebhookConfiguration
  metadata: { name: linkerd-proxy-injector-webhook-config }
  webhooks:
    - name: linkerd-proxy-injector.linkerd.io
      clientConfig: { service: { name: linkerd-proxy-injector, namespace: linkerd, path: / } }
      failurePolicy: Ignore #~ ignore
`;

testRule(webhookFailurePolicy, {
  bad: {
    'the default of v1beta1': yaml`
      apiVersion: admissionregistration.k8s.io/v1beta1
      kind: MutatingWebhookConfiguration
      metadata: { name: istio-sidecar-injector }
      webhooks:
        - name: sidecar-injector.istio.io #~ defaulted
          clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
    `,
    'the injector of Linkerd': LINKERD,
  },
  good: {
    'the validator of Istio opens itself until it is ready': yaml`
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: { name: istiod-default-validator }
      webhooks:
        - name: validation.istio.io
          clientConfig: { service: { name: istiod, namespace: istio-system, path: /validate } }
          failurePolicy: Ignore
    `,
    'webhooks of something else': yaml`
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: other }
      webhooks:
        - { name: pods.example.com, clientConfig: { service: { name: a, namespace: b } }, failurePolicy: Ignore }
    `,
    'a later step fills it in': yaml`
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: istio-sidecar-injector }
      webhooks:
        - { name: sidecar-injector.istio.io, clientConfig: { service: { name: istiod, namespace: istio-system } }, failurePolicy: "$(POLICY)" }
        - { name: a.sidecar-injector.istio.io, clientConfig: { service: { name: istiod, namespace: istio-system } }, failurePolicy: [Ignore] }
    `,
    'put out of work': yaml`
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: istio-sidecar-injector }
      webhooks:
        - { name: sidecar-injector.istio.io, failurePolicy: Ignore, namespaceSelector: { matchLabels: { istio.io/deactivated: never-match } } }
    `,
  },
});

test('is advice for Linkerd, whose chart writes Ignore itself', async () => {
  expect(
    await findingsOf(webhookFailurePolicy, { 'w.yaml': LINKERD }, { settings: { preset: 'recommended' } }),
  ).toEqual([]);
});
