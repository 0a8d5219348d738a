import { testRule, yaml } from '@meshvet/core/testing';
import { injectSystemNamespace } from './inject-system-namespace.ts';

testRule(injectSystemNamespace, {
  bad: {
    'a revision, and the namespace of leases': yaml`
      apiVersion: v1
      kind: Namespace
      metadata:
        name: kube-node-lease
        labels:
          istio.io/rev: canary #~ ignored
    `,
    'Istio 1.0': {
      settings: { profile: 'istio-1.0' },
      yaml: yaml`
        apiVersion: v1
        kind: Namespace
        metadata:
          name: kube-public
          labels:
            istio-injection: enabled #~ ignored
      `,
    },
  },
  good: {
    'up to 1.8 the list was shorter': {
      settings: { istioVersion: '1.8' },
      yaml: yaml`
        apiVersion: v1
        kind: Namespace
        metadata: { name: kube-node-lease, labels: { istio-injection: enabled } }
      `,
    },
    'istio-system is not on the list': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: istio-system, labels: { istio-injection: enabled } }
    `,
    'another value keeps the revision from being read': yaml`
      apiVersion: v1
      kind: Namespace
      metadata: { name: kube-system, labels: { istio-injection: disabled, istio.io/rev: canary } }
    `,
  },
});
