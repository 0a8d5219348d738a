import {
  DATAPLANE_KEY,
  defineRule,
  isControlPlane,
  isManagedGateway,
  isSettled,
  metadataMaps,
  nameOf,
  podMetadataOf,
  type Resource,
  WORKLOAD_TYPES,
} from '@meshvet/core';
import { moveEntry } from '../shared/edits/mapping-edit.ts';
import type { ScalarEdit } from '../shared/edits/scalar-edit.ts';

const WAYPOINT_KEYS = ['istio.io/use-waypoint', 'istio.io/use-waypoint-namespace'];

export const ambientLabelMisplaced = defineRule({
  meta: {
    id: 'ambient-label-misplaced',
    summary: 'A label of ambient mode stands where Istio does not read it.',
    why: 'Istio reads istio.io/dataplane-mode on namespaces and pods, and istio.io/use-waypoint on namespaces, Services and pods; on a workload or, the first one, on a Service they change nothing.',
    fix: 'Write it on the Namespace, or among the labels of the pod template.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: ['Service', ...WORKLOAD_TYPES],
    since: '1.22',
    sources: [
      'istio/api label/labels.yaml',
      'istio.io: Add workloads to an ambient mesh',
      'istio.io: Configure waypoint proxies',
    ],
    messages: {
      workload:
        '{resource}: label istio.io/dataplane-mode stands on the {place}, where Istio does not read it; it belongs to the labels of the pod template, which do not have it.',
      service:
        '{resource}: Istio does not read istio.io/dataplane-mode on a Service; the namespace or the pods behind it join the ambient mesh.',
      waypoint:
        '{resource}: label {key} stands on the {place}, where Istio does not read it; it belongs on the Service, the Namespace or the pod template.',
    },
  },
  examples: {
    bad: [
      {
        title: 'on a Deployment and on a Service',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: cart
            namespace: shop
            labels:
              istio.io/dataplane-mode: ambient #~ workload \`istio.io/dataplane-mode\`
              istio.io/use-waypoint: waypoint #~ waypoint
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: v1
          kind: Service
          metadata:
            name: cart
            namespace: shop
            labels:
              istio.io/dataplane-mode: ambient #~ service
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
    good: [
      {
        title: 'on the pod template, and the waypoint on the Service',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, istio.io/dataplane-mode: ambient } }
              spec: { containers: [{ name: cart, image: cart }] }
          ---
          apiVersion: v1
          kind: Service
          metadata: { name: cart, namespace: shop, labels: { istio.io/use-waypoint: waypoint } }
          spec: { selector: { app: cart }, ports: [{ name: http, port: 80 }] }
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    // Istio's own charts label all that they make.
    if (isControlPlane(resource.labels) || isManagedGateway(resource.labels)) return;
    const name = nameOf(resource);
    if (resource.type === 'Service') {
      if (resource.labels.has(DATAPLANE_KEY))
        report(resource.labels.at(DATAPLANE_KEY), 'service', { resource: name }, { onKey: true });
      return;
    }
    const pod = resource.type === 'Pod' || resource.partial ? undefined : podMetadataOf(resource);
    if (!pod) return;
    for (const { what, of, map } of metadataMaps(resource)) {
      if (what !== 'label' || of === 'podTemplate') continue;
      const place = of === 'object' ? `${resource.kind} itself` : 'job template';
      if (map.has(DATAPLANE_KEY) && pod.labels.lacks(DATAPLANE_KEY)) {
        const field = map.at(DATAPLANE_KEY);
        const value = map.get(DATAPLANE_KEY);
        const edits =
          value === 'ambient' || value === 'none' ? moved(resource, () => moveEntry(field, pod.labels.field)) : [];
        report(field, 'workload', { resource: name, place }, { onKey: true, edits });
      }
      for (const key of WAYPOINT_KEYS) {
        if (!map.has(key) || !pod.labels.lacks(key)) continue;
        const fix = { fix: 'Write it on the Service or the Namespace; on pods it means a waypoint for workloads.' };
        report(map.at(key), 'waypoint', { resource: name, place, key }, { onKey: true, ...fix });
      }
    }
  },
});

// Before apps/v1 a workload without a selector took all labels of its template for one.
function moved(resource: Resource, edits: () => ScalarEdit[]): ScalarEdit[] {
  const isJob = resource.type === 'batch/Job' || resource.type === 'batch/CronJob';
  const selects = isJob || resource.body.at('spec').at('selector').entries().length > 0;
  const twice = metadataMaps(resource).filter((m) => m.what === 'label' && m.map.has(DATAPLANE_KEY)).length > 1;
  return isSettled(resource) && selects && !twice ? edits() : [];
}
