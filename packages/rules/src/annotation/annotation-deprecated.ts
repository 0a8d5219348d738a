import {
  ANNOTATED_TYPES,
  atLeast,
  defineRule,
  INJECT_KEY,
  ISTIO_ANNOTATION_TABLE,
  type IstioMinor,
  isInIstioDomain,
  isInLinkerdConfigDomain,
  isInPlace,
  LINKERD_CONFIG,
  type LinkerdMinor,
  meshAnnotations,
  nameOf,
  REMOVED_ANNOTATIONS,
} from '@meshvet/core';

export const annotationDeprecated = defineRule({
  meta: {
    id: 'annotation-deprecated',
    summary: 'An annotation of the mesh is deprecated, or no longer read.',
    why: 'A deprecated annotation may go with any release, and one that is gone has no effect and nobody says so.',
    fix: 'Use what has taken its place, or take it away.',
    severity: 'info',
    about: 'any mesh',
    subject: 'resource',
    types: ANNOTATED_TYPES,
    codes: ['IST0135', 'IST0108'],
    sources: [
      'istio/api annotation/annotations.yaml, by tag',
      'linkerd/linkerd2 pkg/k8s/labels.go, by release',
      'istio.io: Resource Annotations',
    ],
    messages: {
      replaced:
        '{resource}: annotation {key}{place} is deprecated since {mesh} {since}; in its place there is {instead}.',
      deprecated: '{resource}: annotation {key}{place} is deprecated in Istio, and nothing has taken its place.',
      removed: '{resource}: annotation {key}{place} has no effect since {mesh} {since}, which no longer knows it.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a field of ProxyConfig has taken its place',
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
                  sidecar.istio.io/statsInclusionPrefixes: cluster.outbound #~ replaced \`sidecar.istio.io/statsInclusionPrefixes\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'the field that has taken its place',
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
                  proxy.istio.io/config: |
                    proxyStatsMatcher:
                      inclusionPrefixes: [cluster.outbound]
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    for (const place of meshAnnotations(resource, (key) => isInIstioDomain(key) || isInLinkerdConfigDomain(key))) {
      const { key, map, seenByIstioctl } = place;
      const field = map.at(key);
      const data = { resource: nameOf(resource), key, place: place.place };
      const linkerd = LINKERD_CONFIG.get(key);
      if (linkerd) {
        const { removedAfter, instead } = linkerd;
        const version = mesh.settings.linkerdVersion;
        const options = { onKey: true, codes: [] };
        if (removedAfter && atLeast(version, nextLinkerd(removedAfter)))
          report(field, 'removed', { ...data, mesh: 'Linkerd', since: nextLinkerd(removedAfter) }, options);
        else if (instead && atLeast(version, instead.since)) {
          const words = { mesh: 'Linkerd', since: instead.since, instead: instead.key };
          report(field, 'replaced', { ...data, ...words }, options);
        }
        continue;
      }
      const gone = REMOVED_ANNOTATIONS.get(key);
      if (gone?.removedAfter) {
        const since = nextIstio(gone.removedAfter);
        const fix = gone.instead ? { fix: `Use ${gone.instead}.` } : { fix: 'Take it away.' };
        const options = { onKey: true, codes: seenByIstioctl ? ['IST0108'] : [], ...fix };
        if (mesh.istioAtLeast(since)) report(field, 'removed', { ...data, mesh: 'Istio', since }, options);
        continue;
      }
      const known = ISTIO_ANNOTATION_TABLE.get(key);
      // The key of the injection has a rule of its own; of one that is out of place another rule speaks.
      if (known?.deprecatedSince === undefined || key === INJECT_KEY || !isInPlace(resource, place, known)) continue;
      const { deprecatedSince: since, instead } = known;
      const options = { onKey: true, codes: seenByIstioctl ? ['IST0135'] : [] };
      if (since === 'always') report(field, 'deprecated', data, { ...options, fix: 'Take it away.' });
      else if (mesh.istioAtLeast(since))
        report(field, 'replaced', { ...data, mesh: 'Istio', since, instead: instead ?? 'nothing' }, options);
    }
  },
});

function nextIstio(minor: IstioMinor): IstioMinor {
  return `1.${Number(minor.slice(2)) + 1}`;
}

function nextLinkerd(minor: LinkerdMinor): LinkerdMinor {
  return `2.${Number(minor.slice(2)) + 1}`;
}
