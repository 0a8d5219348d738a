import {
  defineRule,
  INJECT_KEY,
  INJECTION_KEY,
  ISTIO_ANNOTATIONS,
  JUDGED_BY_ISTIOCTL,
  type MetadataMap,
  meantKey,
  metadataMaps,
  nameOf,
  podMetadataOf,
  type Resource,
  WORKLOAD_TYPES,
} from '@meshvet/core';
import { replaceKey } from '../shared/edits/scalar-edit.ts';

export const injectKeyTypo = defineRule({
  meta: {
    id: 'inject-key-typo',
    summary: 'A label or annotation is nearly a key that Istio reads, but not quite.',
    why: 'Nobody reads a misspelt key, so it changes nothing about the injection and nobody says so.',
    fix: 'Write the key as Istio knows it.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: ['Namespace', ...WORKLOAD_TYPES],
    codes: ['IST0108'],
    sources: ['istio/api label/labels.yaml and annotation/annotations.yaml', 'istio.io: Resource Labels'],
    messages: {
      typo: '{resource}: {what} {key}{place} is no key that Istio reads; did you mean label {meant}?',
    },
  },
  examples: {
    bad: [
      {
        title: 'the label is istio-injection',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels:
              istio-inject: enabled #~ typo \`istio-inject\`
        `,
      },
    ],
    good: [
      {
        title: 'keys that Istio knows',
        yaml: `
          apiVersion: v1
          kind: Namespace
          metadata:
            name: shop
            labels: { istio.io/rev: canary, istio.io/use-waypoint: waypoint }
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    const isNamespace = resource.type === 'Namespace';
    if (!isNamespace && !podMetadataOf(resource)) return;
    let told = 0;
    for (const found of metadataMaps(resource)) {
      const offered = new Set<string>();
      for (const key of found.map.keys()) {
        const near = meantKey(key);
        if (near === undefined || ++told > MOST) continue;
        const field = found.map.at(key);
        const meant = keyFor(near, isNamespace);
        // Two keys of one name would be worse than two misspelt ones.
        const fits = meant === near && found.what === 'label' && !found.map.has(meant) && !offered.has(meant);
        offered.add(meant);
        report(
          field,
          'typo',
          { resource: nameOf(resource), what: found.what, key, place: found.place, meant },
          { onKey: true, codes: codesOf(resource, found, key), edits: fits ? replaceKey(field, meant) : [] },
        );
      }
    }
  },
});

// Nobody misspells more; each place in a mapping of thousands is found by walking through it.
const MOST = 20;

/** What the key is called that speaks of a namespace, or of a pod. */
function keyFor(near: string, isNamespace: boolean): string {
  if (near === INJECTION_KEY) return isNamespace ? INJECTION_KEY : INJECT_KEY;
  if (near === INJECT_KEY) return isNamespace ? INJECTION_KEY : INJECT_KEY;
  return near;
}

function codesOf(resource: Resource, { what, of }: MetadataMap, key: string): string[] {
  if (what !== 'annotation' || of !== 'object' || !JUDGED_BY_ISTIOCTL.has(resource.type)) return [];
  const [domain = ''] = key.split('/');
  return domain.endsWith('istio.io') && !ISTIO_ANNOTATIONS.has(key) ? ['IST0108'] : [];
}
