import type { Workload } from '../cluster/workloads.ts';
import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type MtlsMode, mtlsOf } from '../security/peer-authentication.ts';
import { knowsPoliciesOf } from '../security/policy-reach.ts';
import { addTo } from '../source/grouping.ts';
import { type Peer, type Reason, ruleMatches, type Seen } from './authorization-match.ts';
import {
  type AuthorizationPolicy,
  type AuthorizationRule,
  authorizationPolicies,
  authorizationPoliciesFor,
} from './authorization-policies.ts';
import { openServers, seesHttp } from './gateway-servers.ts';
import { inboundListenerOf } from './inbound-listener.ts';

/** The ports of pods that Services lead to. */
export interface ServedPorts {
  readonly ports: readonly number[];
  /** Whether the files tell all of them. */
  readonly known: boolean;
}

/** The ports of pods that Services lead to, as the pods know them. */
export function servedPorts(mesh: Mesh, workload: Workload): ServedPorts {
  const ports = new Set<number>();
  let known = true;
  for (const service of mesh.servicesOf(workload).slice(0, MOST)) {
    for (const port of service.ports.slice(0, MOST)) {
      const target = mesh.resolveTarget(port, workload);
      if (target.state === 'found') ports.add(target.number);
      if (target.state === 'unknown') known = false;
    }
  }
  return { ports: [...ports].sort((a, b) => a - b), known };
}

// What a hostile file may hold of each; real pods have a handful.
const MOST = 100;

/**
 * What policies may see of requests to a port of pods with a sidecar, when nothing is known of the request itself: one for each way in which
 * the proxy may handle it. What a rule does not match in any of them it never matches there.
 */
export function requestsTo(mesh: Mesh, workload: Workload, port: number): readonly Seen[] {
  if (workload.isGateway) return requestsToGateway(mesh, workload, port);
  const mtls = mtlsOf(mesh, workload, port);
  const listener = inboundListenerOf(mesh, workload, port);
  const layers = new Set(listener.possible.flatMap((p) => (p === 'auto' ? (['http', 'tcp'] as const) : [p])));
  const whose = mtls.policy ? `${nameOf(mtls.policy)} sets DISABLE` : 'mutual TLS is off';
  const peerOf = (mode: MtlsMode): Peer =>
    mode === 'DISABLE' ? { state: 'none', why: whose } : { state: 'unknown', why: 'any caller may be meant' };
  const peers = [...new Map(mtls.possible.map((mode) => [peerOf(mode).state, peerOf(mode)])).values()];
  return peers.flatMap((peer) =>
    [...layers].map((layer) => ({
      layer,
      peer,
      port,
      servicePorts: listener.servicePorts,
      method: undefined,
      path: undefined,
      authority: undefined,
      headers: undefined,
      sni: undefined,
      token: mayHaveToken(mesh, workload),
      callerAddress: undefined,
      callerIsPod: false,
      serverAddress: undefined,
    })),
  );
}

// Without a RequestAuthentication no token is ever checked.
function mayHaveToken(mesh: Mesh, { resource }: Workload): boolean {
  if (!knowsPoliciesOf(mesh, resource.namespace ?? '')) return true;
  const root = mesh.installation.rootNamespace.value;
  return mesh
    .ofType('security.istio.io/RequestAuthentication')
    .some((r) => r.namespace === resource.namespace || r.namespace === root);
}

// Who calls a gateway, and over what, no file tells; whether it sees requests its servers say.
function requestsToGateway(mesh: Mesh, workload: Workload, port: number): readonly Seen[] {
  const servers = openServers(mesh, workload).byPort.get(port) ?? [];
  const layers = new Set(servers.map((server) => (seesHttp(server) ? ('http' as const) : ('tcp' as const))));
  return [...layers].map((layer) => ({
    layer,
    peer: { state: 'unknown', why: 'any caller may be meant' },
    port,
    servicePorts: inboundListenerOf(mesh, workload, port).servicePorts,
    method: undefined,
    path: undefined,
    authority: undefined,
    headers: undefined,
    sni: undefined,
    token: mayHaveToken(mesh, workload),
    callerAddress: undefined,
    callerIsPod: false,
    serverAddress: undefined,
  }));
}

function portsOf(mesh: Mesh, workload: Workload): ServedPorts {
  if (!workload.isGateway) return servedPorts(mesh, workload);
  const { byPort, open } = openServers(mesh, workload);
  return { ports: [...byPort.keys()].sort((a, b) => a - b).slice(0, MOST), known: !open };
}

function isJudged(mesh: Mesh, workload: Workload): boolean {
  return workload.isGateway || mesh.sidecar(workload).present === 'yes';
}

/**
 * Why a rule never matches a request to any port that Services lead to on these pods; undefined where it may, or where nobody can say. Such a
 * rule of an ALLOW policy lets nobody in, one of a DENY policy stops nobody.
 */
export function whyRuleNeverMatches(
  mesh: Mesh,
  { action, resource }: AuthorizationPolicy,
  rule: AuthorizationRule,
  workload: Workload,
): readonly Reason[] | undefined {
  if (action === undefined || !isJudged(mesh, workload)) return undefined;
  const { ports, known } = portsOf(mesh, workload);
  if (!known || ports.length === 0) return undefined;
  const reasons = new Map<unknown, Reason>();
  for (const port of ports) {
    for (const seen of requestsTo(mesh, workload, port)) {
      const match = ruleMatches(mesh, rule, action, resource.namespace ?? '', seen);
      if (match.answer !== 'no') return undefined;
      // Another Gateway, which was not read, may open other ports of a gateway.
      if (workload.isGateway && !mesh.settings.closedWorld && !match.reasons.some((r) => r.kind === 'service-port'))
        return undefined;
      for (const reason of match.reasons) {
        // That a value is a port of the Service shows at one port of the pods, and says more than that it is none of the others.
        const known = reasons.get(reason.field.pointer);
        if (!known || (reason.kind === 'service-port' && known.kind !== 'service-port'))
          reasons.set(reason.field.pointer, reason);
      }
    }
  }
  return [...reasons.values()];
}

/** The pods that a policy surely holds for, among those that were read. */
export function workloadsUnder(mesh: Mesh, policy: AuthorizationPolicy): readonly Workload[] {
  return mesh.derive(workloadsByPolicy).get(policy) ?? [];
}

function workloadsByPolicy(mesh: Mesh): ReadonlyMap<AuthorizationPolicy, readonly Workload[]> {
  const index = new Map<AuthorizationPolicy, Workload[]>();
  if (authorizationPolicies(mesh).length === 0) return index;
  for (const workload of mesh.workloads)
    for (const { holds, variants } of authorizationPoliciesFor(mesh, workload).inForce)
      if (holds === 'yes') for (const policy of variants) addTo(index, policy, workload);
  return index;
}

/** The ALLOW policies that decide about pods: applied, and no dry run. Where there are none everybody is let in. */
export function allowPoliciesFor(mesh: Mesh, workload: Workload): readonly AuthorizationPolicy[] {
  return authorizationPoliciesFor(mesh, workload).inForce.flatMap(({ holds, variants }) => {
    const [first] = variants;
    const isSure = holds === 'yes' && variants.every((v) => v.action === 'ALLOW' && v.dryRun === false);
    return first && isSure ? [first] : [];
  });
}

/**
 * Why no policy that was read lets any of some requests to pods in; undefined where one may, or where no ALLOW policy surely holds. In an
 * open world another policy may stand elsewhere.
 */
export function whyNobodyGetsIn(
  mesh: Mesh,
  workload: Workload,
  requests: readonly Seen[],
): { readonly policies: readonly AuthorizationPolicy[]; readonly reasons: readonly Reason[] } | undefined {
  const policies = allowPoliciesFor(mesh, workload);
  if (policies.length === 0 || requests.length === 0) return undefined;
  const reasons: Reason[] = [];
  for (const { variants } of authorizationPoliciesFor(mesh, workload).inForce) {
    for (const { action, dryRun, rules, resource, settled } of variants) {
      if (action === undefined || !settled) return undefined;
      if (action !== 'ALLOW' || dryRun === true) continue;
      for (const rule of rules.slice(0, MOST)) {
        for (const seen of requests) {
          const match = ruleMatches(mesh, rule, action, resource.namespace ?? '', seen);
          if (match.answer !== 'no') return undefined;
          if (reasons.length < MOST) reasons.push(...match.reasons);
        }
      }
    }
  }
  return { policies, reasons };
}

/** A port of pods at which no policy that was read lets anybody in. */
export interface ClosedPort {
  readonly port: number;
  readonly policies: readonly AuthorizationPolicy[];
  readonly reasons: readonly Reason[];
}

/** The ports of pods at which nobody gets in, and whether those are all that Services, or servers of Gateways, lead to. */
export function closedPorts(
  mesh: Mesh,
  workload: Workload,
): { readonly closed: readonly ClosedPort[]; readonly all: boolean } {
  const known = mesh.derive(closedByWorkload);
  let answer = known.get(workload);
  if (!answer) known.set(workload, (answer = findClosedPorts(mesh, workload)));
  return answer;
}

type Closed = ReturnType<typeof closedPorts>;

function closedByWorkload(): Map<Workload, Closed> {
  return new Map();
}

function findClosedPorts(mesh: Mesh, workload: Workload): Closed {
  if (!isJudged(mesh, workload) || allowPoliciesFor(mesh, workload).length === 0) return { closed: [], all: false };
  const { ports, known } = portsOf(mesh, workload);
  const closed = ports.flatMap((port): ClosedPort[] => {
    const why = whyNobodyGetsIn(mesh, workload, requestsTo(mesh, workload, port));
    return why ? [{ port, ...why }] : [];
  });
  return { closed, all: known && closed.length > 0 && closed.length === ports.length };
}
