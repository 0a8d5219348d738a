import { isServedByIstio } from '../gateway-api/gateway-classes.ts';
import { gatewayRouteOf } from '../gateway-api/gateway-routes.ts';
import { addSome } from '../gateway-api/limits.ts';
import { GATEWAY_API_GROUP, type ParentReference } from '../gateway-api/references.ts';
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

/** What a rule of a route asks for. */
export interface RouteClaim {
  readonly resource: Resource;
  /** The rule as written. */
  readonly field: Field;
  /** What it asks of requests; undefined for connections, of which it asks nothing but the name. */
  readonly rule: ApiRule | undefined;
}

/** A rule that asks for just what a rule of another route asks for, for one host of one listener, or between pods for one Service. */
export interface SameMatch {
  readonly claim: RouteClaim;
  readonly other: RouteClaim;
  readonly place: ListenerPlace | ParentReference;
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
 * The rules of a route of which another route of its kind has the same match, for the same hostname at one listener, or in one namespace for calls of
 * one Service: of both only that of the older route gets requests, of one age that of the first by namespace and name. TLSRoutes ask for a
 * name alone, and TCPRoutes for everything. Told of the younger, or where nothing tells the age of the one that comes later by name; once a
 * rule. A redirect that loops is told as that.
 * Source: Gateway API, HTTPRouteRule.matches; `pilot/pkg/config/kube/gateway/route_collections.go`, mergeHTTPRoutes;
 * `pilot/pkg/networking/core/gateway.go`, buildGatewayNetworkFiltersFromTCPRoutes and FromTLSRoutes.
 */
export function sameMatchesOf(mesh: Mesh, resource: Resource): readonly SameMatch[] {
  const route = gatewayRouteOf(mesh, resource);
  if (!route || mesh.assumesNamespace(resource)) return [];
  const matches: SameMatch[] = [];
  const told = new Set<Field>();
  const index = mesh.derive(claimsByMatch);
  const tell = (place: SameMatch['place'], byMatch: ClaimsByMatch | undefined, hosts: readonly string[]) => {
    for (const { claim, key } of claimsOf(mesh, resource)) {
      for (const host of told.has(claim.field) ? [] : hostsOf(resource, hosts)) {
        const others = byMatch?.get(`${resource.kind} ${host} ${key}`);
        const other = others?.find((o) => isBefore(o.resource, resource) && mesh.appliedTogether(o.resource, resource));
        if (!other || isLoop(mesh, claim) || isLoop(mesh, other)) continue;
        told.add(claim.field);
        matches.push({ claim, other, place, host });
        break;
      }
    }
  };
  for (const { place, hosts } of placesOfRoute(mesh, resource)) tell(place, index.byPlace.get(place), hosts);
  for (const parent of route.parents)
    if (parent.kind === 'Service' && OF_REQUESTS.has(resource.kind))
      tell(parent, index.byService.get(serviceKey(resource, parent)), ['*']);
  return matches;
}

const OF_REQUESTS: ReadonlySet<string> = new Set(['HTTPRoute', 'GRPCRoute']);

// Bytes have no name by which they could be told apart.
function hostsOf({ kind }: Resource, hosts: readonly string[]): readonly string[] {
  return kind === 'TCPRoute' ? ['*'] : hosts;
}

function isBefore(a: Resource, b: Resource): boolean {
  const age = createdBefore(a, b);
  return age === 0 ? `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` : age < 0;
}

function isLoop(mesh: Mesh, { resource, field }: RouteClaim): boolean {
  return redirectLoopsOf(mesh, resource).some((loop) => loop.rule === field);
}

interface KeyedClaim {
  readonly claim: RouteClaim;
  readonly key: string;
}

/** What the rules of a route ask for, without what is filled in later. */
function claimsOf(mesh: Mesh, resource: Resource): readonly KeyedClaim[] {
  if (OF_REQUESTS.has(resource.kind))
    return apiRulesOf(mesh, resource).flatMap((rule) => {
      const key = matchKey(rule);
      return key === undefined ? [] : [{ claim: { resource, field: rule.field, rule }, key }];
    });
  if (resource.kind !== 'TLSRoute' && resource.kind !== 'TCPRoute') return [];
  const [field] = resource.body.at('spec').at('rules').items() as Field[];
  return field ? [{ claim: { resource, field, rule: undefined }, key: '' }] : [];
}

// By kind, host and match.
type ClaimsByMatch = ReadonlyMap<string, readonly RouteClaim[]>;

interface Claims {
  readonly byPlace: ReadonlyMap<ListenerPlace, ClaimsByMatch>;
  /** Of routes between pods, by their namespace and by Service and port. */
  readonly byService: ReadonlyMap<string, ClaimsByMatch>;
}

function serviceKey({ namespace }: Resource, parent: ParentReference): string {
  return `${namespace} ${parent.namespace}/${parent.name}:${parent.port ?? ''}`;
}

function claimsByMatch(mesh: Mesh): Claims {
  const byPlace = new Map<ListenerPlace, Map<string, RouteClaim[]>>();
  const byService = new Map<string, Map<string, RouteClaim[]>>();
  const add = (byMatch: Map<string, RouteClaim[]>, resource: Resource, hosts: readonly string[]) => {
    if (mesh.assumesNamespace(resource)) return;
    for (const { claim, key } of claimsOf(mesh, resource))
      for (const host of hostsOf(resource, hosts)) addSome(byMatch, `${resource.kind} ${host} ${key}`, claim);
  };
  for (const place of mesh.derive(listenerPlaces)) {
    const byMatch = new Map<string, RouteClaim[]>();
    byPlace.set(place, byMatch);
    for (const { route, hosts } of place.routes) add(byMatch, route.resource, hosts);
  }
  for (const resource of [...OF_REQUESTS].flatMap((kind) => mesh.ofType(`${GATEWAY_API_GROUP}/${kind}`))) {
    for (const parent of gatewayRouteOf(mesh, resource)?.parents ?? []) {
      if (parent.kind !== 'Service') continue;
      const key = serviceKey(resource, parent);
      const byMatch = byService.get(key) ?? new Map<string, RouteClaim[]>();
      byService.set(key, byMatch);
      add(byMatch, resource, ['*']);
    }
  }
  return { byPlace, byService };
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
