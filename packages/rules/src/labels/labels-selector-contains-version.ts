import {
  areRolloutPair,
  defineRule,
  type Mesh,
  nameOf,
  readsPortsOf,
  type Service,
  surelyBehind,
  versionKeys,
  type Workload,
} from '@meshvet/core';
import { severityForPodLabels } from '../shared/severity/label-audience.ts';

export const labelsSelectorContainsVersion = defineRule({
  meta: {
    id: 'labels-selector-contains-version',
    summary: 'A Service selects one version of an application, and another version beside it is behind no Service.',
    why: 'Routes split the endpoints of a Service into subsets, so a version that the Service does not select can get no share of its traffic.',
    fix: 'Take the version out of the selector of the Service, and pick versions with the subsets of a DestinationRule.',
    severity: 'warning',
    about: 'istio',
    subject: 'service',
    sources: ['istio.io: Destination Rule, Subset', 'kubernetes: Services, Defining a Service'],
    messages: {
      pinned:
        '{service}: the selector asks for {key}={value}, so {other} (version "{version}") gets no traffic through any Service.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the canary is left out',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop }
          spec:
            selector:
              app: cart
              version: v1 #~ pinned \`v1\`
            ports: [{ name: http, port: 80 }]
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
    good: [
      {
        title: 'a Service for each version, which routes by Service need',
        yaml: `
          apiVersion: v1
          kind: Service
          metadata: { name: cart-v1, namespace: shop }
          spec: { selector: { app: cart, version: v1 }, ports: [{ name: http, port: 80 }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart-v2, namespace: shop }
          spec: { selector: { app: cart, version: v2 }, ports: [{ name: http, port: 80 }] }
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
  check({ subject: service, mesh, report }) {
    const keys = versionKeys(mesh);
    const pinned = service.selector?.requirements?.filter((r) => keys.includes(r.key)) ?? [];
    const rest = service.selector?.requirements?.filter((r) => !keys.includes(r.key)) ?? [];
    const [requirement] = pinned;
    if (!service.selector || !requirement || rest.length === 0 || !readsPortsOf(mesh, service)) return;
    if (mesh.membershipOfService(service).answer === 'no') return;
    const selected = surelyBehind(mesh, service);
    const [chosen] = selected;
    if (!chosen) return;
    const all = surelyBehind(mesh, { ...service, selector: { field: service.selector.field, requirements: rest } });
    const left = all.filter(
      (w) =>
        isLeftOut(mesh, service, w, requirement.key) &&
        !selected.some((s) => mesh.sameObject(s.resource, w.resource) || areRolloutPair(s, w)),
    );
    const [other] = left.sort((a, b) => (nameOf(a.resource) < nameOf(b.resource) ? -1 : 1));
    if (!other) return;
    report(
      requirement.field,
      'pinned',
      {
        service: nameOf(service.resource),
        key: requirement.key,
        value: requirement.values[0] ?? '',
        other: nameOf(other.resource),
        version: other.podLabels.get(requirement.key) ?? '',
      },
      { related: [{ at: other.podLabels.at(requirement.key), note: 'the version that is left out' }] },
    );
  },
});

// Blue and green by switching the selector is done on purpose; areRolloutPair knows it. What some other Service may reach is reached.
function isLeftOut(mesh: Mesh, service: Service, workload: Workload, key: string): boolean {
  if (workload.podLabels.get(key) === undefined || !severityForPodLabels(mesh, workload, 'warning')) return false;
  return mesh.together(service.resource, workload.resource) && !mesh.mayHaveService(workload);
}
