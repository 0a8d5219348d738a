import {
  asksForHttp,
  defineRule,
  kialiPolicyCodes,
  loneTargets,
  nameOf,
  unaskedPods,
  type ZtunnelRule,
  ztunnelPolicyOf,
} from '@meshvet/core';

export const ambientL7PolicyWithoutWaypoint = defineRule({
  meta: {
    id: 'ambient-l7-policy-without-waypoint',
    summary: 'An AuthorizationPolicy asks for what only a waypoint can check, and reaches no waypoint.',
    why: 'The ztunnel sees connections and not requests: a rule that allows by HTTP attributes is left out, so all that it would allow is denied, and one that denies by them denies more than it says.',
    fix: 'Deploy a waypoint and name it or the Service in targetRefs, or write the rule with ports, namespaces and principals.',
    severity: 'error',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy'],
    codes: ['KIA0109', 'KIA0110'],
    since: '1.18',
    sources: [
      'istio/istio pilot/pkg/serviceregistry/kube/controller/ambient/authorization.go (handleRule)',
      'istio.io: Use Layer 4 security policy',
      'kiali business/checkers/authorization',
    ],
    messages: {
      dropped:
        '{policy}: rule {number} allows by {attributes}, which {who} can check; ztunnel leaves the whole rule out, so what it would allow is denied.',
      more: '{policy}: rule {number} denies by {attributes}, which {who} can check; ztunnel checks the rest of the rule alone, so it denies more than is asked.',
      custom:
        '{policy}: action CUSTOM is for waypoints and sidecars; these pods are in ambient mode, where ztunnel leaves the whole policy out and a waypoint takes it by targetRefs only, so everybody is let in without being asked.',
      target:
        '{policy}: targetRefs names {kind} {service}, which has no waypoint ({reason}); neither ztunnel nor a sidecar reads a policy with targetRefs, so nobody enforces it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'nobody may call any more',
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
          metadata: { name: read, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            action: ALLOW
            rules:
              - to:
                  - operation:
                      methods: [GET] #~ dropped \`methods\`
        `,
      },
      {
        title: 'all that the namespace sends is denied, not only what it deletes',
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
                      ports: ["8080"]
                      methods: [DELETE] #~ more
        `,
      },
    ],
    good: [
      {
        title: 'ztunnel checks ports, namespaces and principals',
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
          metadata: { name: front, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules:
              - from: [{ source: { principals: [cluster.local/ns/shop/sa/front] } }]
                to: [{ operation: { ports: ["8080"] } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    for (const { kind, name, field, refused, refusing } of loneTargets(mesh, resource)) {
      const reason = refused
        ? 'label istio.io/use-waypoint says none'
        : refusing !== undefined
          ? `${refusing} is named, and takes no traffic to it`
          : 'neither it nor its namespace has label istio.io/use-waypoint';
      const codes = asksForHttp(resource) ? ['KIA0109'] : [];
      // Where it is written nowhere, somebody may have set the label by hand.
      const severity = refused || refusing !== undefined || mesh.settings.closedWorld ? 'error' : 'warning';
      report(field, 'target', { policy: nameOf(resource), kind, service: name, reason }, { codes, severity });
    }
    const unasked = unaskedPods(mesh, resource);
    if (unasked) {
      const codes = asksForHttp(resource) ? ['KIA0110', ...(unasked.waypoint === 'no' ? ['KIA0109'] : [])] : [];
      const severity = unasked.workload || mesh.settings.closedWorld ? 'error' : 'warning';
      report(resource.body.at('spec').at('action'), 'custom', { policy: nameOf(resource) }, { codes, severity });
    }
    const policy = ztunnelPolicyOf(mesh, resource);
    if (!policy) return;
    const who = policy.waypoint === 'no' ? 'only a waypoint' : 'only a waypoint, by a policy with targetRefs,';
    for (const rule of policy.rules) {
      const [first] = rule.l7;
      if (!first || (policy.action === 'DENY' && !rule.enforceable)) continue;
      report(
        first.field,
        policy.action === 'ALLOW' ? 'dropped' : 'more',
        { policy: nameOf(resource), number: rule.number, attributes: attributesOf(rule), who },
        {
          onKey: first.field.key !== 'key',
          codes: kialiPolicyCodes(policy),
          // Without a workload in sight somebody may still refuse ambient mode.
          severity: policy.workload || mesh.settings.closedWorld ? 'error' : 'warning',
        },
      );
    }
  },
});

function attributesOf({ l7 }: ZtunnelRule): string {
  const names = [...new Set(l7.map(({ name }) => name))];
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and more` : names.join(', ');
}
