import type { Mesh } from '../mesh/mesh.ts';
import { seenTogether } from '../names/hosts.ts';
import { isEverything, type Match, matchCovers, readMatch } from '../routing/route-matches.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { createdBefore } from './age.ts';
import { gatewayTables } from './gateway-tables.ts';
import type { HttpRule } from './http-rule.ts';
import type { MeshRoute } from './mesh-route.ts';

/** A match of one VirtualService that the rule of another one takes everything from, whenever that one comes first. */
export interface OrderedByAge {
  readonly route: MeshRoute;
  readonly match: Field;
  readonly other: MeshRoute;
  readonly otherMatch: Field;
  /** Both say the same: then each takes everything from the other. */
  readonly same: boolean;
  readonly host: string;
  readonly gateway: string;
}

interface Entry {
  readonly route: MeshRoute;
  readonly rule: HttpRule;
  readonly field: Field;
  readonly match: Match;
}

const MOST_ENTRIES = 1500;
const MOST_WIDE = 150;
const MOST_RIVALS = 40;

/**
 * Matches at a gateway that get requests or none depending on the age of VirtualServices: a gateway puts those of one host behind each other,
 * the oldest first, moves only rules that take everything to the end, and Envoy takes the first that matches. Where the manifests carry
 * their age, those whose order is right are left out. Source: `pilot/pkg/networking/core/gateway.go`, `route.go` SortVHostRoutes.
 */
export function matchesOrderedByAge(mesh: Mesh): ReadonlyMap<MeshRoute, readonly OrderedByAge[]> {
  const found = new Map<MeshRoute, OrderedByAge[]>();
  for (const { gateway, hosts } of mesh.derive(gatewayTables)) {
    for (const [host, routes] of hosts) {
      if (routes.length < 2) continue;
      const entries = routes.slice(0, MOST_RIVALS).flatMap(entriesOf).slice(0, MOST_ENTRIES);
      // A path alone, as the widest matches are.
      const wide = entries.filter(({ match }) => match.understood).slice(0, MOST_WIDE);
      for (const entry of entries) {
        if ((found.get(entry.route) ?? []).some((one) => one.match.value === entry.field.value)) continue;
        const other = wide.find((one) => takesFrom(mesh, one, entry));
        if (!other) continue;
        addTo(found, entry.route, {
          route: entry.route,
          match: entry.field,
          other: other.route,
          otherMatch: other.field,
          same: other.match.key === entry.match.key,
          host,
          gateway,
        });
      }
    }
  }
  return found;
}

// Rules of delegates are read with those above them, and not compared here; those that take everything come last of all.
function entriesOf(route: MeshRoute): Entry[] {
  return route.http.flatMap((rule) =>
    rule.matches.flatMap(({ field, above }): Entry[] => {
      const match = above ? undefined : readMatch(field, 'http');
      return match && !comesLast(match) ? [{ route, rule, field, match }] : [];
    }),
  );
}

// What Envoy is told nothing of: istiod decides port, callers and gateways itself, so such a match takes everything too, and is moved to the end.
function comesLast(match: Match): boolean {
  const { uri, tests, equals } = match;
  return (
    isEverything(match) || (!uri && tests.size === 0 && ![...equals.keys()].some((key) => key.startsWith('without ')))
  );
}

function takesFrom(mesh: Mesh, wide: Entry, narrow: Entry): boolean {
  const [a, b] = [wide.route.resource, narrow.route.resource];
  if (a === b || a.name === '' || b.name === '' || mesh.sameObject(a, b) || a.rewrites?.name || b.rewrites?.name)
    return false;
  if (wide.match.key !== narrow.match.key && !matchCovers(wide.match, narrow.match)) return false;
  if (!mesh.appliedTogether(a, b) || !seenTogether(mesh, a, b)) return false;
  // Known to be younger, it comes behind.
  if (createdBefore(a, b) > 0 && hasAge(narrow.route) && hasAge(wide.route)) return false;
  return a.namespace !== b.namespace || actionOf(wide.rule) !== actionOf(narrow.rule);
}

function hasAge({ resource }: MeshRoute): boolean {
  return resource.body.at('metadata').at('creationTimestamp').string() !== undefined;
}

// What a rule does, to tell whether it matters which of two takes a request.
function actionOf({ field }: HttpRule): string {
  const parts = field.entries().filter(([key]) => key !== 'match' && key !== 'name');
  return JSON.stringify(parts.map(([key, value]) => [key, value.value]).sort());
}
