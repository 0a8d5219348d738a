import {
  calledHosts,
  defineRule,
  type Field,
  GATEWAY_ROUTE_TYPES,
  gatewayCaller,
  gatewayRouteOf,
  ingressBackends,
  ingressCaller,
  isIngress,
  isSystemNamespace,
  lookupKubernetesGateway,
  type Mesh,
  nameOf,
  type OutsideCaller,
  type ReportOptions,
  type Resource,
  type Server,
  strictServer,
  type Workload,
  workloadOf,
} from '@meshvet/core';

const WEBHOOKS = [
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
];
const WORKLOADS = ['Pod', 'apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'batch/Job', 'batch/CronJob'];

export const runtimeStrictOutsideCaller = defineRule({
  meta: {
    id: 'runtime-strict-outside-caller',
    summary: 'Somebody without a proxy of the mesh calls pods that accept mutual TLS only.',
    why: 'With mode STRICT the proxy of the pods ends every connection that shows no certificate of the mesh, and Ingress controllers, the API server and pods without a sidecar have none.',
    fix: 'Take the caller into the mesh, or let the port that it calls accept plain text with portLevelMtls (PERMISSIVE or DISABLE).',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    types: ['networking.k8s.io/Ingress', 'extensions/Ingress', ...GATEWAY_ROUTE_TYPES, ...WEBHOOKS, ...WORKLOADS],
    since: '1.5',
    sources: [
      'istio.io: PeerAuthentication (mode STRICT)',
      'istio.io: Authentication Policy, mutual TLS migration',
      'istio/istio pilot/pkg/networking/core/filterchain_options.go',
    ],
    messages: {
      ingress:
        '{ingress}: {who} has no proxy of the mesh ({why}) and calls Service {service} without its certificate, while {workload} accepts only mTLS; requests get 502.',
      gateway:
        '{route}: {who} have no certificate of the mesh ({why}), while {workload} behind Service {service} accepts only mTLS; requests fail.',
      apiServer:
        '{resource}: the API server calls Service {service} and has no certificate of the mesh, while {workload} accepts only mTLS (STRICT); the webhook never answers.',
      apiService:
        '{resource}: the API server calls Service {service} and has no certificate of the mesh, while {workload} accepts only mTLS (STRICT); the API is not available.',
      pods: '{caller} has no sidecar ({why}) and calls {host} ({where}), while {workload} accepts only mTLS (STRICT); the calls are refused.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a webhook in a strict namespace',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: guard, namespace: guard }
          spec: { selector: { app: guard }, ports: [{ name: https, port: 443, targetPort: 9443 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: guard, namespace: guard }
          spec:
            selector: { matchLabels: { app: guard } }
            template:
              metadata: { labels: { app: guard, sidecar.istio.io/inject: "true" } }
              spec: { containers: [{ name: guard, image: guard }] }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: guard, labels: { istio-injection: enabled } }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: guard }
          spec: { mtls: { mode: STRICT } }
          ---
          apiVersion: admissionregistration.k8s.io/v1
          kind: ValidatingWebhookConfiguration
          metadata: { name: guard }
          webhooks:
            - name: guard.example.com
              clientConfig:
                service: { name: guard, namespace: guard } #~ apiServer
        `,
      },
    ],
    good: [
      {
        title: 'the port of the webhook takes plain text too',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: guard, namespace: guard }
          spec: { selector: { app: guard }, ports: [{ name: https, port: 443, targetPort: 9443 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: guard, namespace: guard }
          spec:
            selector: { matchLabels: { app: guard } }
            template:
              metadata: { labels: { app: guard } }
              spec: { containers: [{ name: guard, image: guard }] }
          ---
          apiVersion: v1
          kind: Namespace
          metadata: { name: guard, labels: { istio-injection: enabled } }
          ---
          apiVersion: security.istio.io/v1
          kind: PeerAuthentication
          metadata: { name: default, namespace: guard }
          spec:
            selector: { matchLabels: { app: guard } }
            mtls: { mode: STRICT }
            portLevelMtls: { 9443: { mode: PERMISSIVE } }
          ---
          apiVersion: admissionregistration.k8s.io/v1
          kind: ValidatingWebhookConfiguration
          metadata: { name: guard }
          webhooks:
            - name: guard.example.com
              clientConfig: { service: { name: guard, namespace: guard } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh: whole, report }) {
    if (resource.partial || isSystemNamespace(resource.namespace) || !whole.derive(demandsMtls)) return;
    const mesh = whole.around(resource);
    if (!mesh) return;
    const words = ({ workload }: Server) => ({ workload: workload ? nameOf(workload.resource) : '' });
    const options = (server: Server, outside?: OutsideCaller): ReportOptions => ({
      related: [
        ...(server.field ? [{ at: server.field, note: 'mutual TLS is demanded here' }] : []),
        ...(outside?.field ? [{ at: outside.field, note: 'why the caller has no proxy' }] : []),
      ],
    });
    const { namespace = '' } = resource;
    if (isIngress(resource)) {
      const outside = ingressCaller(mesh, resource);
      for (const { service, port, portField } of outside ? ingressBackends(resource).slice(0, MOST) : []) {
        const server = strictServer(mesh, namespace, service, port, resource);
        if (!outside || !server) continue;
        const data = { ingress: nameOf(resource), ...outside, service: `${namespace}/${service}`, ...words(server) };
        return report(
          portField.exists ? portField : resource.body.at('spec'),
          'ingress',
          data,
          options(server, outside),
        );
      }
      return;
    }
    const route = gatewayRouteOf(mesh, resource);
    if (route) {
      const callers = route.parents.map((parent) => {
        if (parent.kind !== 'Gateway') return undefined;
        const lookup = lookupKubernetesGateway(mesh, parent, resource);
        return lookup.state === 'found' && lookup.value[0] ? gatewayCaller(mesh, lookup.value[0].resource) : undefined;
      });
      const outside = callers.find((c) => c !== undefined);
      for (const backend of outside ? route.backends.slice(0, MOST) : []) {
        if (backend.kind !== 'Service' || !outside) continue;
        const server = strictServer(mesh, backend.namespace, backend.name, backend.port, resource);
        if (!server) continue;
        const data = {
          route: nameOf(resource),
          ...outside,
          service: `${backend.namespace}/${backend.name}`,
          ...words(server),
        };
        return report(backend.field, 'gateway', data, options(server, outside));
      }
      return;
    }
    if (WEBHOOKS.includes(resource.type)) {
      for (const { field, port, ignores } of servicesCalled(resource)) {
        const [name, space] = [field.at('name').text(), field.at('namespace').text()];
        if (!name || !space) continue;
        const server = strictServer(mesh, space, name, port, resource);
        if (!server) continue;
        const data = { resource: nameOf(resource), service: `${space}/${name}`, ...words(server) };
        const id = resource.kind === 'APIService' ? 'apiService' : 'apiServer';
        report(field, id, data, { ...options(server), severity: ignores ? 'warning' : 'error' });
      }
      return;
    }
    const caller = workloadOf(mesh, resource);
    if (caller) tellCalls(mesh, caller);

    function tellCalls(mesh: Mesh, caller: Workload): void {
      const { answer, reason, field } = mesh.membership(caller);
      if (answer !== 'no' || caller.isGateway || caller.hasProxy) return;
      for (const called of calledHosts(mesh, caller)) {
        const { service } = called;
        const server = service && strictServer(mesh, service.namespace, service.name, called.port, resource);
        if (!server) continue;
        const data = {
          caller: nameOf(resource),
          why: reason,
          host: called.written,
          where: called.where,
          ...words(server),
        };
        report(called.field, 'pods', data, {
          severity: 'warning',
          ...options(server, { who: '', why: reason, field }),
        });
      }
    }
  },
});

const MOST = 100;

// Without any policy that demands it nothing is refused.
function demandsMtls(mesh: Mesh): boolean {
  return mesh.ofType('security.istio.io/PeerAuthentication').some((r) =>
    [
      r.body.at('spec').at('mtls'),
      ...r.body
        .at('spec')
        .at('portLevelMtls')
        .entries()
        .map(([, f]) => f),
    ].some((f) => f.at('mode').text() === 'STRICT'),
  );
}

interface CalledService {
  readonly field: Field;
  readonly port: number | string;
  /** What cannot be asked passes. */
  readonly ignores: boolean;
}

function servicesCalled(resource: Resource): readonly CalledService[] {
  const { body } = resource;
  const read = (field: Field, ignores = false): CalledService => ({
    field,
    port: field.at('port').number() ?? 443,
    ignores,
  });
  if (resource.kind === 'APIService') {
    const field = body.at('spec').at('service');
    return field.isMapping ? [read(field)] : [];
  }
  if (resource.kind === 'CustomResourceDefinition') {
    const field = body.at('spec').at('conversion').at('webhook').at('clientConfig').at('service');
    return field.isMapping ? [read(field)] : [];
  }
  return (body.at('webhooks').items() as Field[]).slice(0, MOST).flatMap((entry) => {
    const field = entry.at('clientConfig').at('service');
    return field.isMapping ? [read(field, entry.at('failurePolicy').string() === 'Ignore')] : [];
  });
}
