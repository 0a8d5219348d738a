import {
  ANNOTATED_TYPES,
  defineRule,
  INJECT_KEY,
  ISTIO_ANNOTATION_TABLE,
  ISTIO_LABELS,
  type IstioAnnotation,
  isDeprecatedForIstioctl,
  isInIstioDomain,
  isInPlace,
  isSettled,
  type Labels,
  meshAnnotations,
  nameOf,
  type PlacedAnnotation,
  type PodMetadata,
  podMetadataOf,
  type Resource,
  valueProblem,
} from '@meshvet/core';
import { moveEntry } from '../shared/edits/mapping-edit.ts';

export const annotationMisplaced = defineRule({
  meta: {
    id: 'annotation-misplaced',
    summary: 'An annotation of Istio stands where Istio does not read it.',
    why: 'Istio reads each annotation on certain kinds only, and those of pods on the pod template; anywhere else it has no effect and nobody says so.',
    fix: 'Move it to the object that it is read on; what is about pods belongs to the annotations of the pod template.',
    severity: 'warning',
    about: 'istio',
    subject: 'resource',
    types: ANNOTATED_TYPES,
    codes: ['IST0107', 'IST0135'],
    sources: [
      'istio/api annotation/annotations.yaml (resources)',
      'istio/istio pkg/kube/inject/webhook.go',
      'istio.io: Resource Annotations',
    ],
    messages: {
      onWorkload:
        '{resource}: annotation {key} stands on {where} itself, where Istio does not read it; it belongs to the annotations of the pod template.',
      elsewhere: '{resource}: annotation {key} has no effect on {where}, because Istio reads it on {kinds} only.',
      asLabel:
        '{resource}: {key} stands among the labels of the pods, where Istio does not read it; it is an annotation.',
    },
  },
  examples: {
    bad: [
      {
        title: 'on the Deployment and not on its pods',
        yaml: `
          apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: cart
            namespace: shop
            annotations:
              sidecar.istio.io/proxyCPU: 200m #~ onWorkload \`sidecar.istio.io/proxyCPU\`
          spec:
            selector: { matchLabels: { app: cart } }
            template:
              metadata:
                labels: { app: cart }
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
    good: [
      {
        title: 'on the pod template',
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
                  sidecar.istio.io/proxyCPU: 200m
              spec:
                containers: [{ name: cart, image: "cart:1" }]
        `,
      },
    ],
  },
  check({ subject: resource, report }) {
    const pod = podMetadataOf(resource);
    const places = meshAnnotations(resource, isConsidered);
    for (const place of places) {
      const { key, map, seenByIstioctl } = place;
      const known = ISTIO_ANNOTATION_TABLE.get(key);
      if (!known || known.machineMade || isInPlace(resource, place, known)) continue;
      // The key of the injection has rules of its own on all kinds that it could be meant for.
      if (key === INJECT_KEY && (pod || resource.type === 'Namespace')) continue;
      const codes = seenByIstioctl
        ? isDeprecatedForIstioctl(resource, key, known)
          ? ['IST0107', 'IST0135']
          : ['IST0107']
        : [];
      const data = { resource: nameOf(resource), key, where: whereOf(resource, place) };
      if (known.kinds.includes('Pod') && pod) {
        if (!pod.annotations.lacks(key)) continue;
        const sure = isSettled(resource) && places.filter((one) => one.key === key).length === 1;
        const move = sure ? moveEntry(map.at(key), pod.annotations.field) : [];
        // A value that is heard for the first time, and is none, would keep the pods from coming up.
        const text = map.get(key);
        const valid = text !== undefined && (!known.value || valueProblem(known.value, text) === undefined);
        const fix = known.value === 'proxyConfig' ? { suggested: move } : { edits: valid ? move : [] };
        report(map.at(key), 'onWorkload', data, { onKey: true, codes, ...fix });
      } else report(map.at(key), 'elsewhere', { ...data, kinds: kindsOf(known) }, { onKey: true, codes });
    }
    if (pod) {
      for (const key of misplacedLabels(pod.labels)) {
        const edits =
          isSettled(resource) && canMove(resource, pod, key)
            ? moveEntry(pod.labels.at(key), pod.annotations.field)
            : [];
        report(pod.labels.at(key), 'asLabel', { resource: nameOf(resource), key }, { onKey: true, codes: [], edits });
      }
    }
  },
});

// The only annotation outside of Istio's domains that it documents.
function isConsidered(key: string): boolean {
  return isInIstioDomain(key) || key === 'kubernetes.io/ingress.class';
}

function misplacedLabels(labels: Labels): string[] {
  return labels
    .keys()
    .filter((key) => isInIstioDomain(key) && !ISTIO_LABELS.has(key))
    .filter((key) => {
      const known = ISTIO_ANNOTATION_TABLE.get(key);
      return known !== undefined && !known.machineMade && known.kinds.includes('Pod');
    })
    .slice(0, 20);
}

// A label that the selector names cannot go.
function canMove(resource: Resource, pod: PodMetadata, key: string): boolean {
  const selector = resource.body.at('spec').at('selector');
  const named = selector.at('matchLabels').at(key).exists || selector.at('matchExpressions').exists;
  return !named && !selector.at(key).exists && pod.annotations.lacks(key);
}

function whereOf(resource: Resource, { of }: PlacedAnnotation): string {
  if (of === 'podTemplate') return 'a pod template';
  return of === 'jobTemplate' ? 'the job template' : `${/^[AEIOU]/.test(resource.kind) ? 'an' : 'a'} ${resource.kind}`;
}

function kindsOf({ kinds }: IstioAnnotation): string {
  const names = kinds.map((kind) => (kind === 'Pod' ? 'pod' : kind.slice(kind.lastIndexOf('/') + 1)));
  const last = names.at(-1) ?? '';
  const plural = `${last}${last.endsWith('s') ? 'es' : 's'}`;
  return names.length < 2 ? plural : `${names.slice(0, -1).join(', ')} and ${last} objects`;
}
