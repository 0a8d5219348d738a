import {
  authorizationPolicies,
  authorizationPoliciesFor,
  defineRule,
  isControlPlane,
  isSystemNamespace,
  nameOf,
} from '@meshvet/core';

export const policyWorkloadUncovered = defineRule({
  meta: {
    id: 'policy-workload-uncovered',
    summary: 'No AuthorizationPolicy holds for a workload.',
    why: 'Where no policy holds, every caller gets in, also from outside the mesh where mutual TLS is not demanded.',
    fix: 'Write a policy without rules for the namespace, which lets nobody in, and beside it one for each caller.',
    severity: 'warning',
    profiles: { 'istio-1.0': 'off', 'istio-legacy': 'off', 'istio-current': 'off' },
    advice: true,
    about: 'istio',
    subject: 'workload',
    codes: ['KIA1301'],
    since: '1.4',
    sources: [
      'istio.io/docs/ops/best-practices/security/#use-default-deny-patterns',
      'kiali business/checkers/workloads/uncovered_workload_checker.go',
    ],
    messages: {
      uncovered: '{workload}: no AuthorizationPolicy holds for it, so everybody gets in.',
    },
  },
  examples: {
    bad: [
      {
        settings: { closedWorld: true },
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: cart #~ uncovered
            namespace: shop
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        settings: { closedWorld: true },
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: default, namespace: shop }
          spec: {}
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const { resource } = workload;
    if (!mesh.settings.closedWorld || isSystemNamespace(resource.namespace)) return;
    if (isControlPlane(resource.labels) || mesh.membership(workload).answer === 'no') return;
    const { inForce, known } = authorizationPoliciesFor(mesh, workload);
    if (!known || inForce.length > 0) return;
    // What targetRefs name may be a Service of these pods.
    const attached = authorizationPolicies(mesh).some(
      (p) => p.selection.attached && p.resource.namespace === resource.namespace,
    );
    if (!attached) report(resource.body.at('metadata').at('name'), 'uncovered', { workload: nameOf(resource) });
  },
});
