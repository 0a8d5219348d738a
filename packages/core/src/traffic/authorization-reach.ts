import type { Workload } from '../cluster/workloads.ts';
import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type MtlsMode, mtlsOf } from '../security/peer-authentication.ts';
import { knowsPoliciesOf } from '../security/policy-reach.ts';
import { type Peer, type Reason, ruleMatches, type Seen } from './authorization-match.ts';
import type { AuthorizationPolicy, AuthorizationRule } from './authorization-policies.ts';
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
  if (action === undefined || workload.isGateway || mesh.sidecar(workload).present !== 'yes') return undefined;
  const { ports, known } = servedPorts(mesh, workload);
  if (!known || ports.length === 0) return undefined;
  const reasons = new Map<unknown, Reason>();
  for (const port of ports) {
    for (const seen of requestsTo(mesh, workload, port)) {
      const match = ruleMatches(mesh, rule, action, resource.namespace ?? '', seen);
      if (match.answer !== 'no') return undefined;
      for (const reason of match.reasons)
        if (!reasons.has(reason.field.pointer)) reasons.set(reason.field.pointer, reason);
    }
  }
  return [...reasons.values()];
}
