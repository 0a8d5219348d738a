import { testRule, yaml } from '@meshvet/core/testing';
import { webhookNeverMatches } from './webhook-never-matches.ts';

const entry = (selectors: string) => `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
  - name: sidecar-injector.istio.io
    clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
${selectors}`;

testRule(webhookNeverMatches, {
  bad: {
    'two lists without a value in common': entry(
      '    objectSelector: { matchExpressions: [{ key: a, operator: In, values: [x] }, { key: a, operator: In, values: [y, z] }] } #~ contradiction\n',
    ),
    'all values are excluded again': entry(
      '    namespaceSelector: { matchExpressions: [{ key: a, operator: In, values: [x] }, { key: a, operator: NotIn, values: [x] }] } #~ contradiction\n',
    ),
    'also in the injector of Linkerd': yaml`
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: linkerd-proxy-injector-webhook-config }
      webhooks:
        - name: linkerd-proxy-injector.linkerd.io
          clientConfig: { service: { name: linkerd-proxy-injector, namespace: linkerd, path: / } }
          namespaceSelector: { matchExpressions: [{ key: a, operator: Exists }, { key: a, operator: DoesNotExist }] } #~ contradiction
    `,
  },
  good: {
    'put out of work on purpose': entry(
      '    namespaceSelector: { matchLabels: { istio.io/deactivated: never-match }, matchExpressions: [{ key: istio.io/deactivated, operator: DoesNotExist }] }\n',
    ),
    'a list and one that excludes others': entry(
      '    namespaceSelector: { matchExpressions: [{ key: a, operator: In, values: [x, y] }, { key: a, operator: NotIn, values: [x] }] }\n',
    ),
    'the same label of the namespace and of the pod': entry(
      '    namespaceSelector: { matchExpressions: [{ key: istio.io/rev, operator: DoesNotExist }] }\n    objectSelector: { matchLabels: { istio.io/rev: a } }\n',
    ),
    'a value that a later step fills in': entry(
      '    namespaceSelector: { matchLabels: { a: "${A}" }, matchExpressions: [{ key: a, operator: In, values: [x] }] }\n',
    ),
    'webhooks of something else': entry(
      '    objectSelector: { matchExpressions: [{ key: a, operator: In, values: [x] }, { key: a, operator: In, values: [y] }] }\n',
    )
      .replace('sidecar-injector.istio.io', 'pods.example.com')
      .replace('name: istiod,', 'name: other,'),
    'input of the wrong shape is left alone': entry(
      '    namespaceSelector: [a]\n    objectSelector: { matchExpressions: [5, { key: a, operator: In, values: [] }, { operator: In }] }\n',
    ),
  },
});
