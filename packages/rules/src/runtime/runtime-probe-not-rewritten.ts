import {
  defineRule,
  isCaptured,
  isSettled,
  type Mesh,
  mtlsOf,
  nameOf,
  type Probe,
  portNumberOf,
  probeRewriting,
  probesOf,
  REWRITE_KEY,
  type Workload,
} from '@meshvet/core';
import { deleteEntry } from '../shared/edits/mapping-edit.ts';
import { severityForSidecar } from '../shared/severity/audience.ts';

// Source: `pkg/kube/inject/app_probe.go`, by tag.
const SINCE = { tcp: '1.12', grpc: '1.13', lifecycle: '1.25' } as const;

export const runtimeProbeNotRewritten = defineRule({
  meta: {
    id: 'runtime-probe-not-rewritten',
    summary:
      'The kubelet probes a port that takes mutual TLS only, and the probe is not sent through the agent of the proxy.',
    why: 'The kubelet has no certificate of the mesh: HTTP and gRPC probes are refused, so the pods never become ready or are started again and again, and a TCP probe only meets the proxy, so it succeeds whatever the application does.',
    fix: 'Let the injector rewrite the probes: remove the annotation that turns it off, or probe with exec, or a port that is left out of the capture.',
    severity: 'warning',
    about: 'istio',
    subject: 'workload',
    since: '1.6',
    sources: [
      'istio/istio pkg/kube/inject/app_probe.go (TCP since 1.12, gRPC since 1.13, lifecycle hooks since 1.25)',
      'istio.io: Health Checking of Istio Services',
      'istio/istio pilot/pkg/security/authn/policy_applier.go',
    ],
    messages: {
      annotation:
        '{resource}: annotation sidecar.istio.io/rewriteAppHTTPProbers is "{value}", and port {port} takes mutual TLS only, so the {probe} of container {container} {effect}.',
      installation:
        '{resource}: the injector does not rewrite probes here ({reason}), and port {port} takes mutual TLS only, so the {probe} of container {container} {effect}.',
      version:
        '{resource}: Istio {version} does not rewrite {kind} (it does since {since}), and port {port} takes mutual TLS only, so the {probe} of container {container} {effect}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'rewriting turned off where mutual TLS is demanded',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
                annotations:
                  sidecar.istio.io/rewriteAppHTTPProbers: "false" #~ annotation \`"false"\`
              spec:
                containers:
                  - name: cart
                    image: cart
                    readinessProbe: { httpGet: { path: /ready, port: 8080 } }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: STRICT } }
        `,
      },
      {
        title: 'gRPC probes of an old Istio',
        settings: { istioVersion: '1.12' },
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers:
                  - name: cart
                    image: cart
                    livenessProbe:
                      grpc: { port: 8080 } #~ version \`8080\`
          ---
          apiVersion: security.istio.io/v1beta1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: STRICT } }
        `,
      },
    ],
    good: [
      {
        title: 'the injector rewrites the probe',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec:
                containers:
                  - name: cart
                    image: cart
                    readinessProbe: { httpGet: { path: /ready, port: 8080 } }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: STRICT } }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    // In Istio before 1.6 what holds for a port depends on its Services as well.
    if (!mesh.istioAtLeast('1.6')) return;
    const severity = severityForSidecar(mesh, workload, 'warning');
    if (!severity) return;
    const refused = probesOf(workload).filter((probe) => isRefused(mesh, workload, probe));
    const [first] = refused;
    if (!first) return;
    const switched = probeRewriting(mesh, workload);
    if (switched === 'unknown') return;
    const resource = nameOf(workload.resource);
    const data = (probe: Probe) => ({
      resource,
      port: portNumberOf(probe) ?? '',
      probe: probe.name,
      container: probe.container.name,
      effect: effectOf(probe),
    });
    const strict = (probe: Probe) => {
      const { field } = mtlsOf(mesh, workload, portNumberOf(probe));
      return field ? [{ at: field, note: 'mutual TLS is demanded here' }] : [];
    };
    if (switched === 'annotation') {
      const field = workload.podAnnotations.at(REWRITE_KEY);
      const related = refused.slice(0, 3).map((probe) => ({ at: probe.handler, note: `the ${probe.name}` }));
      const suggested =
        isSettled(workload.resource) && mesh.installation.rewriteAppHTTPProbe.value ? deleteEntry(field) : [];
      return report(
        field,
        'annotation',
        { ...data(first), value: field.text() ?? '' },
        { severity, suggested, related: [...related, ...strict(first)] },
      );
    }
    for (const probe of refused) {
      if (switched !== 'on') {
        report(
          probe.portField,
          'installation',
          { ...data(probe), reason: switched.reason },
          { severity, related: strict(probe) },
        );
      } else if (probe.kind !== 'http' && !mesh.istioAtLeast(SINCE[probe.kind])) {
        const kind = probe.kind === 'lifecycle' ? 'lifecycle hooks' : `${probe.kind === 'tcp' ? 'TCP' : 'gRPC'} probes`;
        const version = mesh.settings.istioVersion.join('.');
        report(
          probe.portField,
          'version',
          { ...data(probe), version, kind, since: SINCE[probe.kind] },
          {
            severity,
            related: strict(probe),
            fix: 'Probe with exec or HTTP, or a port that is left out of the capture.',
          },
        );
      }
    }
  },
});

function isRefused(mesh: Mesh, workload: Workload, probe: Probe): boolean {
  const port = portNumberOf(probe);
  // What was rewritten already goes to the agent.
  if (port === undefined || probe.elsewhere || probe.handler.at('path').text()?.startsWith('/app-health/'))
    return false;
  const { mode, certain } = mtlsOf(mesh, workload, port);
  return mode === 'STRICT' && certain && isCaptured(mesh, workload, port) === 'yes';
}

function effectOf(probe: Probe): string {
  if (probe.kind === 'tcp') return 'succeeds as soon as the proxy listens';
  return probe.kind === 'lifecycle' ? 'fails' : 'is refused';
}
