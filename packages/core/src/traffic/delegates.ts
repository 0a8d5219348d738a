import type { Mesh } from '../mesh/mesh.ts';
import { isVisibleIn } from '../names/hosts.ts';
import { type Route, type VirtualService, virtualServices } from '../routing/routes.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import type { Contradiction, Delegation, HttpRule, LostDelegate, RuleMatch } from './http-rule.ts';
import { readStringMatch, type StringMatch } from './string-match.ts';

/**
 * The http rules of a VirtualService, with those of the delegates that they hand over to in their place. A delegate has no hosts of its own
 * and must be seen from the namespace of the one that names it. Source: `pilot/pkg/model/virtualservice.go`, since 1.8.
 */
export function mergedWithDelegates(mesh: Mesh, virtualService: VirtualService): MergedRules {
  const lost: LostDelegate[] = [];
  const contradictions: Contradiction[] = [];
  const delegates: Delegation[] = [];
  const root = virtualService.resource;
  let left = Math.min(MOST_MERGED, Math.floor(MOST_OF_ALL / Math.max(1, mesh.derive(delegatingCount))));
  const http = virtualService.routes
    .filter((route) => route.kind === 'http')
    .flatMap((route): HttpRule[] => {
      const delegate = route.field.at('delegate');
      if (!delegate.hasValue) return [ownRule(route)];
      const own = virtualService.resource.namespace ?? '';
      const name = delegate.at('name').string() ?? '';
      const namespace = delegate.at('namespace').string() || own;
      const found = mesh.derive(byName).get(`${namespace}/${name}`) ?? [];
      const target = found.find((v) => v.isDelegate && isVisibleIn(mesh, v.resource, own) !== 'no');
      if (!target) {
        const [first] = found;
        const why = first === undefined ? 'missing' : first.isDelegate ? 'hidden' : 'has-hosts';
        lost.push({ field: delegate, namespace, name, why, resource: first?.resource });
        return [];
      }
      delegates.push({ above: route.field, root, delegate: target.resource });
      const width = Math.max(1, matchesOf(route.field).length);
      const below: Route[] = [];
      for (const one of target.routes) {
        if (one.kind !== 'http') continue;
        left -= width * Math.max(1, matchesOf(one.field).length);
        if (left < 0) break;
        below.push(one);
      }
      const rules = below.flatMap((one) => {
        const rule = merged(route, one);
        if (!rule) contradictions.push({ above: route.field, root, below: one.field, delegate: target.resource });
        return rule ?? [];
      });
      if (rules.length === 0 && below.length > 0)
        lost.push({ field: delegate, namespace, name, why: 'no-rule', resource: target.resource });
      return rules;
    });
  return { http, lost, contradictions, delegates };
}

// Matches of one VirtualService put together with those of its delegates, and of all VirtualServices that delegate. No proxy has more, and
// a hostile file multiplies thousands by thousands; what lies beyond is left out.
const MOST_MERGED = 20_000;
const MOST_OF_ALL = 1_000_000;

/** How many VirtualServices delegate. */
function delegatingCount(mesh: Mesh): number {
  return mesh.derive(virtualServices).filter(({ routes }) => routes.some((r) => r.field.at('delegate').hasValue))
    .length;
}

/** The http rules of a VirtualService, and what became of its delegates. */
export interface MergedRules {
  readonly http: readonly HttpRule[];
  readonly lost: readonly LostDelegate[];
  readonly contradictions: readonly Contradiction[];
  readonly delegates: readonly Delegation[];
}

function byName(mesh: Mesh): ReadonlyMap<string, readonly VirtualService[]> {
  const index = new Map<string, VirtualService[]>();
  for (const v of mesh.derive(virtualServices)) addTo(index, `${v.resource.namespace}/${v.resource.name}`, v);
  return index;
}

function ownRule(route: Route): HttpRule {
  return {
    field: route.field,
    above: undefined,
    name: route.field.at('name').string(),
    matches: matchesOf(route.field).map((field) => ({ field, above: undefined })),
    destinations: route.destinations,
    mirrors: route.mirrors,
  };
}

function matchesOf(rule: Field): readonly Field[] {
  return rule.at('match').items() as Field[];
}

/** undefined where no match of the delegate agrees with one of the rule above: then it is never reached. */
function merged(above: Route, below: Route): HttpRule | undefined {
  const upper = matchesOf(above.field);
  const lower = matchesOf(below.field);
  let matches: RuleMatch[];
  if (upper.length === 0) matches = lower.map((field) => ({ field, above: undefined }));
  else if (lower.length === 0) matches = upper.map((field) => ({ field, above: undefined }));
  else {
    matches = lower.flatMap((field) =>
      upper.filter((one) => !contradict(one, field)).map((one) => ({ field, above: one })),
    );
    if (matches.length === 0) return undefined;
  }
  const names = [above.field.at('name').string(), below.field.at('name').string()].filter((n) => n);
  return {
    field: below.field,
    above: above.field,
    name: names.length > 0 ? names.join('-') : undefined,
    matches,
    destinations: below.destinations,
    mirrors: below.mirrors.length > 0 ? below.mirrors : above.mirrors,
  };
}

const TEXTS = ['uri', 'scheme', 'method', 'authority'] as const;

// What istiod takes for a contradiction: it keeps a delegate's match only where it narrows the one above.
function contradict(above: Field, below: Field): boolean {
  if ((above.at('ignoreUriCase').boolean() ?? false) !== (below.at('ignoreUriCase').boolean() ?? false)) return true;
  if (TEXTS.some((key) => textsContradict(readStringMatch(above.at(key)), readStringMatch(below.at(key))))) return true;
  for (const key of ['headers', 'withoutHeaders', 'queryParams']) {
    const lower = below.at(key);
    for (const [name, field] of above.at(key).entries())
      if (lower.at(name).exists && textsContradict(readStringMatch(field), readStringMatch(lower.at(name))))
        return true;
  }
  const differ = (key: string) =>
    above.at(key).hasValue && below.at(key).hasValue && above.at(key).value !== below.at(key).value;
  if (differ('port') || differ('sourceNamespace')) return true;
  const labels = below.at('sourceLabels');
  return above
    .at('sourceLabels')
    .entries()
    .some(([key, value]) => labels.at(key).hasValue && labels.at(key).text() !== value.text());
}

function textsContradict(above: StringMatch | undefined, below: StringMatch | undefined): boolean {
  if (!above || !below || above.kind === 'any' || below.kind === 'any') return false;
  if (above.kind === 'later' || below.kind === 'later') return false;
  if (above.kind === 'regex' || below.kind === 'regex') return true;
  if (above.kind === 'exact') return below.kind !== 'exact' || below.text !== above.text;
  return !below.text.startsWith(above.text);
}
