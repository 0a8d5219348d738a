import { WORKLOAD_TYPES } from '../manifest/kinds.ts';
import type { Labels } from '../manifest/labels.ts';
import { type MetadataMap, metadataMaps } from '../manifest/metadata-maps.ts';
import type { Resource } from '../manifest/resource.ts';
import type { IstioAnnotation } from '../proxy/istio-annotations.ts';
import { INJECT_KEY } from './injection.ts';

// Annotations of other kinds are often handed on to pods by whatever reads those kinds, so nothing is said of them.
const OTHER_JUDGED: ReadonlySet<string> = new Set([
  'Namespace',
  'Service',
  'networking.k8s.io/Ingress',
  'networking.istio.io/ServiceEntry',
]);

/** The types of the resources that `meshAnnotations` looks at. */
export const ANNOTATED_TYPES: readonly string[] = [...OTHER_JUDGED, ...WORKLOAD_TYPES];

const ANNOTATED: ReadonlySet<string> = new Set(ANNOTATED_TYPES);

/** The kinds whose annotations istioctl looks at, those of the object itself only: not at labels and not at templates. */
export const JUDGED_BY_ISTIOCTL: ReadonlySet<string> = new Set(['Namespace', 'Service', 'Pod', 'apps/Deployment']);

// Nobody writes more; each place in a mapping of thousands is found by walking through it.
const MOST = 100;

/** An annotation of Istio's or Linkerd's domains, and the mapping that holds it. */
export interface PlacedAnnotation {
  readonly key: string;
  readonly map: Labels;
  readonly of: MetadataMap['of'];
  /** For a message: empty for the object's own, else " of the pod template". */
  readonly place: string;
  /** Whether istioctl looks here. */
  readonly seenByIstioctl: boolean;
}

/** The annotations of a resource with a key that belongs to a mesh, as `isOurs` tells; none of kinds that hand theirs on. */
export function meshAnnotations(resource: Resource, isOurs: (key: string) => boolean): PlacedAnnotation[] {
  if (!ANNOTATED.has(resource.type)) return [];
  const found: PlacedAnnotation[] = [];
  for (const { what, of, place, map } of metadataMaps(resource)) {
    if (what !== 'annotation') continue;
    const seenByIstioctl = of === 'object' && JUDGED_BY_ISTIOCTL.has(resource.type);
    for (const key of map.keys()) {
      if (isOurs(key) && found.length < MOST) found.push({ key, map, of, place, seenByIstioctl });
    }
  }
  return found;
}

/** Whether the name before the slash of a key is one of Istio's domains. */
export function isInIstioDomain(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0 || slash > 253) return false;
  const domain = key.slice(0, slash);
  return domain === 'istio.io' || domain.endsWith('.istio.io');
}

/** Whether an annotation is read where it stands. */
export function isInPlace(resource: Resource, { of }: Pick<PlacedAnnotation, 'of'>, known: IstioAnnotation): boolean {
  if (known.kinds.includes('Any')) return true;
  if (of === 'podTemplate') return known.kinds.includes('Pod');
  return of === 'object' && known.kinds.includes(resource.type);
}

/** Whether istioctl calls an annotation deprecated that stands here. */
export function isDeprecatedForIstioctl(resource: Resource, key: string, known: IstioAnnotation): boolean {
  if (known.deprecatedSince === undefined) return false;
  return key !== INJECT_KEY || !resource.labels.has(INJECT_KEY);
}
