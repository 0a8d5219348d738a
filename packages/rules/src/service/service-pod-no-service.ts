import {
  defineRule,
  endsByItself,
  fileOf,
  hasReadableLabels,
  INJECT_KEY,
  isSystemNamespace,
  type Mesh,
  NAMESPACE_MESH_LABELS,
  nameOf,
  type Resource,
  type Service,
  type Severity,
  type Workload,
} from '@meshvet/core';
import { severityForPodLabels } from '../shared/severity/label-audience.ts';

export const servicePodNoService = defineRule({
  meta: {
    id: 'service-pod-no-service',
    summary: 'No Service selects the pods of a workload.',
    why: 'Istio before 1.20 asked for one; today such pods have no service identity in telemetry and no policy of a Service, and are reached by pod IP only.',
    fix: 'Add a Service that selects the pods, even if they listen on no port, or leave it when nothing calls them.',
    severity: 'info',
    profiles: { 'istio-1.0': 'error', 'istio-legacy': 'warning', 'istio-current': 'off' },
    about: 'istio',
    subject: 'workload',
    codes: ['IST0117'],
    sources: [
      'istio.io: Application Requirements (1.1 to 1.19)',
      'istio/istio pkg/config/analysis/analyzers/deployment/services.go (1.5 to 1.19)',
    ],
    messages: {
      none: '{workload}: no Service of namespace {namespace} selects its pods.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a worker beside Services of others',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: worker, namespace: shop }
          spec:
            selector: { matchLabels: { app: worker } }
            template:
              metadata:
                labels: { app: worker } #~ none \`labels\`
              spec: { containers: [{ name: worker, image: worker }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
    good: [
      {
        title: 'a Deployment alone: its Service may be in another file; and a Job needs none',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: worker, namespace: shop }
          spec:
            selector: { matchLabels: { app: worker } }
            template:
              metadata: { labels: { app: worker } }
              spec: { containers: [{ name: worker, image: worker }] }
          ---
          apiVersion: batch/v1
          kind: Job
          metadata: { name: migrate, namespace: ops }
          spec: { template: { metadata: { labels: { app: migrate } }, spec: { restartPolicy: Never, containers: [{ name: migrate, image: migrate }] } } }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: ops }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const profile = mesh.settings.profile;
    const own = profile === 'istio-1.0' ? 'error' : profile === 'istio-legacy' ? 'warning' : 'info';
    const severity = severityForPodLabels(mesh, workload, own) ?? noteOutsideMesh(mesh, workload);
    // servicesOf has an index and mayHaveService looks at all of them, so it is asked last.
    if (
      !severity ||
      workload.resource.name === '' ||
      mesh.servicesOf(workload).length > 0 ||
      !servicesAreKnown(mesh, workload) ||
      !hasReadableLabels(workload) ||
      mesh.mayHaveService(workload)
    )
      return;
    if (flaggerMakesServices(mesh, workload)) return;
    report(
      workload.podLabels.field,
      'none',
      { workload: nameOf(workload.resource), namespace: workload.resource.namespace ?? '' },
      { severity, codes: istioctlSpeaks(mesh, workload) ? ['IST0117'] : [] },
    );
  },
});

/**
 * Under istio-current the rule is a mere note, for those who ask for everything. It holds as well for pods that are outside the mesh for
 * no other reason than that their Namespace has no label: that label is often set by hand. Who opted out is not spoken of.
 */
function noteOutsideMesh(mesh: Mesh, workload: Workload): Severity | undefined {
  if (mesh.settings.profile !== 'istio-current' || mesh.membership(workload).answer !== 'no' || endsByItself(workload))
    return undefined;
  if (
    workload.hostNetwork ||
    workload.isGateway ||
    workload.podLabels.has(INJECT_KEY) ||
    workload.podAnnotations.has(INJECT_KEY)
  )
    return undefined;
  const namespace = mesh.namespace(workload.resource.namespace ?? '');
  if (namespace.state !== 'found' || isSystemNamespace(workload.resource.namespace)) return undefined;
  return namespace.value.every((n) => NAMESPACE_MESH_LABELS.every((key) => n.resource.labels.lacks(key)))
    ? 'info'
    : undefined;
}

function istioctlSpeaks(mesh: Mesh, workload: Workload): boolean {
  return workload.resource.type === 'apps/Deployment' && mesh.membership(workload).answer !== 'no';
}

// A manifest alone says nothing of what else is applied; one that stands beside Services does.
function servicesAreKnown(mesh: Mesh, workload: Workload): boolean {
  const { resource } = workload;
  const beside = (s: Service) =>
    s.resource.namespace === resource.namespace &&
    mesh.together(s.resource, resource) &&
    (folderOf(s.resource) === folderOf(resource) || (s.resource.namespaceWritten && resource.namespaceWritten));
  return mesh.settings.closedWorld || mesh.services.some(beside);
}

function folderOf(resource: Resource): string {
  return fileOf(resource).split('/').slice(0, -1).join('/');
}

// Flagger creates the Services of the workload that a Canary names.
function flaggerMakesServices(mesh: Mesh, workload: Workload): boolean {
  const { name, namespace } = workload.resource;
  return mesh.resources.some(
    (r) =>
      r.type === 'flagger.app/Canary' &&
      r.namespace === namespace &&
      r.body.at('spec').at('targetRef').at('name').text() === name,
  );
}
