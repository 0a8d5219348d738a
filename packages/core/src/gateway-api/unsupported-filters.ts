import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { MOST_BACKENDS } from './limits.ts';

/** A filter that Istio does not know where it stands. */
export interface UnsupportedFilter {
  readonly field: Field;
  readonly type: string;
  /** Whether it stands at a backend. */
  readonly atBackend: boolean;
  /** The release that takes it, where one does. */
  readonly since: string | undefined;
}

const HEADERS = ['RequestHeaderModifier', 'ResponseHeaderModifier'] as const;

/** The filters of the Gateway API that Istio takes in no release, or by which one. A type that is none of these is a slip, which the schema tells. */
const KNOWN: ReadonlySet<string> = new Set([
  ...HEADERS,
  'RequestMirror',
  'RequestRedirect',
  'URLRewrite',
  'CORS',
  'ExtensionRef',
  'ExternalAuth',
]);

const AT_RULES: Readonly<Record<'HTTPRoute' | 'GRPCRoute', ReadonlySet<string>>> = {
  HTTPRoute: new Set([...HEADERS, 'RequestMirror', 'RequestRedirect', 'URLRewrite', 'CORS']),
  GRPCRoute: new Set([...HEADERS, 'RequestMirror']),
};

const AT_BACKENDS: ReadonlySet<string> = new Set(HEADERS);

/**
 * The filters of a route that Istio does not know; with one of them it drops the route as a whole, with all its rules. At a backend it only takes
 * changes of headers. CORS came into the Gateway API with 1.3, and into Istio with 1.26 (istio/istio#55313).
 * Source: `pilot/pkg/config/kube/gateway/conversion.go`, convertHTTPRoute, convertGRPCRoute, buildHTTPDestination; computeRoute in
 * `route_collections.go` for what becomes of the rest.
 */
export function unsupportedFilters(mesh: Mesh, route: Resource): readonly UnsupportedFilter[] {
  const { kind } = route;
  if ((kind !== 'HTTPRoute' && kind !== 'GRPCRoute') || isPatchedAt(route, 'spec', 'rules')) return [];
  const found: UnsupportedFilter[] = [];
  const take = (holder: Field, allowed: ReadonlySet<string>, atBackend: boolean) => {
    for (const field of (holder.at('filters').items() as Field[]).slice(0, MOST_BACKENDS)) {
      const type = field.at('type').string();
      if (type === undefined || !KNOWN.has(type)) continue;
      const tooEarly = type === 'CORS' && !mesh.istioAtLeast('1.26');
      if (allowed.has(type) && !tooEarly) continue;
      found.push({ field, type, atBackend, since: allowed.has(type) ? '1.26' : undefined });
    }
  };
  for (const rule of route.body.at('spec').at('rules').items() as Field[]) {
    take(rule, AT_RULES[kind], false);
    // Of no weight, it is not looked at.
    for (const backend of rule.at('backendRefs').items() as Field[])
      if (backend.at('weight').number() !== 0) take(backend, AT_BACKENDS, true);
  }
  return found;
}
