import { testRule, yaml } from '@meshvet/core/testing';
import { webhookScopeTooWide } from './webhook-scope-too-wide.ts';

const entry = (more: string, mark = '') => `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
  - name: sidecar-injector.istio.io${mark}
    clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
${more}`;

const RULES = '    rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods] }]\n';

testRule(webhookScopeTooWide, {
  bad: {
    'empty lists and mappings': entry(
      `${RULES}    namespaceSelector: { matchExpressions: [] }\n    objectSelector: { matchLabels: {} }\n`,
      ' #~ everything',
    ),
    'everything there is': entry(
      '    rules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] }]\n',
      ' #~ everything',
    ),
    'the injector of Linkerd': entry(RULES, ' #~ everything').replace(
      'name: sidecar-injector.istio.io',
      'name: linkerd-proxy-injector.linkerd.io',
    ),
  },
  good: {
    'all but a few namespaces, as by default in 1.0': entry(
      `${RULES}    namespaceSelector: { matchExpressions: [{ key: istio-injection, operator: NotIn, values: [disabled] }] }\n`,
    ),
    'pods that ask for it': entry(`${RULES}    objectSelector: { matchLabels: { sidecar.istio.io/inject: "true" } }\n`),
    'not called for pods': entry(
      '    rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [services] }]\n',
    ),
    'an excerpt without rules': entry(''),
    'matchConditions narrow it': entry(`${RULES}    matchConditions: [{ name: x, expression: "false" }]\n`),
    'a selector that a later step fills in': entry(`${RULES}    namespaceSelector: "\${SELECTOR}"\n`),
    'the validator of Istio': entry(
      '    rules: [{ operations: [CREATE], apiGroups: [networking.istio.io], apiVersions: ["*"], resources: ["*"] }]\n',
    ).replace('Mutating', 'Validating'),
    'webhooks of something else': entry(RULES)
      .replace('sidecar-injector.istio.io', 'a.example.com')
      .replace('name: istiod,', 'name: other,'),
    'input of the wrong shape is left alone': yaml`
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: a }
      webhooks: [{ name: sidecar-injector.istio.io, rules: text }, { name: sidecar-injector.istio.io, rules: [{ operations: CREATE }, 5] }]
    `,
  },
});
