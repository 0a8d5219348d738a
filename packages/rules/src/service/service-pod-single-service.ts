import { defineRule, identityOf, type Mesh, nameOf, type Service, type Workload } from '@meshvet/core';
import { severityForWorkload } from '../shared/severity/audience.ts';

export const servicePodSingleService = defineRule({
  meta: {
    id: 'service-pod-single-service',
    summary: 'The pods of a workload belong to more than one Service.',
    why: 'The first guides to Istio asked for exactly one Service for each pod; since 1.0 several are allowed as long as their protocols agree.',
    fix: 'Keep one Service for each workload, or set allowMultipleServices to "same-protocol" in the config.',
    severity: 'info',
    profiles: { 'istio-1.0': 'error', 'istio-legacy': 'off', 'istio-current': 'off' },
    about: 'istio',
    subject: 'workload',
    sources: ['istio.io: Requirements for Pods and Services (0.8)', 'istio.io: Application Requirements'],
    messages: {
      several: '{workload}: its pods belong to {count} Services: {services}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'two Services select one Deployment',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: web, namespace: shop }
          spec: { selector: { app: web }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: web-external, namespace: shop }
          spec: { type: LoadBalancer, selector: { app: web }, ports: [{ name: http, port: 8080 }] }
          ---
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: web, namespace: shop }
          spec:
            selector: { matchLabels: { app: web } }
            template:
              metadata:
                labels: { app: web } #~ several \`labels\`
              spec: { containers: [{ name: web, image: web }] }
        `,
      },
    ],
    good: [
      {
        title: 'a Service and its headless twin, which a StatefulSet needs',
        settings: { profile: 'istio-1.0' },
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: db, namespace: shop }
          spec: { selector: { app: db }, ports: [{ name: tcp, port: 5432 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: db-headless, namespace: shop }
          spec: { clusterIP: None, selector: { app: db }, ports: [{ name: tcp, port: 5432 }] }
          ---
          apiVersion: apps/v1
          kind: StatefulSet
          metadata: { name: db, namespace: shop }
          spec:
            selector: { matchLabels: { app: db } }
            template:
              metadata: { labels: { app: db } }
              spec: { containers: [{ name: db, image: postgres }] }
        `,
      },
    ],
  },
  check({ subject: workload, mesh, report }) {
    const allowed = mesh.settings.allowMultipleServices;
    // Services of one pod that differ in their protocols are told by service-protocol-conflict, whatever the profile.
    if (allowed === 'always' || allowed === 'same-protocol') return;
    const severity = severityForWorkload(mesh, workload, mesh.settings.profile === 'istio-1.0' ? 'error' : 'info');
    if (!severity) return;
    const services = distinctServices(mesh, workload).sort((a, b) => (a.resource.name < b.resource.name ? -1 : 1));
    if (services.length < 2) return;
    const names = services.map((s) => s.resource.name).sort();
    report(
      workload.podLabels.field,
      'several',
      { workload: nameOf(workload.resource), count: names.length, services: names.slice(0, 6).join(', ') },
      {
        severity,
        related: services
          .slice(0, 6)
          .map((s) => ({ at: s.selector?.field ?? s.resource.body, note: `${nameOf(s.resource)} selects them` })),
      },
    );
  },
});

// One of each identity, and no headless twin: it has the ports of another one and is there for the names of the pods.
function distinctServices(mesh: Mesh, workload: Workload): Service[] {
  const all = mesh.servicesOf(workload);
  if (all.length < 2) return [];
  const withAddress = new Set(all.filter((s) => !s.headless).map(portsText));
  const kept = new Map<string, Service>();
  for (const service of all) {
    const [first] = kept.values();
    const isTwin = service.headless && withAddress.has(portsText(service));
    if (isTwin || (first && !mesh.together(first.resource, service.resource))) continue;
    if (!kept.has(identityOf(service.resource))) kept.set(identityOf(service.resource), service);
  }
  return [...kept.values()];
}

function portsText(service: Service): string {
  return service.ports
    .map((p) => `${p.number}/${p.protocol}`)
    .sort()
    .join();
}
