import type { KubernetesGateway, Listener } from '../gateway-api/kubernetes-gateways.ts';
import { type AttachedRoute, placesOfRoute } from '../gateway-api/routes-at-listeners.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { covers } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import { createdBefore } from './age.ts';
import { type ApiRule, apiRulesOf, compareApiRules, filterOf, takesAllOf } from './api-rule.ts';

/** A redirect that sends requests of a listener to where they are already. */
export interface RedirectLoop {
  readonly rule: Field;
  /** The `requestRedirect` of its filter. */
  readonly redirect: Field;
  readonly gateway: KubernetesGateway;
  readonly listener: Listener;
  readonly scheme: string;
  readonly hosts: readonly string[];
  /** A route with a rule for just the same requests: the older of both decides, and nothing tells which that is. undefined where the redirect holds in any case. */
  readonly rival: Resource | undefined;
}

const SCHEMES: ReadonlyMap<string, { readonly scheme: string; readonly port: number }> = new Map([
  ['HTTP', { scheme: 'http', port: 80 }],
  ['HTTPS', { scheme: 'https', port: 443 }],
]);

// So many routes of one listener are held against a redirect.
const MOST = 200;

/**
 * The redirects of an HTTPRoute that lead a request to itself: same scheme, host, port and path. Without a port the one of the scheme counts where a
 * scheme is written, else that of the request. Such a request comes again and again; it is none where a rule of another route, or one before
 * it, takes it first. A match by header says nothing, since the second request may carry others.
 * Source: `pilot/pkg/config/kube/gateway/conversion.go`, createRedirectFilter; Gateway API guide "HTTP redirects".
 */
export function redirectLoopsOf(mesh: Mesh, resource: Resource): readonly RedirectLoop[] {
  const known = mesh.derive(knownLoops);
  let loops = known.get(resource);
  if (!loops) known.set(resource, (loops = findLoops(mesh, resource)));
  return loops;
}

// Two rules ask.
function knownLoops(): Map<Resource, readonly RedirectLoop[]> {
  return new Map();
}

function findLoops(mesh: Mesh, resource: Resource): readonly RedirectLoop[] {
  if (resource.kind !== 'HTTPRoute') return [];
  const rules = apiRulesOf(mesh, resource);
  if (!rules.some((rule) => filterOf(rule, 'RequestRedirect'))) return [];
  return placesOfRoute(mesh, resource).flatMap((attached) => {
    const own = SCHEMES.get(attached.place.listener.protocol ?? '');
    if (!own) return [];
    const seen = new Set<Field>();
    return rules.flatMap((rule, i): RedirectLoop[] => {
      const redirect = filterOf(rule, 'RequestRedirect')?.at('requestRedirect');
      if (!redirect || seen.has(rule.field) || !staysThere(rule, redirect, attached.place.listener, own)) return [];
      if (rules.some((r, j) => r !== rule && takesAllOf(r, rule) && (compareApiRules(r, rule) || j - i) < 0)) return [];
      const loops = hostsThatStay(redirect, attached.hosts).flatMap(
        (host) => rivalAt(mesh, attached, rule, host) ?? [],
      );
      const [first] = loops;
      if (!first) return [];
      seen.add(rule.field);
      const { gateway, listener } = attached.place;
      const certain = loops.filter((l) => l.rival === undefined);
      const shown = certain.length > 0 ? certain : loops;
      const { rival } = shown[0] ?? first;
      return [
        { rule: rule.field, redirect, gateway, listener, scheme: own.scheme, hosts: shown.map((l) => l.host), rival },
      ];
    });
  });
}

/** Whether the requests of a rule keep scheme, port and path. */
function staysThere(
  rule: ApiRule,
  redirect: Field,
  { port }: Listener,
  own: { readonly scheme: string; readonly port: number },
): boolean {
  if (rule.open || rule.path.kind === 'later' || rule.headers.length > 0 || rule.resource.rewrites) return false;
  if (rule.method && !('text' in rule.method && rule.method.text === 'GET')) return false;
  const scheme = redirect.at('scheme');
  if (scheme.hasValue && scheme.string()?.toLowerCase() !== own.scheme) return false;
  const to = redirect.at('port').hasValue ? redirect.at('port').number() : scheme.hasValue ? own.port : port;
  if (to !== port) return false;
  const path = redirect.at('path');
  if (!path.hasValue) return true;
  const full = path.at('replaceFullPath').string();
  if (full !== undefined) return rule.path.kind === 'exact' && rule.path.text === full;
  const prefix = path.at('replacePrefixMatch').string();
  return prefix !== undefined && rule.path.kind === 'parts' && rule.path.text === (prefix.replace(/\/$/, '') || '/');
}

/** The hosts that a redirect leads to themselves. A host that is only covered by a wildcard may be anywhere. */
function hostsThatStay(redirect: Field, hosts: readonly string[]): readonly string[] {
  const written = redirect.at('hostname');
  if (!written.hasValue) return hosts;
  const host = written.string()?.toLowerCase();
  return host !== undefined && hosts.includes(host) ? [host] : [];
}

/** Who has the same requests for a host at a listener; undefined where another rule surely takes them, or a route for a closer host may be there. */
function rivalAt(
  mesh: Mesh,
  { route, place }: AttachedRoute,
  rule: ApiRule,
  host: string,
): { readonly host: string; readonly rival: Resource | undefined } | undefined {
  if (place.routes.length > MOST) return undefined;
  let rival: Resource | undefined;
  for (const other of place.routes) {
    if (other.route.resource === route.resource) continue;
    // What is for a narrower host is asked first.
    if (other.hosts.some((h) => h !== host && covers(host, h))) return undefined;
    if (!other.hosts.includes(host)) continue;
    for (const theirs of apiRulesOf(mesh, other.route.resource)) {
      if (theirs.open || !takesAllOf(theirs, rule)) continue;
      const order = compareApiRules(theirs, rule) || createdBefore(other.route.resource, route.resource);
      if (order < 0) return undefined;
      if (order === 0) rival = other.route.resource;
    }
  }
  return { host, rival };
}
