import type { Field } from '../source/field.ts';
import { fileOf, type Resource } from './resource.ts';

/**
 * The spec of a resource of one of some kinds, where it may be judged: a whole object that no patch of the input writes into. Kinds are
 * written with their groups, `networking.istio.io/Gateway`.
 */
export function specOf(resource: Resource, ...types: readonly string[]): Field | undefined {
  if (resource.partial || !types.includes(resource.type) || isPatched(resource) || isNamedPatch(resource))
    return undefined;
  const spec = resource.body.at('spec');
  return spec.isMapping ? spec : undefined;
}

function isPatched({ kind, rewrites }: Resource): boolean {
  if (!rewrites) return false;
  // A text with a kind is a patch for resources of that kind; any other is a list of changes to somebody.
  return rewrites.texts.some(
    (text) => text === '*' || (text.includes('spec') && (!/^kind:/m.test(text) || text.includes(kind))),
  );
}

// A patch that no Kustomization of the input takes in lacks what it does not change, and nothing else tells that it is one.
function isNamedPatch(resource: Resource): boolean {
  const path = fileOf(resource);
  // Asked dozens of times of each resource, and hardly any path has the word at all.
  if (!/patch/i.test(path)) return false;
  const parts = path.split('/').slice(-2);
  return parts.some((part) => /(?:^|[^a-z])patch(?:es)?(?:[^a-z]|$)/i.test(part));
}
