import type { Field, Mesh, Resource } from '@meshvet/core';

/**
 * Whether the schema of its kind has refused what is written at a field already, or that nothing is written there, or something around it:
 * then a rule that judges the meaning would tell one mistake twice. Expressions are left out: they judge meaning as well.
 */
export function isToldByShape(mesh: Mesh, resource: Resource, field: Field): boolean {
  const shape = mesh.shapeOf(resource);
  if (!shape || shape.faults.length === 0) return false;
  const steps = stepsOf(resource, field);
  return shape.faults.some((fault) => {
    if (fault.kind === 'cel' || fault.kind === 'one-of' || fault.kind === 'branch') return false;
    const place = fault.kind === 'missing-field' ? [...fault.path, fault.key] : fault.path;
    return place.length <= steps.length && place.every((step, i) => step === steps[i]);
  });
}

/** How a field is reached from the body of its resource, which may be an item of a List. */
function stepsOf(resource: Resource, field: Field): (string | number)[] {
  const steps: (string | number)[] = [];
  for (let at = field; at.parent && at.value !== resource.body.value; at = at.parent)
    steps.push(at.key as string | number);
  return steps.reverse();
}
