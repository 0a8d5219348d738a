import type { Resource } from '../manifest/resource.ts';
import type { SourceFile } from '../source/source-file.ts';
import type { Mesh } from './mesh.ts';

// Within a List each comparison walks to its item, so that a List of thousands would take minutes.
const LARGEST_LIST = 1000;

/** The resource that a place of a file lies in; undefined when it lies in none, or in a huge List. */
export function resourceAt(mesh: Mesh, source: SourceFile, offset: number): Resource | undefined {
  const { resources } = mesh;
  // Resources stand in the order of paths and, within a file, of places.
  let low = 0;
  let high = resources.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(resources[middle] as Resource, source, offset)) low = middle + 1;
    else high = middle;
  }
  const document = resources[low]?.document;
  if (!document || document.source !== source || offset < document.start) return undefined;
  const inside: Resource[] = [];
  for (let i = low; resources[i]?.document === document; i++) {
    inside.push(resources[i] as Resource);
    if (inside.length > LARGEST_LIST) return undefined;
  }
  const [only] = inside;
  // A List of one item is a List too; `body` of a resource that is the whole document has no parent.
  if (only && only.body.parent === undefined) return only;
  return inside.find((resource) => {
    const span = resource.body.fullSpan();
    return span !== undefined && span.start <= offset && offset < span.end;
  });
}

// Whether the document of a resource ends before the place.
function isBefore({ document }: Resource, source: SourceFile, offset: number): boolean {
  if (document.source !== source) return document.source.path < source.path;
  return document.end <= offset;
}
