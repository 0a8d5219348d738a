import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { webhookOverlap } from './webhook-overlap.ts';

const NOT_FALSE = '{ key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }';
const NO_LABELS = '{ key: istio-injection, operator: DoesNotExist }, { key: istio.io/rev, operator: DoesNotExist }';

/** The entries of the charts since 1.10, for a revision; those of the default revision only where asked for. */
function chart(name: string, revision: string, isDefault: boolean): string {
  const service = `{ service: { name: istiod-${revision}, namespace: istio-system, path: /inject } }`;
  const entry = (prefix: string, namespace: string, object: string) => `  - name: ${prefix}.sidecar-injector.istio.io
    clientConfig: ${service}
    rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods] }]
    namespaceSelector: { matchExpressions: [${namespace}] }
    objectSelector: { matchExpressions: [${object}] }
`;
  const rev = `{ key: istio.io/rev, operator: In, values: [${revision}] }`;
  const owner = isDefault
    ? entry('namespace', '{ key: istio-injection, operator: In, values: [enabled] }', NOT_FALSE) +
      entry(
        'object',
        NO_LABELS,
        '{ key: sidecar.istio.io/inject, operator: In, values: ["true"] }, { key: istio.io/rev, operator: DoesNotExist }',
      ) +
      entry(
        'auto',
        NO_LABELS,
        '{ key: sidecar.istio.io/inject, operator: DoesNotExist }, { key: istio.io/rev, operator: DoesNotExist }',
      )
    : '';
  return `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: ${name}, labels: { istio.io/rev: ${revision} } }
webhooks:
${entry('rev.namespace', `${rev}, { key: istio-injection, operator: DoesNotExist }`, NOT_FALSE)}${entry('rev.object', NO_LABELS, `${NOT_FALSE}, ${rev}`)}${owner}`;
}

function entry(name: string, selectors: string, more = ''): string {
  return `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: ${name} }
webhooks:
  - name: sidecar-injector.istio.io${more.includes('#~') ? more : ''}
    clientConfig: { service: { name: ${name}, namespace: istio-system, path: /inject } }
${selectors}${more.includes('#~') ? '' : more}`;
}

const ENABLED = '    namespaceSelector: { matchLabels: { istio-injection: enabled } }\n';

testRule(webhookOverlap, {
  bad: {
    'an empty selector overlaps with everything': `${entry('a', ENABLED, ' #~ overlap')}---\n${entry('b', '', ' #~ overlap')}`,
    'labels of somebody else, which one namespace may carry together': `${entry('a', ENABLED, ' #~ overlap')}---\n${entry('b', '    namespaceSelector: { matchLabels: { team: shop } }\n', ' #~ overlap')}`,
    'two entries of one configuration': yaml`
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: istio-sidecar-injector }
      webhooks:
        - name: a.sidecar-injector.istio.io #~ sameBackend
          clientConfig: { service: { name: istiod, namespace: istio-system } }
          namespaceSelector: { matchLabels: { istio-injection: enabled } }
        - name: b.sidecar-injector.istio.io #~ sameBackend
          clientConfig: { service: { name: istiod, namespace: istio-system } }
          objectSelector: { matchLabels: { sidecar.istio.io/inject: "true" } }
    `,
  },
  good: {
    'the charts of three revisions, one of them the default': [
      chart('istio-sidecar-injector', 'default', true),
      chart('istio-sidecar-injector-1-29', '1-29', false),
      chart('istio-revision-tag-stable', 'stable', false),
    ].join('---\n'),
    'one configuration in two overlays': {
      files: { 'a/w.yaml': entry('a', ENABLED), 'b/w.yaml': entry('a', ENABLED) },
    },
    'two clusters in one repository': {
      files: { 'clusters/one/istio/w.yaml': entry('a', ENABLED), 'live/two/mesh/w.yaml': entry('b', ENABLED) },
    },
    'a selector that a later step fills in': `${entry('a', ENABLED)}---\n${entry('b', '    namespaceSelector: "${SELECTOR}"\n')}`,
    'matchConditions may tell the two apart': `${entry('a', ENABLED)}---\n${entry('b', `${ENABLED}    matchConditions: [{ name: x, expression: "false" }]\n`)}`,
    'one is called for Services': `${entry('a', ENABLED)}---\n${entry('b', `${ENABLED}    rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [services] }]\n`)}`,
    'a webhook of something else': yaml`
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: opa }
      webhooks:
        - name: istio-admission-controller.openpolicyagent.org
          clientConfig: { service: { name: admission-controller, namespace: opa-istio, path: / } }
          namespaceSelector: { matchLabels: { istio-injection: enabled } }
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: istio-sidecar-injector }
      webhooks:
        - name: sidecar-injector.istio.io
          clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
          namespaceSelector: { matchLabels: { istio-injection: enabled } }
    `,
    'input of the wrong shape is left alone': yaml`
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: a }
      webhooks: { name: sidecar-injector.istio.io }
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: { name: b }
      webhooks: [5, null, { name: [sidecar-injector.istio.io], clientConfig: text, rules: 7, namespaceSelector: [1] }, { name: x.sidecar-injector.istio.io, namespaceSelector: { matchExpressions: { key: a } }, objectSelector: { matchExpressions: [{ key: a, operator: Near }] } }]
    `,
  },
});

test('is an error where labels of Istio alone lead there, else a warning without a code', async () => {
  const of = async (selectors: string) => {
    const found = await findingsOf(webhookOverlap, { 'w.yaml': `${entry('a', ENABLED)}---\n${entry('b', selectors)}` });
    return found.map(({ severity, codes, message }) => ({ severity, codes, message }))[0];
  };
  expect(await of(ENABLED)).toMatchObject({ severity: 'error', codes: ['IST0139'] });
  const other = await of('    namespaceSelector: { matchLabels: { team: shop } }\n');
  expect(other).toMatchObject({ severity: 'warning', codes: [] });
  expect(other?.message).toContain('a pod without labels in a namespace with istio-injection=enabled, team=shop');
});
