import {
  DATAPLANE_KEY,
  defineRule,
  type Labels,
  nameOf,
  podMetadataOf,
  type Resource,
  WORKLOAD_TYPES,
} from '@meshvet/core';

/** Where a label of ambient mode is read, and since when. Source: istio/api `label/labels.yaml`; `cni/pkg/util/podutil.go`, by tag. */
const SINCE: Readonly<Record<string, Readonly<Partial<Record<Place, `1.${number}`>>>>> = {
  [DATAPLANE_KEY]: { namespace: '1.18', pods: '1.22' },
  'istio.io/use-waypoint': { namespace: '1.22', pods: '1.22', service: '1.22' },
  'istio.io/use-waypoint-namespace': { namespace: '1.23', pods: '1.23', service: '1.23' },
  'istio.io/ingress-use-waypoint': { namespace: '1.25', service: '1.24' },
};

type Place = 'namespace' | 'pods' | 'service';

const WORDS: Readonly<Record<Place, string>> = {
  namespace: 'on a namespace',
  pods: 'on pods',
  service: 'on a Service or ServiceEntry',
};

export const ambientVersionUnsupported = defineRule({
  meta: {
    id: 'ambient-version-unsupported',
    summary: 'A label of ambient mode is newer than the Istio that is installed.',
    why: 'This Istio does not read it, so pods are not enrolled, not left out, or go without their waypoint and its policies, and nothing says so.',
    fix: 'Upgrade Istio, or do without the label.',
    severity: 'error',
    about: 'istio',
    subject: 'resource',
    types: ['Namespace', 'Service', 'networking.istio.io/ServiceEntry', ...WORKLOAD_TYPES],
    sources: [
      'istio/api label/labels.yaml',
      'istio/istio cni/pkg/util/podutil.go',
      'istio.io: release notes of 1.22 to 1.25',
    ],
    messages: {
      tooNew:
        '{resource}: Istio reads label {key} {place} since {since}, and this one is {version}, so it has no effect.',
    },
  },
  examples: {
    bad: [
      {
        title: 'pods that were to stay out',
        settings: { istioVersion: '1.21' },
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels:
                  app: cart
                  istio.io/dataplane-mode: none #~ tooNew \`istio.io/dataplane-mode\`
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
    good: [
      {
        title: 'with 1.22',
        settings: { istioVersion: '1.22' },
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata: { name: cart, namespace: shop }
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata: { labels: { app: cart, istio.io/dataplane-mode: none } }
              spec: { containers: [{ name: cart, image: cart }] }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const read = placeOf(resource);
    if (!read) return;
    const { place, labels } = read;
    for (const [key, places] of Object.entries(SINCE)) {
      const since = places[place];
      if (!since || mesh.istioAtLeast(since) || !labels.has(key)) continue;
      // `none` asks for nothing where there is nothing to be left out of.
      if (labels.get(key) === 'none' && !(place === 'pods' && key === DATAPLANE_KEY && mesh.istioAtLeast('1.18')))
        continue;
      report(
        labels.at(key),
        'tooNew',
        { resource: nameOf(resource), key, place: WORDS[place], since, version: mesh.settings.istioVersion.join('.') },
        { onKey: true },
      );
    }
  },
});

function placeOf(resource: Resource): { place: Place; labels: Labels } | undefined {
  if (resource.type === 'Namespace') return { place: 'namespace', labels: resource.labels };
  if (resource.type === 'Service' || resource.type === 'networking.istio.io/ServiceEntry')
    return { place: 'service', labels: resource.labels };
  const pod = podMetadataOf(resource);
  return pod && { place: 'pods', labels: pod.labels };
}
