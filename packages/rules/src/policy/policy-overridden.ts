import {
  type AuthorizationPolicy,
  type AuthorizationRule,
  authorizationPoliciesFor,
  defineRule,
  type Field,
  type Mesh,
  nameOf,
  policyToJudge,
  type Workload,
  workloadsUnder,
} from '@meshvet/core';

export const policyOverridden = defineRule({
  meta: {
    id: 'policy-overridden',
    summary:
      'An AuthorizationPolicy has no effect, since another one for the same pods lets everybody in, or refuses everybody.',
    why: 'ALLOW policies add up, so beside one with an empty rule no other restricts anything; DENY policies are looked at first, so beside one with an empty rule nobody gets in.',
    fix: 'Remove the rule that matches everything; to shut the door for what no rule allows, write an ALLOW policy without rules (spec: {}).',
    severity: 'error',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    since: '1.5',
    sources: [
      'istio.io/docs/concepts/security/#implicit-enablement',
      'istio.io/docs/reference/config/security/authorization-policy/',
      'istio/istio pilot/pkg/security/authz/builder/builder.go',
    ],
    messages: {
      open: '{policy} restricts nothing: {other} lets everybody in at the same pods ({pods}), and ALLOW policies add up.',
      shut: '{policy} denies every request to {pods}, and DENY policies are looked at first, so {other} lets nobody in.',
    },
  },
  examples: {
    bad: [
      {
        title: 'an empty rule for the namespace, and a narrow one for the pods',
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
          metadata: { name: allow-all, namespace: shop }
          spec: { rules: [{}] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules: #~ open
              - to: [{ operation: { methods: [GET] } }]
        `,
      },
      {
        title: 'DENY with an empty rule is no default',
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
          metadata: { name: deny-all, namespace: shop }
          spec:
            action: DENY
            rules: [{}] #~ shut
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec: { selector: { matchLabels: { app: cart } }, rules: [{ to: [{ operation: { methods: [GET] } }] }] }
        `,
      },
    ],
    good: [
      {
        title: 'allow nothing, and then some',
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
          metadata: { name: allow-nothing, namespace: shop }
          spec: {}
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec: { selector: { matchLabels: { app: cart } }, rules: [{ to: [{ operation: { methods: [GET] } }] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (policy?.dryRun !== false || policy.rules.length === 0) return;
    const workloads = workloadsUnder(mesh, policy).slice(0, MOST);
    const [first] = workloads;
    if (!first) return;
    const everything = policy.rules.find(matchesEverything);
    const words = { policy: nameOf(resource), pods: nameOf(first.resource) };
    if (policy.action === 'ALLOW' && !everything) {
      const opens = workloads.map((w) =>
        besides(mesh, policy, w).find((p) => isSure(p, 'ALLOW') && p.rules.some(matchesEverything)),
      );
      const [other] = opens;
      if (!other || opens.includes(undefined)) return;
      report(
        resource.body.at('spec').at('rules'),
        'open',
        { ...words, other: nameOf(other.resource) },
        { onKey: true, related: noteOf(other, 'lets everybody in') },
      );
    }
    if (policy.action !== 'DENY' || !everything) return;
    for (const workload of workloads) {
      const other = besides(mesh, policy, workload).find(
        (p) => isSure(p, 'ALLOW') && p.rules.length > 0 && p.selection.selector,
      );
      if (!other) continue;
      report(
        ruleField(everything),
        'shut',
        { ...words, pods: nameOf(workload.resource), other: nameOf(other.resource) },
        { related: noteOf(other, 'lets nobody in') },
      );
      return;
    }
  },
});

const MOST = 50;

function ruleField({ field }: AuthorizationRule): Field {
  return field;
}

function noteOf(policy: AuthorizationPolicy, note: string) {
  return [{ at: policy.resource.body.at('spec').at('rules'), note }];
}

/** Whether a rule asks for nothing at all. */
function matchesEverything({ from, to, when, skipped }: AuthorizationRule): boolean {
  const isOpen = (list: AuthorizationRule['from']) => list.length === 0 || list.some((one) => one.length === 0);
  return !skipped && when.length === 0 && isOpen(from) && isOpen(to);
}

function isSure({ action, dryRun, settled }: AuthorizationPolicy, wanted: 'ALLOW'): boolean {
  return action === wanted && dryRun === false && settled;
}

/** The other policies that surely hold for pods, where one manifest alone stands for each. */
function besides(mesh: Mesh, policy: AuthorizationPolicy, workload: Workload): readonly AuthorizationPolicy[] {
  return authorizationPoliciesFor(mesh, workload).inForce.flatMap(({ holds, variants }) => {
    const [only, second] = variants;
    if (!only || second || only === policy || holds !== 'yes') return [];
    return mesh.appliedTogether(only.resource, policy.resource) ? [only] : [];
  });
}
