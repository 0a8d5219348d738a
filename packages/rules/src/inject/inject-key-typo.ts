import { defineRule, INJECT_KEY, INJECTION_KEY, nameOf, type Resource } from '@meshvet/core';
import { meantKey } from '../shared/inject-key-typo.ts';
import { ISTIO_ANNOTATIONS } from '../shared/istio-keys.ts';
import { type MetadataMap, metadataMaps } from '../shared/metadata-maps.ts';
import { podTemplateOf } from '../shared/pod-template.ts';
import { replaceKey } from '../shared/scalar-edit.ts';

export const injectKeyTypo = defineRule({
  meta: {
    id: 'inject-key-typo',
    summary: 'A label or annotation is nearly a key that Istio reads, but not quite.',
    why: 'Nobody reads a misspelt key, so it changes nothing about the injection and nobody says so.',
    fix: 'Write the key as Istio knows it.',
    severity: 'warning',
    subject: 'resource',
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
    if (!isNamespace && !podTemplateOf(resource)) return;
    for (const found of metadataMaps(resource)) {
      for (const [key, field] of found.map.entries()) {
        const near = meantKey(key);
        if (near === undefined) continue;
        // What the key would be that is read at this place.
        const meant =
          near === INJECTION_KEY && !isNamespace
            ? INJECT_KEY
            : near === INJECT_KEY && isNamespace
              ? INJECTION_KEY
              : near;
        const fits = meant === near && found.what === 'label' && !found.map.has(meant);
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

// istioctl looks at the annotations of these kinds, not at labels and not at templates.
const JUDGED_BY_ISTIOCTL: ReadonlySet<string> = new Set(['Namespace', 'Service', 'Pod', 'apps/Deployment']);

function codesOf(resource: Resource, { what, of }: MetadataMap, key: string): string[] {
  if (what !== 'annotation' || of !== 'object' || !JUDGED_BY_ISTIOCTL.has(resource.type)) return [];
  const [domain = ''] = key.split('/');
  return domain.endsWith('istio.io') && !ISTIO_ANNOTATIONS.has(key) ? ['IST0108'] : [];
}
