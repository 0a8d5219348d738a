import {
  ANNOTATED_TYPES,
  atLeast,
  defineRule,
  formatVersion,
  ISTIO_ANNOTATION_TABLE,
  isInIstioDomain,
  isInLinkerdConfigDomain,
  isInPlace,
  LINKERD_CONFIG,
  meshAnnotations,
  NATIVE_SIDECAR_KEY,
  nameOf,
  workloadOf,
} from '@meshvet/core';

export const annotationTooNew = defineRule({
  meta: {
    id: 'annotation-too-new',
    summary: 'An annotation of the mesh is newer than the release that is configured.',
    why: 'A release does not read annotations of later ones, so what it asks for does not happen and nobody says so.',
    fix: 'Take it away, or move to a release that reads it; where the release is another one, say so in the config.',
    severity: 'warning',
    about: 'any mesh',
    subject: 'resource',
    types: ANNOTATED_TYPES,
    sources: ['istio/api annotation/annotations.yaml, by tag', 'linkerd/linkerd2 pkg/k8s/labels.go, by release'],
    messages: {
      tooNew:
        '{resource}: annotation {key}{place} is read since {mesh} {since}; the configured release is {version}, which does not know it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'ProxyConfig of a pod came with 1.6',
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
                  proxy.istio.io/config: "concurrency: 2" #~ tooNew \`proxy.istio.io/config\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
        settings: { istioVersion: '1.5' },
      },
    ],
    good: [
      {
        title: 'a release that reads it',
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
        settings: { istioVersion: '1.6' },
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const workload = workloadOf(mesh, resource);
    const outside = workload !== undefined && mesh.membership(workload).answer === 'no';
    for (const place of meshAnnotations(resource, (key) => isInIstioDomain(key) || isInLinkerdConfigDomain(key))) {
      const { key, map } = place;
      // Nobody would read it on pods that stay out of the mesh.
      if (outside && (place.of === 'podTemplate' || resource.type === 'Pod')) continue;
      const data = { resource: nameOf(resource), key, place: place.place };
      const linkerd = LINKERD_CONFIG.get(key);
      if (linkerd) {
        const version = formatVersion(mesh.settings.linkerdVersion);
        if (!atLeast(mesh.settings.linkerdVersion, linkerd.since))
          report(map.at(key), 'tooNew', { ...data, mesh: 'Linkerd', since: linkerd.since, version }, { onKey: true });
        continue;
      }
      const known = ISTIO_ANNOTATION_TABLE.get(key);
      // Of the native sidecar a rule of its own speaks, of what is out of place another.
      if (!known?.since || known.machineMade || key === NATIVE_SIDECAR_KEY || !isInPlace(resource, place, known))
        continue;
      const version = formatVersion(mesh.settings.istioVersion);
      if (!mesh.istioAtLeast(known.since))
        report(map.at(key), 'tooNew', { ...data, mesh: 'Istio', since: known.since, version }, { onKey: true });
    }
  },
});
