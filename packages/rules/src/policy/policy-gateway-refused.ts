import {
  type AuthorizationPolicy,
  allowPoliciesFor,
  certificateOf,
  defineRule,
  gatewaysBefore,
  type Mesh,
  nameOf,
  openServers,
  policyToJudge,
  principalOf,
  requestsTo,
  type Seen,
  servedPorts,
  valuesOf,
  type Workload,
  whyNobodyGetsIn,
  workloadsUnder,
} from '@meshvet/core';

export const policyGatewayRefused = defineRule({
  meta: {
    id: 'policy-gateway-refused',
    summary: 'An AuthorizationPolicy refuses everything that comes through a gateway.',
    why: 'A policy of the root namespace without selector holds for gateways too, where requests from outside have no identity; and pods behind a gateway see the gateway as their caller: what no ALLOW rule lets in gets 403.',
    fix: 'Let requests from outside in at the gateway with a policy for its pods, and let the service account of the gateway in at the pods behind it.',
    severity: 'warning',
    subject: 'resource',
    judgedAround: true,
    types: ['security.istio.io/AuthorizationPolicy'],
    since: '1.5',
    sources: [
      'istio.io/docs/reference/config/security/authorization-policy/ (selector, rules)',
      'istio.io/docs/tasks/security/authorization/authz-ingress/',
      'istio/istio pilot/pkg/model/authorization.go (ListAuthorizationPolicies)',
      'istio/istio issues 35626, 36119',
    ],
    messages: {
      closed: '{policy} holds for the gateway {gateway} too, and {lets}: every request from outside is refused there.',
      behind:
        '{policy}: {route} sends requests from gateway {gateway} to {pods}, which lets nobody in as {principal}, so all of them are refused.',
    },
  },
  examples: {
    bad: [
      {
        title: 'allow nothing in the root namespace',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: istio-system }
          spec:
            type: LoadBalancer
            selector: { istio: edge }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { serviceAccountName: edge, containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: allow-nothing, namespace: istio-system }
          spec: {} #~ closed
        `,
      },
      {
        title: 'the gateway is not among the callers',
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
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: istio-system }
          spec:
            type: LoadBalancer
            selector: { istio: edge }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { serviceAccountName: edge, containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: { name: cart, namespace: shop }
          spec:
            hosts: [shop.example.com]
            gateways: [istio-system/edge]
            http: [{ route: [{ destination: { host: cart } }] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules: #~ behind
              - from: [{ source: { principals: [cluster.local/ns/shop/sa/front] } }]
        `,
      },
    ],
    good: [
      {
        title: 'a policy of its own for the gateway',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: edge, namespace: istio-system }
          spec:
            type: LoadBalancer
            selector: { istio: edge }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { matchLabels: { istio: edge } }
            template:
              metadata: { labels: { istio: edge }, annotations: { inject.istio.io/templates: gateway } }
              spec: { serviceAccountName: edge, containers: [{ name: istio-proxy, image: auto }] }
          ---
          apiVersion: networking.istio.io/v1
          kind: Gateway
          metadata: { name: edge, namespace: istio-system }
          spec:
            selector: { istio: edge }
            servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }]
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: allow-nothing, namespace: istio-system }
          spec: {}
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: edge, namespace: istio-system }
          spec: { selector: { matchLabels: { istio: edge } }, rules: [{ to: [{ operation: { hosts: [shop.example.com] } }] }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const policy = policyToJudge(mesh, resource);
    if (policy?.action !== 'ALLOW' || policy.dryRun !== false) return;
    const rules = resource.body.at('spec').at('rules');
    const at = rules.exists ? rules : resource.body.at('spec');
    const severity = mesh.settings.closedWorld ? 'error' : 'warning';
    const words = { policy: nameOf(resource) };
    for (const workload of workloadsUnder(mesh, policy).slice(0, MOST)) {
      if (workload.isGateway) {
        if (speakerFor(mesh, workload, true) !== policy || !isClosedOutside(mesh, workload)) continue;
        const lets =
          policy.rules.length === 0 ? 'lets nobody in' : 'asks who the caller is, which no request from outside shows';
        const related = [{ at: workload.resource.body.at('metadata').at('name'), note: 'the gateway' }];
        return report(
          at,
          'closed',
          { ...words, gateway: nameOf(workload.resource), lets },
          { severity, related, onKey: true },
        );
      }
      if (speakerFor(mesh, workload, false) !== policy || policy.rules.length === 0) continue;
      const refused = refusedBefore(mesh, policy, workload);
      if (!refused) continue;
      return report(
        at,
        'behind',
        {
          ...words,
          route: nameOf(refused.route),
          gateway: nameOf(refused.gateway.resource),
          pods: nameOf(workload.resource),
          principal: refused.principal,
        },
        {
          severity,
          onKey: true,
          related: [{ at: refused.route.body.at('spec').at('http'), note: 'the route from the gateway' }],
        },
      );
    }
  },
});

const MOST = 50;

// Of several policies one speaks: at a gateway the widest, at pods the first that has rules.
function speakerFor(mesh: Mesh, workload: Workload, wide: boolean): AuthorizationPolicy | undefined {
  const policies = allowPoliciesFor(mesh, workload);
  return wide ? policies[0] : policies.find((p) => p.rules.length > 0);
}

/** Whether no policy that was read lets a request from outside in, at any port that the gateway opens. */
function isClosedOutside(mesh: Mesh, gateway: Workload): boolean {
  const { byPort } = openServers(mesh, gateway);
  // A server of the mesh itself, or one that asks for certificates, may know who calls.
  const isOutside = [...byPort.values()].every((servers) =>
    servers.every(
      ({ mode }) =>
        mode !== 'ISTIO_MUTUAL' && mode !== 'MUTUAL' && mode !== 'OPTIONAL_MUTUAL' && mode !== 'AUTO_PASSTHROUGH',
    ),
  );
  if (byPort.size === 0 || !isOutside) return false;
  const peer: Seen['peer'] = { state: 'none', why: 'the request comes from outside the mesh' };
  return [...byPort.keys()].every(
    (port) =>
      whyNobodyGetsIn(
        mesh,
        gateway,
        requestsTo(mesh, gateway, port).map((seen) => ({ ...seen, peer })),
      ) !== undefined,
  );
}

function refusedBefore(mesh: Mesh, policy: AuthorizationPolicy, workload: Workload) {
  if (mesh.sidecar(workload).present !== 'yes') return undefined;
  for (const { gateway, route } of gatewaysBefore(mesh, workload)) {
    const caller = certificateOf(mesh, gateway);
    if (caller.state !== 'known' || !mesh.appliedTogether(route, policy.resource)) continue;
    const { identity } = caller;
    // An entry for the namespace of the gateway that means another account is told as such.
    const names = valuesOf(policy, PRINCIPALS).some(({ text }) => text.includes(`/ns/${identity.namespace}/`));
    const { ports } = servedPorts(mesh, workload);
    const isRefused = ports.every((port) => {
      const requests = requestsTo(mesh, workload, port);
      const known = requests.map(
        (seen): Seen => ({ ...seen, peer: seen.peer.state === 'none' ? seen.peer : { state: 'known', identity } }),
      );
      // What shuts the door for everybody is told elsewhere.
      return (
        whyNobodyGetsIn(mesh, workload, requests) === undefined && whyNobodyGetsIn(mesh, workload, known) !== undefined
      );
    });
    if (!names && ports.length > 0 && isRefused) return { gateway, route, principal: principalOf(identity) };
  }
  return undefined;
}

const PRINCIPALS = new Set(['principal'] as const);
