import { testRule, yaml } from '@meshvet/core/testing';
import { k8sApiRemoved } from './k8s-api-removed.ts';

testRule(k8sApiRemoved, {
  bad: {
    'the file for older clusters beside the one for newer ones': yaml`
      apiVersion: policy/v1beta1 #~ besideNewer
      kind: PodDisruptionBudget
      metadata: { name: cart, namespace: shop }
      spec: { selector: { matchLabels: { app: cart } } }
      ---
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: { name: cart, namespace: shop }
      spec: { selector: { matchLabels: { app: cart } } }
    `,
    'before and after of a guide': yaml`
      apiVersion: authentication.istio.io/v1alpha1 #~ besideNewer
      kind: MeshPolicy
      metadata: { name: default }
      spec: { peers: [{ mtls: {} }] }
      ---
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata: { name: default, namespace: istio-system }
      spec: { mtls: { mode: STRICT } }
    `,
    'a CronJob, which needs the version only': yaml`
      apiVersion: batch/v1beta1 #~ moved
      kind: CronJob
      metadata: { name: nightly, namespace: shop }
      spec:
        schedule: "0 3 * * *"
        jobTemplate:
          spec:
            template:
              spec:
                restartPolicy: Never
                containers: [{ name: nightly, image: "nightly:1" }]
    `,
    'a policy that nothing took the place of': yaml`
      apiVersion: policy/v1beta1 #~ gone
      kind: PodSecurityPolicy
      metadata: { name: strict }
      spec: {}
    `,
    'what Mixer read': yaml`
      apiVersion: config.istio.io/v1alpha2 #~ replaced
      kind: handler
      metadata: { name: quotahandler, namespace: istio-system }
      spec: {}
    `,
    'the items of a List': yaml`
      apiVersion: v1
      kind: List
      items:
        - apiVersion: networking.k8s.io/v1beta1 #~ moved
          kind: Ingress
          metadata: { name: cart, namespace: shop }
          spec: {}
    `,
  },
  good: {
    'the versions of today': yaml`
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: cart, namespace: shop }
      spec:
        selector: { matchLabels: { app: cart } }
        template:
          metadata: { labels: { app: cart } }
          spec:
            containers: [{ name: cart, image: "cart:1" }]
      ---
      apiVersion: networking.istio.io/v1alpha3
      kind: VirtualService
      metadata: { name: cart, namespace: shop }
      spec: { hosts: [cart] }
    `,
    'a kind that the group never had is no removed one': yaml`
      apiVersion: extensions/v1beta1
      kind: Widget
      metadata: { name: a, namespace: shop }
    `,
    'a release of Istio that still had it': {
      yaml: yaml`
        apiVersion: authentication.istio.io/v1alpha1
        kind: Policy
        metadata: { name: default, namespace: shop }
        spec: { peers: [{ mtls: {} }] }
      `,
      settings: { istioVersion: '1.4' },
    },
    'the last release that served it': {
      yaml: yaml`
        apiVersion: batch/v1beta1
        kind: CronJob
        metadata: { name: nightly, namespace: shop }
        spec: {}
      `,
      settings: { kubernetesVersion: '1.24' },
    },
  },
});
