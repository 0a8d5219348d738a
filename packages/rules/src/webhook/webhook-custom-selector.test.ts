import { testRule } from '@meshvet/core/testing';
import { webhookCustomSelector } from './webhook-custom-selector.ts';

const entry = (name: string, selectors: string) => `apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
  - name: ${name}
    clientConfig: { service: { name: istiod, namespace: istio-system, path: /inject } }
${selectors}`;

const NONE = '{ key: istio-injection, operator: DoesNotExist }, { key: istio.io/rev, operator: DoesNotExist }';
const AUTO = (more: string, mark = '') =>
  entry(
    'auto.sidecar-injector.istio.io',
    `    namespaceSelector: { matchExpressions: [${NONE}${more}] }${mark}
    objectSelector: { matchExpressions: [{ key: istio.io/rev, operator: DoesNotExist }, { key: sidecar.istio.io/inject, operator: DoesNotExist }] }
`,
  );
const SYSTEM =
  ', { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, kube-public, kube-node-lease, local-path-storage] }';
const LEGACY = (selector: string) => entry('sidecar-injector.istio.io', `    namespaceSelector: ${selector}\n`);

testRule(webhookCustomSelector, {
  bad: {
    'since 1.16 the system namespaces are excluded': {
      yaml: AUTO('', ' #~ differs'),
      settings: { istioVersion: '1.16' },
    },
    'before 1.16 they were not': { yaml: AUTO(SYSTEM, ' #~ differs'), settings: { istioVersion: '1.15' } },
    'the object selector is not written': entry(
      'namespace.sidecar-injector.istio.io #~ differs',
      '    namespaceSelector: { matchLabels: { istio-injection: enabled } }\n',
    ),
    'the example of a label that nobody sets, with the entry of 1.8': {
      yaml: LEGACY('{ matchLabels: { istio-injection: "true" } } #~ differs'),
      settings: { istioVersion: '1.8' },
    },
    'the name of the revision entry with the selector of another': entry(
      'rev.namespace.sidecar-injector.istio.io',
      '    namespaceSelector: { matchExpressions: [{ key: istio-injection, operator: In, values: [enabled] }] } #~ differs\n    objectSelector: { matchExpressions: [{ key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }] }\n',
    ),
  },
  good: {
    'as the chart of 1.16 writes it': { yaml: AUTO(SYSTEM), settings: { istioVersion: '1.16' } },
    'as the chart of 1.15 writes it': { yaml: AUTO(''), settings: { istioVersion: '1.15' } },
    'the single entry of 1.0': {
      yaml: LEGACY('{ matchLabels: { istio-injection: enabled } }'),
      settings: { istioVersion: '1.0' },
    },
    'the single entry of 1.8 for a revision': {
      yaml: LEGACY(
        '{ matchExpressions: [{ key: istio-injection, operator: DoesNotExist }, { key: istio.io/rev, operator: In, values: [canary] }] }',
      ),
      settings: { istioVersion: '1.8' },
    },
    'charts of today have no such entry, so there is nothing to compare with': LEGACY('{ matchLabels: { a: b } }'),
    'any revision': entry(
      'rev.object.sidecar-injector.istio.io',
      `    namespaceSelector: { matchExpressions: [${NONE}] }\n    objectSelector: { matchLabels: { istio.io/rev: "1-29" }, matchExpressions: [{ key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }] }\n`,
    ),
    'the label of the pod is preferred (revisionLabelPreference)': entry(
      'rev.object.sidecar-injector.istio.io',
      '    namespaceSelector: { matchExpressions: [{ key: istio-injection, operator: DoesNotExist }] }\n    objectSelector: { matchLabels: { istio.io/rev: "1-29" }, matchExpressions: [{ key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }] }\n',
    ),
    'put out of work': entry(
      'namespace.sidecar-injector.istio.io',
      '    namespaceSelector: { matchLabels: { istio.io/deactivated: never-match } }\n    objectSelector: { matchLabels: { istio.io/deactivated: never-match } }\n',
    ),
    'no selectors at all is another rule': entry('namespace.sidecar-injector.istio.io', ''),
    'input of the wrong shape is left alone': entry(
      'namespace.sidecar-injector.istio.io',
      '    namespaceSelector: text\n    objectSelector: { matchExpressions: 5 }\n',
    ),
  },
});
