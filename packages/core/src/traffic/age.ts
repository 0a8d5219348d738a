import type { Resource } from '../manifest/resource.ts';

/**
 * Orders resources as istiod does where the older one wins: by creation time where the manifests carry one (a dump does), negative when the
 * first is older, 0 where nothing tells. Source: `pilot/pkg/model/config.go`, sortConfigByCreationTime.
 */
export function createdBefore(a: Resource, b: Resource): number {
  const [first, second] = [createdAt(a), createdAt(b)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** As `createdBefore`; of one age the name decides, then the namespace. */
export function compareAge(a: Resource, b: Resource): number {
  return createdBefore(a, b) || compareText(a.name, b.name) || compareText(a.namespace ?? '', b.namespace ?? '');
}

// Times of RFC 3339 in UTC sort as texts. What carries none was created now, in Go's zero time: before all others.
function createdAt(resource: Resource): string {
  return resource.body.at('metadata').at('creationTimestamp').string() ?? '';
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
