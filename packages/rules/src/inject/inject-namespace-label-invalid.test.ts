import { testRule, yaml } from '@meshvet/core/testing';
import { injectNamespaceLabelInvalid } from './inject-namespace-label-invalid.ts';

testRule(injectNamespaceLabelInvalid, {
  bad: {
    'empty, and nothing at all': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels:
          istio-injection: "" #~ vetoes
      ---
      apiVersion: v1
      kind: Namespace
      metadata:
        name: batch
        labels:
          istio-injection: #~ vetoes
    `,
    'what is meant to be off is off': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels:
          istio-injection: "false" #~ offAnyway
    `,
    'by default and before 1.10 all but "disabled" is injected': {
      settings: { istioVersion: '1.8', enableNamespacesByDefault: true },
      yaml: yaml`
        apiVersion: v1
        kind: Namespace
        metadata:
          name: shop
          labels:
            istio-injection: "off" #~ injected
      `,
    },
  },
  good: {
    'a value that a later step fills in': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: "$(INJECT)" } }
    `,
    'a boolean is told by inject-value-not-string': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: true } }
    `,
    'a Kustomization replaces the label': {
      files: {
        'kustomization.yaml': 'resources: [ns.yaml]\ncommonLabels: { istio-injection: enabled }\n',
        'ns.yaml': yaml`
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: todo } }
        `,
      },
    },
  },
});
