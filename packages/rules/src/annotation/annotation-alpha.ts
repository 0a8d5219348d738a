import {
  ANNOTATED_TYPES,
  defineRule,
  ISTIO_ANNOTATION_TABLE,
  isInIstioDomain,
  meshAnnotations,
  nameOf,
  type Resource,
} from '@meshvet/core';

export const annotationAlpha = defineRule({
  meta: {
    id: 'annotation-alpha',
    summary: 'An annotation of Istio belongs to a feature that is alpha.',
    why: 'Istio makes no promise for alpha features: they may change or go with any release.',
    fix: 'Know that you rely on it, and look at the release notes before each move to another release.',
    severity: 'info',
    advice: true,
    // Nearly all annotations of Istio are alpha, and are used in production all the same.
    profiles: { 'istio-1.0': 'off', 'istio-legacy': 'off', 'istio-current': 'off' },
    about: 'istio',
    subject: 'resource',
    types: ANNOTATED_TYPES,
    codes: ['IST0136'],
    sources: ['istio/api annotation/annotations.yaml (featureStatus)', 'istio.io: Feature Status'],
    messages: {
      alpha: '{resource}: annotation {key}{place} belongs to a feature that Istio calls alpha.',
    },
  },
  examples: {
    bad: [
      {
        title: 'an alpha annotation',
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
                  sidecar.istio.io/logLevel: debug #~ alpha \`sidecar.istio.io/logLevel\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'a beta annotation',
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
                  proxy.istio.io/config: "concurrency: 2"
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    for (const { key, map, place, seenByIstioctl } of meshAnnotations(resource, isInIstioDomain)) {
      const known = ISTIO_ANNOTATION_TABLE.get(key);
      if (known?.status !== 'alpha' || known.machineMade || key === 'galley.istio.io/analyze-suppress') continue;
      if (WRITTEN_BY_CNI.has(key) && resource.type === 'Pod' && !hasInitContainer(resource)) continue;
      const codes = seenByIstioctl ? ['IST0136'] : [];
      report(map.at(key), 'alpha', { resource: nameOf(resource), key, place }, { onKey: true, codes });
    }
  },
});

// With the CNI plugin the injector writes these on each pod, and no init container that would read them.
const WRITTEN_BY_CNI: ReadonlySet<string> = new Set([
  'sidecar.istio.io/interceptionMode',
  'traffic.sidecar.istio.io/includeInboundPorts',
  'traffic.sidecar.istio.io/excludeInboundPorts',
  'traffic.sidecar.istio.io/includeOutboundIPRanges',
]);

function hasInitContainer(pod: Resource): boolean {
  const containers = pod.body.at('spec').at('initContainers').items();
  return containers.some((container) => container.at('name').text() === 'istio-init');
}
