import type { Resource } from '../manifest/resource.ts';
import { locationOf } from './finding.ts';
import type { Suppression } from './suppress.ts';
import { readSuppressionText } from './suppression-text.ts';

/**
 * Our own. Its prefix has no dot because a key of Kubernetes takes any DNS name there (RFC 1123), and a domain in it
 * would have to be ours.
 */
export const IGNORE_KEY = 'meshvet/ignore';

/** A list of codes with commas, or `*`: `istioctl analyze` leaves the messages of the object out (istio.io/api, annotation.yaml). */
const ISTIO_KEY = 'galley.istio.io/analyze-suppress';

/** A list of codes with commas; the empty value is all (Kiali, checks of one object). */
const KIALI_KEY = 'kiali.io/ignore-validations';

/** The suppressions that stand in annotations: of the object itself, for workloads not of their pods. */
export function readAnnotations(resources: readonly Resource[]): Suppression[] {
  return resources.flatMap((resource) => [
    ...suppressionIn(resource, IGNORE_KEY, (text) => ({ by: 'annotation', ...readSuppressionText(text) })),
    ...suppressionIn(resource, ISTIO_KEY, (text) => ({ by: 'istio', ...codesIn(text) })),
    ...suppressionIn(resource, KIALI_KEY, (text) => ({ by: 'kiali', ...codesIn(text.trim() === '' ? '*' : text) })),
  ]);
}

type Words = Pick<Suppression, 'by' | 'names' | 'reason' | 'until'>;

function suppressionIn(resource: Resource, key: string, read: (text: string) => Words): Suppression[] {
  if (!resource.annotations.has(key)) return [];
  const text = resource.annotations.get(key);
  if (text === undefined) return [];
  const field = resource.annotations.at(key);
  const location = locationOf(field.document.source, field.keySpan(), field.pointer);
  return [{ ...read(text), location, extent: { resource } }];
}

/** The other tools know no reasons and no days. */
function codesIn(text: string): Omit<Words, 'by'> {
  const names = text.split(',').map((name) => name.trim());
  return { names: names.filter((name) => name !== ''), reason: '', until: undefined };
}
