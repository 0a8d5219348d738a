import {
  type AuthorizationPolicy,
  callersMeant,
  callsWithoutIdentity,
  defineRule,
  type Mesh,
  meshIdentityOf,
  nameOf,
  type PlainCalls,
  type PolicyValue,
  policyToJudge,
  type Resource,
  requestsTo,
  type Severity,
  servedPorts,
  valuesOf,
  type Workload,
  whyNobodyGetsIn,
  workloadsUnder,
} from '@meshvet/core';

export const policyCallerUnidentified = defineRule({
  meta: {
    id: 'policy-caller-unidentified',
    summary: 'An AuthorizationPolicy means callers that never show who they are.',
    why: 'Principals, namespaces and service accounts are read from the certificate of the proxy of the caller: without a proxy, or over plain text, there is none, so an ALLOW policy refuses the callers it names and a DENY policy lets them in.',
    fix: 'Give the callers a sidecar or ambient mode, and let them speak mutual TLS: remove what turns TLS off in their DestinationRule.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy'],
    since: '1.5',
    sources: [
      'istio.io/docs/concepts/security/#dependency-on-mutual-tls',
      'istio.io/docs/reference/config/security/authorization-policy/#Source',
      'istio/istio pilot/pkg/security/authz/model/generator.go (srcNamespaceGenerator, srcPrincipalGenerator)',
      'istio/istio issue 36119',
    ],
    messages: {
      outside:
        '{policy}: {field} "{written}" means {callers}, which has no proxy of the mesh and shows no identity ({reason}), so {effect}.',
      plain:
        '{policy}: {field} "{written}" means {callers}, which sends plain text to {host} and shows no identity ({reason}), so {effect}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'pods of a namespace without sidecars',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: legacy }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: batch, namespace: legacy }
          spec:
            selector: { matchLabels: { app: batch } }
            template:
              metadata: { labels: { app: batch } }
              spec: { serviceAccountName: batch, containers: [{ name: batch, image: batch }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            rules:
              - from:
                  - source:
                      principals: [cluster.local/ns/legacy/sa/batch] #~ outside
        `,
      },
      {
        title: 'a DestinationRule turns TLS off',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { serviceAccountName: cart, containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: front, namespace: shop }
          spec:
            selector: { matchLabels: { app: front } }
            template:
              metadata: { labels: { app: front } }
              spec: { serviceAccountName: front, containers: [{ name: front, image: front }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec: { host: cart, trafficPolicy: { tls: { mode: DISABLE } } }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules:
              - from:
                  - source:
                      principals: [cluster.local/ns/shop/sa/front] #~ plain
        `,
      },
    ],
    good: [
      {
        title: 'in ambient mode the ztunnel shows who calls',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: legacy, labels: { istio.io/dataplane-mode: ambient } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: batch, namespace: legacy }
          spec:
            selector: { matchLabels: { app: batch } }
            template:
              metadata: { labels: { app: batch } }
              spec: { serviceAccountName: batch, containers: [{ name: batch, image: batch }] }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec: { rules: [{ from: [{ source: { principals: [cluster.local/ns/legacy/sa/batch] } }] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (policy?.dryRun !== false || (policy.action !== 'ALLOW' && policy.action !== 'DENY')) return;
    for (const value of valuesOf(policy, CALLERS)) {
      if (value.negated) continue;
      const meant = callersMeant(mesh, value, resource.namespace ?? '').slice(0, MOST);
      const [first] = meant;
      if (!first) continue;
      const words = {
        policy: nameOf(resource),
        field: value.list.name,
        written: value.text,
        callers: nameOf(first.resource),
        effect: policy.action === 'DENY' ? 'it is not stopped' : 'it is refused',
      };
      const outside = outsideBecause(mesh, meant, resource);
      if (outside !== undefined) {
        const severity = mesh.settings.closedWorld && isRefused(mesh, policy) ? 'error' : 'warning';
        const related = [{ at: first.resource.body.at('metadata').at('name'), note: 'the callers' }];
        report(value.item, 'outside', { ...words, reason: outside }, { severity, related });
        continue;
      }
      const plain = plainCalls(mesh, policy, value, meant);
      if (!plain) continue;
      const severity: Severity = policy.action === 'DENY' || isRefused(mesh, policy) ? 'error' : 'warning';
      const reason = plain.rule ? `${nameOf(plain.rule)}: ${plain.why}` : plain.why;
      const related = plain.field ? [{ at: plain.field, note: 'TLS of the callers' }] : [];
      report(value.item, 'plain', { ...words, host: plain.host, reason }, { severity, related });
    }
  },
});

const CALLERS = new Set(['principal', 'namespace', 'serviceAccount'] as const);
const MOST = 50;

/** Why none of some pods has a proxy; undefined where one has, or may have. */
function outsideBecause(mesh: Mesh, callers: readonly Workload[], policy: Resource): string | undefined {
  const reasons = callers.map((caller) => {
    if (!mesh.appliedTogether(caller.resource, policy)) return undefined;
    const identity = meshIdentityOf(mesh, caller);
    return identity.state === 'none' ? identity.why : undefined;
  });
  return reasons.includes(undefined) ? undefined : reasons[0];
}

// All callers that are meant, to all pods that the policy holds for.
function plainCalls(
  mesh: Mesh,
  policy: AuthorizationPolicy,
  { condition }: PolicyValue,
  callers: readonly Workload[],
): PlainCalls | undefined {
  // Of a whole namespace not all pods need be among the files.
  if (condition.attribute === 'namespace' && !mesh.settings.closedWorld) return undefined;
  const servers = workloadsUnder(mesh, policy).filter((w) => !w.isGateway && mesh.sidecar(w).present === 'yes');
  let first: PlainCalls | undefined;
  for (const server of servers.slice(0, MOST)) {
    for (const caller of callers) {
      const calls = callsWithoutIdentity(mesh, caller, server);
      // That the server takes no mutual TLS is told at its PeerAuthentication.
      if (!calls || calls.byServer || meshIdentityOf(mesh, caller).state !== 'known') return undefined;
      first ??= calls;
    }
  }
  return first;
}

/** Whether no policy that was read lets a caller without identity in, at any of the pods. */
function isRefused(mesh: Mesh, policy: AuthorizationPolicy): boolean {
  const workloads = workloadsUnder(mesh, policy).filter((w) => !w.isGateway && mesh.sidecar(w).present === 'yes');
  return (
    workloads.length > 0 &&
    workloads.slice(0, MOST).every((workload) => {
      const { ports } = servedPorts(mesh, workload);
      return ports.every((port) => {
        const requests = requestsTo(mesh, workload, port).map((seen) => ({
          ...seen,
          peer: { state: 'none', why: 'the caller shows no certificate' } as const,
        }));
        return whyNobodyGetsIn(mesh, workload, requests) !== undefined;
      });
    })
  );
}
