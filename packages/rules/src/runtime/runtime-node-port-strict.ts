import {
  ambientOf,
  defineRule,
  isCaptured,
  judgesTargets,
  type Mesh,
  type Mtls,
  mtlsOf,
  nameOf,
  portLabel,
  type ServicePort,
  surelyBehind,
  type Workload,
  withVariants,
} from '@meshvet/core';
import { severityForSidecar, severityForWorkload } from '../shared/severity/audience.ts';

export const runtimeNodePortStrict = defineRule({
  meta: {
    id: 'runtime-node-port-strict',
    summary: 'A Service opens pods to the outside that take mutual TLS only.',
    why: 'Callers outside the mesh have no certificate of it, so every connection from a node port or a load balancer is reset.',
    fix: 'Let callers come in through a gateway of the mesh, or allow plain text for the port with portLevelMtls.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    since: '1.5',
    sources: [
      'istio.io: PeerAuthentication (mode STRICT)',
      'istio.io: Authentication Policy, mutual TLS migration',
      'istio/istio pilot/pkg/security/authn/policy_applier.go',
    ],
    messages: {
      reset:
        '{service}: type {type} opens {port} to callers outside the mesh, but {workload} takes mutual TLS only there, so their connections are reset.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a load balancer right before pods that demand mutual TLS',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            type: LoadBalancer #~ reset \`LoadBalancer\`
            selector: { app: cart }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
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
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec: { mtls: { mode: STRICT } }
        `,
      },
    ],
    good: [
      {
        title: 'the port that callers outside use takes plain text too',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            type: LoadBalancer
            selector: { app: cart }
            ports: [{ name: http, port: 80, targetPort: 8080 }]
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
          kind: PeerAuthentication
          metadata: { name: default, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            mtls: { mode: STRICT }
            portLevelMtls: { 8080: { mode: PERMISSIVE } }
        `,
      },
    ],
  },
  check({ subject: service, mesh, report }) {
    if (service.type !== 'NodePort' && service.type !== 'LoadBalancer') return;
    if (!judgesTargets(service)) return;
    const behind = withVariants(mesh, surelyBehind(mesh, service));
    if (behind.length === 0 || behind.length > 50) return;
    for (const port of service.ports) {
      const refusals = behind.map((workload) => refusalOf(mesh, workload, port));
      const [first] = refusals;
      // Some pod that takes plain text answers some of the calls.
      if (!first || refusals.includes(undefined)) continue;
      const severity = severityOf(mesh, behind);
      if (!severity) return;
      return report(
        service.resource.body.at('spec').at('type'),
        'reset',
        {
          service: nameOf(service.resource),
          type: service.type,
          port: portLabel(port),
          workload: nameOf(first.workload.resource),
        },
        { severity, related: first.mtls.field ? [{ at: first.mtls.field, note: 'mutual TLS is demanded here' }] : [] },
      );
    }
  },
});

/** The mutual TLS that a pod surely insists on where a Service port leads; undefined where plain text may pass. */
function refusalOf(mesh: Mesh, workload: Workload, port: ServicePort): { workload: Workload; mtls: Mtls } | undefined {
  if (port.protocol !== 'TCP') return undefined;
  const target = mesh.resolveTarget(port, workload);
  if (target.state !== 'found') return undefined;
  // ztunnel knows no ports that are left out.
  if (ambientOf(mesh, workload) !== 'yes' && isCaptured(mesh, workload, target.number) !== 'yes') return undefined;
  const mtls = mtlsOf(mesh, workload, target.number);
  return mtls.certain && mtls.mode === 'STRICT' ? { workload, mtls } : undefined;
}

function severityOf(mesh: Mesh, behind: readonly Workload[]) {
  const severities = behind.map((workload) => {
    if (ambientOf(mesh, workload) === 'yes') return severityForWorkload(mesh, workload, 'warning');
    return severityForSidecar(mesh, workload, 'warning');
  });
  return severities.includes(undefined) ? undefined : severities[0];
}
