import { isServedByIstio } from '../gateway-api/gateway-classes.ts';
import { addSome } from '../gateway-api/limits.ts';
import {
  type AttachedRoute,
  type ListenerPlace,
  listenerPlaces,
  placesOfRoute,
} from '../gateway-api/routes-at-listeners.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { overlap } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import { createdBefore } from './age.ts';
import { type ApiRule, apiRulesOf, apiRuleTakesEverything, compareApiRules, matchKey } from './api-rule.ts';
import { redirectLoopsOf } from './redirect-loops.ts';

/** A rule that asks for just what a rule of another route asks for, for one host of one listener. */
export interface SameMatch {
  readonly rule: ApiRule;
  readonly other: ApiRule;
  readonly place: ListenerPlace;
  readonly host: string;
}

/** An HTTPRoute for a hostname that a GRPCRoute has at the same listener. */
export interface TwoKinds {
  readonly grpc: AttachedRoute;
  readonly http: AttachedRoute;
  /** A hostname that both have, in the form of the GRPCRoute. */
  readonly host: string;
  /** Rules of the GRPCRoute that get no call, since Istio puts a rule of the other route that takes every path before them. */
  readonly covered: readonly Field[];
  readonly ofIstio: boolean;
}

/**
 * The rules of a route of which another route of its kind has the same match, for the same hostname at one listener: of both only that of the older
 * route gets requests, of one age that of the first by namespace and name. Told of the younger, or where nothing tells the age of the
 * one that comes later by name; once a rule. A redirect that loops is told as that.
 * Source: Gateway API, HTTPRouteRule.matches; `pilot/pkg/config/kube/gateway/route_collections.go`, mergeHTTPRoutes.
 */
export function sameMatchesOf(mesh: Mesh, resource: Resource): readonly SameMatch[] {
  if (mesh.assumesNamespace(resource)) return [];
  const matches: SameMatch[] = [];
  const told = new Set<Field>();
  for (const { place, hosts } of placesOfRoute(mesh, resource)) {
    for (const rule of apiRulesOf(mesh, resource)) {
      const key = told.has(rule.field) ? undefined : matchKey(rule);
      if (key === undefined) continue;
      for (const host of hosts) {
        const others = mesh.derive(rulesByMatch).get(place)?.get(`${resource.kind} ${host} ${key}`);
        const other = others?.find((o) => isBefore(o.resource, resource) && mesh.appliedTogether(o.resource, resource));
        if (!other || isLoop(mesh, rule) || isLoop(mesh, other)) continue;
        told.add(rule.field);
        matches.push({ rule, other, place, host });
        break;
      }
    }
  }
  return matches;
}

function isBefore(a: Resource, b: Resource): boolean {
  const age = createdBefore(a, b);
  return age === 0 ? `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` : age < 0;
}

function isLoop(mesh: Mesh, { resource, field }: ApiRule): boolean {
  return redirectLoopsOf(mesh, resource).some((loop) => loop.rule === field);
}

// By listener, then by kind, host and match.
function rulesByMatch(mesh: Mesh): ReadonlyMap<ListenerPlace, ReadonlyMap<string, readonly ApiRule[]>> {
  const byPlace = new Map<ListenerPlace, Map<string, ApiRule[]>>();
  for (const place of mesh.derive(listenerPlaces)) {
    const byMatch = new Map<string, ApiRule[]>();
    byPlace.set(place, byMatch);
    for (const { route, hosts } of place.routes) {
      if (mesh.assumesNamespace(route.resource)) continue;
      for (const rule of apiRulesOf(mesh, route.resource)) {
        const key = matchKey(rule);
        for (const host of key === undefined ? [] : hosts)
          addSome(byMatch, `${route.resource.kind} ${host} ${key}`, rule);
      }
    }
  }
  return byPlace;
}

// So many HTTPRoutes of one listener are held against a GRPCRoute.
const MOST = 200;

/**
 * The HTTPRoutes that share a hostname and a listener with a GRPCRoute, one a listener. The Gateway API has exactly one of both accepted, the older.
 * Istio keeps one of both until 1.29; since 1.30 it puts the rules of both in one order, in which a GRPCRoute's rule without a match is last.
 * Source: `sigs.k8s.io/gateway-api`, apis/v1/grpcroute_types.go, GRPCRouteSpec.Hostnames; `pilot/pkg/config/kube/gateway/controller.go`,
 * httpAndGrpcVS, and `conversion.go`, sortHTTPRoutes.
 */
export function twoKindsOf(mesh: Mesh, resource: Resource): readonly TwoKinds[] {
  if (resource.kind !== 'GRPCRoute' || mesh.assumesNamespace(resource)) return [];
  return placesOfRoute(mesh, resource).flatMap((grpc): TwoKinds[] => {
    const all = mesh.derive(httpRoutesByPlace).get(grpc.place) ?? [];
    for (const http of all.slice(0, MOST)) {
      const other = http.route.resource;
      const host = grpc.hosts.find((h) => http.hosts.some((o) => overlap(h, o)));
      if (host === undefined || mesh.assumesNamespace(other) || !mesh.appliedTogether(other, resource)) continue;
      const ofIstio = isServedByIstio(mesh, grpc.place.gateway.className);
      const isSame = grpc.hosts.every((h) => http.hosts.includes(h));
      const covered = isSame && ofIstio && mesh.istioAtLeast('1.30') ? coveredRules(mesh, resource, other) : [];
      return [{ grpc, http, host, covered, ofIstio }];
    }
    return [];
  });
}

function httpRoutesByPlace(mesh: Mesh): ReadonlyMap<ListenerPlace, readonly AttachedRoute[]> {
  return new Map(
    mesh
      .derive(listenerPlaces)
      .map((place) => [place, place.routes.filter((r) => r.route.resource.kind === 'HTTPRoute')] as const),
  );
}

function coveredRules(mesh: Mesh, grpc: Resource, http: Resource): readonly Field[] {
  const first = apiRulesOf(mesh, http).find((rule) => !rule.open && apiRuleTakesEverything(rule));
  if (!first) return [];
  const alive = new Set<Field>();
  const rules = apiRulesOf(mesh, grpc);
  // A match of headers alone has no path, which comes after all that have one.
  for (const rule of rules)
    if (rule.open || (rule.match?.at('method').hasValue && compareApiRules(first, rule) >= 0)) alive.add(rule.field);
  return [...new Set(rules.map((r) => r.field))].filter((field) => !alive.has(field));
}
