import {
  ANNOTATED_TYPES,
  DATAPLANE_KEY,
  defineRule,
  didYouMean,
  FIRST_WITH_OTHER_ANNOTATIONS,
  formatVersion,
  INJECTION_KEY,
  ISTIO_ANNOTATION_TABLE,
  ISTIO_ANNOTATIONS,
  ISTIO_LABELS,
  isInIstioDomain,
  isInLinkerdConfigDomain,
  isMisspeltNativeKey,
  istioAnnotation,
  LINKERD_CONFIG,
  meantKey,
  meshAnnotations,
  nameOf,
  OTHER_ISTIO_KEYS,
  type PlacedAnnotation,
  podMetadataOf,
  REVISION_KEY,
  type Resource,
} from '@meshvet/core';
import { moveEntry } from '../shared/edits/mapping-edit.ts';
import { replaceKey } from '../shared/edits/scalar-edit.ts';

export const annotationUnknown = defineRule({
  meta: {
    id: 'annotation-unknown',
    summary: 'An annotation in a domain of the mesh is none that the mesh knows.',
    why: 'Nobody reads a key that is misspelt or made up, so what it asks for does not happen and nobody says so.',
    fix: 'Write the key as the mesh knows it, or take it away.',
    severity: 'warning',
    about: 'any mesh',
    subject: 'resource',
    types: ANNOTATED_TYPES,
    codes: ['IST0108'],
    sources: [
      'istio/api annotation/annotations.yaml and label/labels.yaml',
      'linkerd/linkerd2 pkg/k8s/labels.go',
      'istio.io: Resource Annotations',
    ],
    messages: {
      near: '{resource}: annotation {key}{place} is none that {mesh} knows, so it has no effect; did you mean {near}?',
      unknown: '{resource}: annotation {key}{place} is none that Istio {version} knows, so it has no effect.',
      labelOnly: '{resource}: {key} stands among the annotations{place}, where Istio does not read it; it is a label.',
    },
  },
  examples: {
    bad: [
      {
        title: 'the key of another domain',
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
                  sidecar.istio.io/excludeOutboundPorts: "3306" #~ near \`sidecar.istio.io/excludeOutboundPorts\`
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'as Istio knows it',
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
                  traffic.sidecar.istio.io/excludeOutboundPorts: "3306"
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const hasTypoRule = resource.type === 'Namespace' || podMetadataOf(resource) !== undefined;
    for (const place of meshAnnotations(resource, (key) => isInIstioDomain(key) || isInLinkerdConfigDomain(key))) {
      const { key, map } = place;
      const data = { resource: nameOf(resource), key, place: place.place };
      const field = map.at(key);
      if (isInLinkerdConfigDomain(key)) {
        // Its table is no complete one: only what is nearly a key of it is surely a slip.
        const near = LINKERD_CONFIG.has(key) ? undefined : slipOf(key, LINKERD_CONFIG.keys());
        if (near === undefined) continue;
        const suggested = map.has(near) ? [] : replaceKey(field, near);
        report(field, 'near', { ...data, mesh: 'Linkerd', near }, { onKey: true, codes: [], suggested });
        continue;
      }
      if (istioAnnotation(key) || OTHER_ISTIO_KEYS.has(key) || isMachineDomain(key) || isMisspeltNativeKey(key))
        continue;
      if (hasTypoRule && meantKey(key) !== undefined) continue;
      const codes = place.seenByIstioctl ? ['IST0108'] : [];
      if (ISTIO_LABELS.has(key)) {
        if (hasRuleOfNamespaces(resource, place)) continue;
        const target = place.of === 'podTemplate' ? podMetadataOf(resource)?.labels : resource.labels;
        const suggested = target?.lacks(key) ? moveEntry(field, target.field) : [];
        const fix = 'Write it among the labels.';
        report(field, 'labelOnly', data, { onKey: true, codes, fix, suggested });
        continue;
      }
      const near = nearest(key);
      if (near !== undefined) {
        const suggested = map.has(near) ? [] : replaceKey(field, near);
        report(field, 'near', { ...data, mesh: 'Istio', near }, { onKey: true, codes, suggested });
      } else if (!mesh.istioAtLeast(FIRST_WITH_OTHER_ANNOTATIONS)) {
        const version = formatVersion(mesh.settings.istioVersion);
        report(field, 'unknown', { ...data, version }, { onKey: true, codes });
      }
    }
  },
});

/** Domains whose annotations the installer of Istio writes. */
function isMachineDomain(key: string): boolean {
  return key.startsWith('install.operator.istio.io/') || key.startsWith('operator.istio.io/');
}

const NAMESPACE_KEYS: ReadonlySet<string> = new Set([INJECTION_KEY, REVISION_KEY, DATAPLANE_KEY]);

function hasRuleOfNamespaces(resource: Resource, { key }: PlacedAnnotation): boolean {
  return resource.type === 'Namespace' && NAMESPACE_KEYS.has(key);
}

/** The annotation that was probably meant: one of the same name in another domain, or one a slip away. */
function nearest(key: string): string | undefined {
  const name = nameIn(key);
  const namesakes = [...ISTIO_ANNOTATIONS].filter((one) => nameIn(one) === name && !isMachineMade(one));
  if (namesakes.length === 1) return namesakes[0];
  return slipOf(
    key,
    [...ISTIO_ANNOTATIONS].filter((one) => !isMachineMade(one)),
  );
}

function isMachineMade(key: string): boolean {
  return ISTIO_ANNOTATION_TABLE.get(key)?.machineMade === true;
}

function nameIn(key: string): string {
  return key.slice(key.indexOf('/') + 1).toLowerCase();
}

/** The nearest key that has nearly the same name too: long domains in common are no likeness. */
function slipOf(key: string, candidates: Iterable<string>): string | undefined {
  const near = didYouMean(key, candidates);
  if (near === undefined) return undefined;
  const name = nameIn(key);
  return name === nameIn(near) || didYouMean(name, [nameIn(near)]) !== undefined ? near : undefined;
}
