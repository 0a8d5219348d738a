import { expect, test } from 'vitest';
import { KnownKinds } from '../packages/core/src/schema/definitions.ts';
import { GATEWAY_API_CRDS } from '../packages/core/src/schema/gateway-api-crds.ts';
import { ISTIO_CRDS } from '../packages/core/src/schema/istio-crds.ts';
import { LINKERD_CRDS } from '../packages/core/src/schema/linkerd-crds.ts';
import type { Schema } from '../packages/core/src/schema/schema.ts';
import { celWords } from '../packages/rules/src/shared/schema/schema-cel-words.ts';

/** Every expression in the definitions that are built in. */
function expressions(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (schema: Schema | undefined): void => {
    if (!schema) return;
    for (const [rule] of schema.rules ?? []) found.add(rule);
    for (const inner of Object.values(schema.properties ?? {})) visit(inner);
    visit(schema.items);
    visit(schema.values);
  };
  for (const definitions of [ISTIO_CRDS, GATEWAY_API_CRDS, LINKERD_CRDS]) {
    const known = new KnownKinds(definitions);
    for (const type of known.types)
      for (const channel of ['standard', 'experimental'] as const)
        for (const kind of known.all(type, channel)) for (const version of kind.versions) visit(kind.schema(version));
  }
  return found;
}

test('each expression of the definitions that are built in has words', () => {
  // What is about the change of an object is never told.
  const told = [...expressions()].filter((expression) => !/\boldSelf\b/.test(expression));
  expect(told.length).toBeGreaterThan(100);
  for (const expression of told) {
    const demand = celWords(expression)?.demand;
    expect(demand, expression).toMatch(
      /^(?:has|is|must|sets|names|replaces|ends|gives|holds|says|refers|redirects|points|cannot) /,
    );
    expect(demand, expression).not.toContain('undefined');
  }
});
