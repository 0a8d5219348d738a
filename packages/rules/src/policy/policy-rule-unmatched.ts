import {
  type AuthorizationPolicy,
  allowPoliciesFor,
  closedPorts,
  defineRule,
  inboundListenerOf,
  type Mesh,
  nameOf,
  policyToJudge,
  type Reason,
  type Severity,
  servedPorts,
  type Workload,
  whyRuleNeverMatches,
  workloadsUnder,
} from '@meshvet/core';

export const policyRuleUnmatched = defineRule({
  meta: {
    id: 'policy-rule-unmatched',
    summary: 'No request to the pods of an AuthorizationPolicy can match one of its rules.',
    why: 'On a port of plain TCP an ALLOW rule with fields of HTTP is left out, and ports are those that the pods listen on, not those of the Service: nobody gets in, or nobody is stopped.',
    fix: 'Write the port of the pods, and for ports of TCP a rule of its own without methods, paths, hosts, headers and tokens.',
    severity: 'warning',
    subject: 'resource',
    types: ['security.istio.io/AuthorizationPolicy'],
    since: '1.5',
    sources: [
      'istio/istio pilot/pkg/security/authz/model/model.go (Generate, checkError)',
      'istio/istio pilot/pkg/security/authz/model/generator.go (destPortGenerator)',
      'istio.io/docs/tasks/security/authorization/authz-tcp/',
      'istio.io/docs/reference/config/security/authorization-policy/#Operation',
    ],
    messages: {
      tcp: '{policy}: this rule asks for {field}, which is of HTTP, and every port of {pods} that it is for is plain TCP ({ports}), so Istio leaves the rule out{effect}.',
      servicePort: '{policy}: {why}; this rule matches no request{effect}.',
      closed:
        '{policy}: nobody gets in at port {port} of {pods}, which is plain TCP: each rule asks for fields of HTTP, and Istio leaves such rules out there.',
    },
  },
  examples: {
    bad: [
      {
        title: 'methods on a port that is TCP by its name',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: data, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: queue, namespace: data }
          spec: { selector: { app: queue }, ports: [{ name: tcp-queue, port: 5672 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: queue, namespace: data }
          spec:
            selector: { matchLabels: { app: queue } }
            template:
              metadata: { labels: { app: queue } }
              spec: { containers: [{ name: queue, image: queue }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: queue, namespace: data }
          spec:
            selector: { matchLabels: { app: queue } }
            rules:
              - from: [{ source: { namespaces: [shop] } }]
                to:
                  - operation:
                      methods: [GET] #~ tcp \`methods\`
        `,
      },
      {
        title: 'the port of the Service',
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
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules:
              - to:
                  - operation:
                      ports: ["80"] #~ servicePort \`ports\`
        `,
      },
    ],
    good: [
      {
        title: 'a rule for each protocol',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: data, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: queue, namespace: data }
          spec:
            selector: { app: queue }
            ports: [{ name: tcp-queue, port: 5672 }, { name: http-admin, port: 80, targetPort: 15672 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: queue, namespace: data }
          spec:
            selector: { matchLabels: { app: queue } }
            template:
              metadata: { labels: { app: queue } }
              spec: { containers: [{ name: queue, image: queue }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: queue, namespace: data }
          spec:
            selector: { matchLabels: { app: queue } }
            rules:
              - to: [{ operation: { methods: [GET], ports: ["15672"] } }]
              - to: [{ operation: { ports: ["5672"] } }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (policy?.dryRun !== false || (policy.action !== 'ALLOW' && policy.action !== 'DENY')) return;
    const workloads = workloadsUnder(mesh, policy).slice(0, MOST);
    const [first] = workloads;
    if (!first) return;
    const words = { policy: nameOf(resource) };
    let told = false;
    for (const rule of policy.rules.slice(0, MOST)) {
      const whys = workloads.map((workload) => whyRuleNeverMatches(mesh, policy, rule, workload));
      const reason = whys.includes(undefined) ? undefined : whys.flatMap((why) => why ?? []).find(isOwn);
      if (!reason) continue;
      // A port that the pods say they open may be asked for at the address of the pod.
      if (reason.kind === 'service-port' && asksForDeclared(reason, workloads)) continue;
      told = true;
      const severity = severityOf(mesh, policy, workloads);
      const effect =
        policy.action === 'DENY' ? ' and stops nobody' : severity === 'error' ? ', and nobody gets in' : '';
      const options = { severity, onKey: true, related: relatedOf(mesh, first) };
      if (reason.kind === 'service-port')
        report(reason.field, 'servicePort', { ...words, why: reason.why, effect }, options);
      else
        report(
          reason.field,
          'tcp',
          { ...words, field: String(reason.field.key), pods: podsOf(workloads), ports: portsOf(mesh, first), effect },
          options,
        );
    }
    if (told || policy.action !== 'ALLOW') return;
    for (const workload of workloads) {
      const shut = shutByHttp(mesh, policy, workload);
      if (shut === undefined) continue;
      const severity: Severity = closedPorts(mesh, workload).all ? 'error' : 'warning';
      report(
        resource.body.at('spec').at('rules'),
        'closed',
        { ...words, port: shut, pods: nameOf(workload.resource) },
        { severity, onKey: true, related: relatedOf(mesh, workload, shut) },
      );
      return;
    }
  },
});

const MOST = 100;

function isOwn({ kind }: Reason): boolean {
  return kind === 'http-on-tcp' || kind === 'service-port';
}

function asksForDeclared({ field }: Reason, workloads: readonly Workload[]): boolean {
  const numbers = new Set(field.items().map((item) => Number(item.text())));
  return workloads.some((w) => w.declaredPorts.some((p) => p.number !== undefined && numbers.has(p.number)));
}

// Nobody gets in at any port of any of the pods, or nobody is stopped who should be.
function severityOf(mesh: Mesh, { action }: AuthorizationPolicy, workloads: readonly Workload[]): Severity {
  if (action === 'DENY') return 'error';
  return workloads.every((workload) => closedPorts(mesh, workload).all) ? 'error' : 'warning';
}

/** A port of TCP at which rules with fields of HTTP leave nobody; told at the first policy that has rules. */
function shutByHttp(mesh: Mesh, policy: AuthorizationPolicy, workload: Workload): number | undefined {
  const [speaker] = allowPoliciesFor(mesh, workload).filter((p) => p.rules.length > 0);
  if (speaker !== policy) return undefined;
  return closedPorts(mesh, workload).closed.find(
    ({ reasons }) => reasons.length > 0 && reasons.every((r) => r.kind === 'http-on-tcp'),
  )?.port;
}

function podsOf(workloads: readonly Workload[]): string {
  const [first, ...others] = workloads as [Workload, ...Workload[]];
  return others.length === 0 ? nameOf(first.resource) : `${nameOf(first.resource)} and ${others.length} more`;
}

function portsOf(mesh: Mesh, workload: Workload): string {
  const plain = servedPorts(mesh, workload).ports.filter((port) =>
    inboundListenerOf(mesh, workload, port).possible.every((p) => p === 'tcp'),
  );
  return plain.slice(0, 3).join(', ');
}

function relatedOf(mesh: Mesh, workload: Workload, port?: number) {
  const at = port ?? servedPorts(mesh, workload).ports[0];
  const field = at === undefined ? undefined : inboundListenerOf(mesh, workload, at).field;
  return field ? [{ at: field, note: 'what says how the port is read' }] : [];
}
