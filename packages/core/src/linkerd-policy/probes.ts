import type { Workload } from '../cluster/workloads.ts';
import { hasLinkerd } from '../linkerd/linkerd-proxy.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type Probe, portNumberOf, probesOf } from '../pods/probes.ts';
import type { Field } from '../source/field.ts';
import { authorizationsOf, authorizationsOfRoute } from './authorizations.ts';
import { inboundRoutes, type LinkerdRoute } from './routes.ts';
import { type Server, serverPortIn, workloadsOfServer } from './servers.ts';

/** A probe of the kubelet that Linkerd refuses. */
export interface RefusedProbe {
  readonly workload: Workload;
  readonly probe: Probe;
  readonly path: string;
  readonly route: LinkerdRoute;
  /** Whether the route matches the probe, so that its authorizations decide; else no route does. */
  readonly matched: boolean;
}

/**
 * The probes that a Server with routes of its own refuses: the route that lets the kubelet in is there only as long as no other stands before
 * the Server. Then a probe needs a route that matches it and an authorization that asks for no mTLS. Source: linkerd2
 * `policy-controller/k8s/index/src/inbound/index.rs` (probe routes), linkerd.io, Authorization Policy (default routes).
 */
export function refusedProbes(mesh: Mesh, server: Server): readonly RefusedProbe[] {
  const routes = inboundRoutes(mesh).get(`${server.namespace}/${server.resource.name}`) ?? [];
  const [first] = routes;
  if (
    !first ||
    routes.length > MOST ||
    !/^(?:deny|all-authenticated|cluster-authenticated)$/.test(server.accessPolicy ?? '')
  )
    return [];
  if (!['unknown', 'HTTP/1', 'HTTP/2'].includes(server.protocol ?? '')) return [];
  // Whoever is let in at the Server as a whole without mTLS is let in at each route.
  if (authorizationsOf(mesh, server).some(({ plainCallers }) => plainCallers)) return [];
  return workloadsOfServer(mesh, server)
    .slice(0, MOST)
    .filter((workload) => hasLinkerd(mesh, workload) === 'yes' && mesh.near(workload.resource, server.resource))
    .flatMap((workload) => {
      const port = serverPortIn(server, workload);
      return probesOf(workload).flatMap((probe): RefusedProbe[] => {
        if (probe.kind !== 'http' || probe.elsewhere || port === undefined || portNumberOf(probe) !== port) return [];
        const path = probe.handler.at('path').hasValue ? probe.handler.at('path').string() : '/';
        if (path === undefined) return [];
        const answers = routes.map((route) => ({
          route,
          takes: routeTakes(route, { method: 'GET', path: path.split('?')[0] ?? path }),
        }));
        if (answers.some(({ takes }) => takes === 'unknown')) return [];
        const taking = answers.filter(({ takes }) => takes === 'yes').map(({ route }) => route);
        if (taking.some((route) => authorizationsOfRoute(mesh, route.resource).some((a) => a.plainCallers))) return [];
        return [{ workload, probe, path, route: taking[0] ?? first, matched: taking.length > 0 }];
      });
    });
}

const MOST = 50;

/** A request without headers that matter. */
export interface PlainRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

/** Whether some rule of a route matches a request without headers of its own. */
export function routeTakes({ rules }: LinkerdRoute, request: PlainRequest): 'yes' | 'no' | 'unknown' {
  let answer: 'yes' | 'no' | 'unknown' = 'no';
  for (const rule of rules) {
    const matches = rule.at('matches').items() as Field[];
    if (matches.length === 0) return 'yes';
    for (const match of matches.slice(0, 64)) {
      const one = matchTakes(match, request);
      if (one === 'yes') return 'yes';
      if (one === 'unknown') answer = 'unknown';
    }
  }
  return answer;
}

function matchTakes(match: Field, { method: asked, path }: PlainRequest): 'yes' | 'no' | 'unknown' {
  const method = match.at('method');
  if (method.hasValue && method.string() !== asked) return method.string() === undefined ? 'unknown' : 'no';
  if (match.at('headers').items().length > 0 || match.at('queryParams').items().length > 0) return 'no';
  const written = match.at('path');
  const type = written.at('type').hasValue ? written.at('type').string() : 'PathPrefix';
  const value = written.at('value').hasValue ? written.at('value').string() : '/';
  if (value === undefined || (type !== 'Exact' && type !== 'PathPrefix')) return 'unknown';
  if (type === 'Exact') return value === path ? 'yes' : 'no';
  const prefix = value.replace(/\/+$/, '');
  return path === prefix || path.startsWith(`${prefix}/`) ? 'yes' : 'no';
}
