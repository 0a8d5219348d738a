import { defineRule, kialiPolicyCodes, nameOf, ztunnelPolicyOf } from '@meshvet/core';

export const ambientL7DenyNoEffect = defineRule({
  meta: {
    id: 'ambient-l7-deny-no-effect',
    summary: 'An AuthorizationPolicy that denies by HTTP attributes denies nothing, because no waypoint reads them.',
    why: 'The ztunnel strips what it cannot check, and a clause of which nothing is left matches no connection: the rule lets through all that it was written to stop.',
    fix: 'Deploy a waypoint and name it or the Service in targetRefs, or deny by ports, namespaces and principals in each clause.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['KIA0109', 'KIA0110'],
    since: '1.18',
    sources: [
      'istio/istio pilot/pkg/serviceregistry/kube/controller/ambient/authorization.go (handleRule; the status says so since 1.31)',
      'istio.io: Use Layer 4 security policy',
    ],
    messages: {
      policy:
        '{policy}: it denies by {attribute}, which {who} can check; nothing is left of the clause for ztunnel, so the policy denies nothing at all.',
      rule: '{policy}: rule {number} denies by {attribute}, which {who} can check; nothing is left of the clause for ztunnel, so the rule denies nothing.',
    },
  },
  examples: {
    bad: [
      {
        title: 'whom to stop ztunnel knows, but not what: it stops nobody',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
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
          metadata: { name: no-delete, namespace: shop }
          spec:
            action: DENY
            rules:
              - from: [{ source: { namespaces: [test] } }]
                to:
                  - operation:
                      methods: [DELETE] #~ policy \`methods\`
        `,
      },
      {
        title: 'one of two rules',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
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
          metadata: { name: no-test, namespace: shop }
          spec:
            action: DENY
            rules:
              - from: [{ source: { namespaces: [test] } }]
              - from: [{ source: { namespaces: [stage] } }]
                when:
                  - key: request.headers[x-debug] #~ rule
                    values: ["1"]
        `,
      },
    ],
    good: [
      {
        title: 'denied by what ztunnel sees',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
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
          metadata: { name: no-test, namespace: shop }
          spec:
            action: DENY
            rules:
              - from: [{ source: { namespaces: [test] } }]
                to: [{ operation: { ports: ["8080"] } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = ztunnelPolicyOf(mesh, resource);
    if (policy?.action !== 'DENY') return;
    const idle = policy.rules.filter((rule) => rule.l7.length > 0 && !rule.enforceable);
    const whole = policy.rules.every((rule) => !rule.enforceable);
    for (const { l7, number } of whole ? idle.slice(0, 1) : idle) {
      const [first] = l7;
      if (!first) continue;
      const who = policy.waypoint === 'no' ? 'only a waypoint' : 'only a waypoint, by a policy with targetRefs,';
      const data = { policy: nameOf(resource), attribute: first.name, who };
      const options = {
        onKey: first.field.key !== 'key',
        codes: kialiPolicyCodes(policy),
        severity: policy.workload || mesh.settings.closedWorld ? ('error' as const) : ('warning' as const),
      };
      if (whole) report(first.field, 'policy', data, options);
      else report(first.field, 'rule', { ...data, number }, options);
    }
  },
});
