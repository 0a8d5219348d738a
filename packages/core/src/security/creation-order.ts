import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';

/**
 * Which of two resources is the older for istiod: negative when the first is, undefined where the files do not tell. Manifests of a dump
 * carry `metadata.creationTimestamp`; of one second the name decides, then the namespace. Without times nobody knows which was applied first,
 * except in a closed world: there nothing but the name tells them apart. Source: `pilot/pkg/model/config.go`, sortConfigByCreationTime.
 */
export function compareCreation(mesh: Mesh, a: Resource, b: Resource, nameOf = ownName): number | undefined {
  const [first, second] = [createdAt(a), createdAt(b)];
  if (first !== undefined && second !== undefined && first !== second) return first - second;
  if (first !== second) return undefined;
  if (first === undefined && !mesh.settings.closedWorld) return undefined;
  return compareText(nameOf(a), nameOf(b)) || compareText(a.namespace ?? '', b.namespace ?? '');
}

/** The time in milliseconds; NaN never, undefined where none is written or it is no time. */
function createdAt(resource: Resource): number | undefined {
  const text = resource.body.at('metadata').at('creationTimestamp').string();
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function ownName({ name }: Resource): string {
  return name;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
