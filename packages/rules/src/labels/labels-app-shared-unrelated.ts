import {
  areRolloutPair,
  canonicalName,
  defineRule,
  identityOf,
  type Mesh,
  nameOf,
  namesakes,
  type Service,
  sameRevision,
  uniqueAppOf,
  versionKeys,
  type Workload,
} from '@meshvet/core';
import { severityForPodLabels } from '../shared/severity/label-audience.ts';
import { firstAndMore } from '../shared/words/workload-words.ts';

export const labelsAppSharedUnrelated = defineRule({
  meta: {
    id: 'labels-app-shared-unrelated',
    summary: 'Workloads behind different Services have the same application name.',
    why: 'Telemetry and the Kiali graph show them as versions of one application, although no Service takes them for one.',
    fix: 'Give each application a name label of its own, or select the versions of one application with one Service.',
    severity: 'info',
    about: 'istio',
    subject: 'workload',
    sources: ['istio/istio pkg/model/proxy.go', 'istio.io: Application Requirements'],
    messages: {
      unrelated: '{workload}: name "{name}" is also that of {other}, but no Service selects both.',
    },
  },
  options: {
    schema: {
      type: 'object',
      properties: { jobs: { type: 'boolean', description: 'Look at Jobs and CronJobs too.' } },
      additionalProperties: false,
    },
    defaults: { jobs: false },
  },
  examples: {
    bad: [
      {
        title: 'a label that was copied with the manifest',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { run: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: billing, namespace: shop }
          spec: { selector: { run: billing }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { run: cart } }
            template:
              metadata:
                labels:
                  run: cart
                  app: cart #~ unrelated \`cart\`
                  version: v1
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: billing, namespace: shop }
          spec:
            selector: { matchLabels: { run: billing } }
            template:
              metadata:
                labels:
                  run: billing
                  app: cart #~ unrelated \`cart\`
                  version: v2
              spec: { containers: [{ name: billing, image: billing }] }
        `,
      },
    ],
    good: [
      {
        title: 'one Service takes both for versions of one application',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v1, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v1 } }
            template:
              metadata: { labels: { app: cart, version: v1 } }
              spec: { containers: [{ name: cart, image: cart:1 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart-v2, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart, version: v2 } }
            template:
              metadata: { labels: { app: cart, version: v2 } }
              spec: { containers: [{ name: cart, image: cart:2 }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, options, report }) {
    const unique = uniqueAppOf(mesh);
    const name = canonicalName(mesh, workload);
    const severity = severityForPodLabels(mesh, workload, unique === 'strict' ? 'error' : 'info', options.jobs);
    if (unique === 'off' || name.state !== 'written' || !severity) return;
    const own = mesh.servicesOf(workload);
    if (own.length === 0 || own.some((s) => selectsVersion(mesh, s))) return;
    const identities = new Set(own.map((s) => identityOf(s.resource)));
    const others = namesakes(mesh, workload).filter((other) => {
      if (
        !severityForPodLabels(mesh, other, 'info', options.jobs) ||
        sameRevision(mesh, workload, other) ||
        areRolloutPair(workload, other)
      )
        return false;
      return isApart(mesh, other, identities);
    });
    if (others.length === 0) return;
    report(
      name.field,
      'unrelated',
      {
        workload: nameOf(workload.resource),
        name: name.value,
        other: firstAndMore(others.map((o) => nameOf(o.resource))),
      },
      {
        severity,
        related: others
          .slice(0, 6)
          .map((o) => ({ at: o.podLabels.field, note: `the labels of ${nameOf(o.resource)}` })),
      },
    );
  },
});

function isApart(mesh: Mesh, other: Workload, identities: ReadonlySet<string>): boolean {
  const theirs = mesh.servicesOf(other);
  return theirs.length > 0 && theirs.every((s) => !selectsVersion(mesh, s) && !identities.has(identityOf(s.resource)));
}

// A Service for each version is a usual way to route between versions: it is no sign of two applications.
function selectsVersion(mesh: Mesh, service: Service): boolean {
  const keys = versionKeys(mesh);
  return service.selector?.requirements?.some((r) => keys.includes(r.key)) ?? true;
}
