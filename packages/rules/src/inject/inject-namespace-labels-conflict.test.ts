import { testRule, yaml } from '@meshvet/core/testing';
import { injectNamespaceLabelsConflict } from './inject-namespace-labels-conflict.ts';

testRule(injectNamespaceLabelsConflict, {
  bad: {
    'all three': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels:
          istio-injection: enabled
          istio.io/rev: canary #~ bothIgnored
          istio.io/dataplane-mode: ambient
    `,
    'istio-injection and ambient': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels:
          istio-injection: enabled
          istio.io/dataplane-mode: ambient #~ ambientIgnored
    `,
  },
  good: {
    'with injection disabled the other label alone speaks, as for istioctl': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: disabled, istio.io/dataplane-mode: ambient } }
      ---
      apiVersion: v1
      kind: Namespace
      metadata: { name: batch, labels: { istio-injection: disabled, istio.io/rev: canary } }
    `,
    'mode none asks for nothing': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: shop, labels: { istio-injection: enabled, istio.io/dataplane-mode: none } }
    `,
    'before ambient mode its label meant nothing': {
      settings: { istioVersion: '1.17' },
      yaml: yaml`
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop, labels: { istio-injection: enabled, istio.io/dataplane-mode: ambient } }
      `,
    },
    'overlays that label the same Namespace differently': {
      files: {
        'a/ns.yaml':
          'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio-injection: enabled } }\n',
        'b/ns.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { istio.io/rev: canary } }\n',
      },
    },
  },
});
