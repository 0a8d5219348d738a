import {
  type AuthorizationPolicy,
  admittanceOf,
  allowPoliciesFor,
  defineRule,
  inboundListenerOf,
  isCaptured,
  type Mesh,
  mtlsOf,
  nameOf,
  normalizedPath,
  type Probe,
  pathNormalizationOf,
  portNumberOf,
  probeRewriting,
  probesOf,
  requestsTo,
  type Seen,
  type Workload,
  whyNobodyGetsIn,
} from '@meshvet/core';
import { severityForSidecar } from '../shared/severity/audience.ts';

export const policyProbeRefused = defineRule({
  meta: {
    id: 'policy-probe-refused',
    summary:
      'An AuthorizationPolicy refuses the probes of the kubelet, which are not sent through the agent of the proxy.',
    why: 'A probe that is not rewritten goes to the port of the application, through the sidecar, without identity: what no policy lets in gets 403, and the pods never become ready or are started again and again.',
    fix: 'Let the injector rewrite the probes, or let their path in with a rule that asks for no identity.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    since: '1.5',
    sources: [
      'istio.io: Health Checking of Istio Services',
      'istio/istio pkg/kube/inject/app_probe.go',
      'istio/istio issue 22316',
    ],
    messages: {
      refused:
        '{resource}: the {probe} of container {container} asks for {path} at port {port}, is not rewritten, and {policy} {how} it, so the pods fail the probe.',
    },
  },
  examples: {
    bad: [
      {
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations: { sidecar.istio.io/rewriteAppHTTPProbers: "false" }
              spec:
                containers:
                  - name: cart
                    image: cart
                    readinessProbe:
                      httpGet: #~ refused
                        path: /ready
                        port: 8080
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            rules: [{ to: [{ operation: { paths: ["/items*"] } }] }]
        `,
      },
    ],
    good: [
      {
        title: 'the injector sends the probe to the agent',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata: { name: shop, labels: { istio-injection: enabled } }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers:
                  - { name: cart, image: cart, readinessProbe: { httpGet: { path: /ready, port: 8080 } } }
          ---
          apiVersion: security.istio.io/v1
          kind: AuthorizationPolicy
          metadata: { name: cart, namespace: shop }
          spec: { selector: { matchLabels: { app: cart } }, rules: [{ to: [{ operation: { paths: ["/items*"] } }] }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const severity = severityForSidecar(mesh, workload, 'warning');
    if (!severity || mesh.sidecar(workload).present !== 'yes') return;
    const rewriting = probeRewriting(mesh, workload);
    if (rewriting === 'unknown' || rewriting === 'on') return;
    for (const probe of probesOf(workload)) {
      const port = portNumberOf(probe);
      if (port === undefined || !isSeen(mesh, workload, probe, port)) continue;
      const refusal = refusalOf(mesh, workload, probe, port);
      if (!refusal) continue;
      report(
        probe.handler,
        'refused',
        {
          resource: nameOf(workload.resource),
          probe: probe.name,
          container: probe.container.name,
          path: requestOf(probe).path,
          port,
          policy: refusal.policy,
          how: refusal.how,
        },
        { severity, onKey: true, related: refusal.at ? [{ at: refusal.at, note: 'the policy' }] : [] },
      );
    }
  },
});

// Where mutual TLS is demanded the probe fails before any policy sees it, and another rule tells that.
function isSeen(mesh: Mesh, workload: Workload, probe: Probe, port: number): boolean {
  if (probe.elsewhere || probe.kind === 'tcp' || probe.handler.at('scheme').string() === 'HTTPS') return false;
  if (probe.handler.at('path').text()?.startsWith('/app-health/')) return false;
  const { possible } = mtlsOf(mesh, workload, port);
  return isCaptured(mesh, workload, port) === 'yes' && !(possible.length === 1 && possible[0] === 'STRICT');
}

function requestOf(probe: Probe): { readonly method: string; readonly path: string } {
  if (probe.kind === 'grpc') return { method: 'POST', path: '/grpc.health.v1.Health/Check' };
  const written = probe.handler.at('path').text() || '/';
  return { method: 'GET', path: written.startsWith('/') ? written : `/${written}` };
}

function refusalOf(mesh: Mesh, workload: Workload, probe: Probe, port: number) {
  const { method, path } = requestOf(probe);
  const listener = inboundListenerOf(mesh, workload, port);
  const layers =
    listener.possible.includes('tcp') && listener.possible.length === 1 ? ['tcp' as const] : ['http' as const];
  const requests = requestsTo(mesh, workload, port)
    .filter((seen) => layers.includes(seen.layer as never))
    .map(
      (seen): Seen => ({
        ...seen,
        peer: { state: 'none', why: 'the kubelet shows no certificate' },
        method,
        path: normalizedPath(path, pathNormalizationOf(mesh)),
        sni: '',
        token: false,
      }),
    );
  const [request] = requests;
  if (!request) return undefined;
  const closed = whyNobodyGetsIn(mesh, workload, requests);
  if (closed) {
    const [first] = allowPoliciesFor(mesh, workload) as [AuthorizationPolicy];
    return { policy: nameOf(first.resource), how: 'does not let in', at: first.resource.body.at('spec') };
  }
  // What holds for sure refuses, whatever else stands elsewhere.
  const { allowed, steps } = admittanceOf(mesh, workload, request);
  const field = steps[0]?.field;
  return allowed === false ? { policy: 'a DENY policy', how: 'refuses', at: field } : undefined;
}
