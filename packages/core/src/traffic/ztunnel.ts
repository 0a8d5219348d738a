import type { Workload } from '../cluster/workloads.ts';
import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { mtlsOf } from '../security/peer-authentication.ts';
import { type Admittance, decide } from './authorization.ts';
import { isOfHttp, type Peer, type Seen } from './authorization-match.ts';
import {
  type Alternative,
  type AuthorizationPolicy,
  type AuthorizationRule,
  authorizationPoliciesFor,
  type Condition,
  type PolicyInForce,
} from './authorization-policies.ts';
import { certificateOf, type Identity, principalOf } from './identity.ts';
import type { Arrival, Step } from './trace.ts';

/** A connection that ztunnel takes for a pod. */
export interface ZtunnelConnection {
  readonly caller: Workload | undefined;
  /** The waypoint that it comes through: then ztunnel sees the waypoint as the caller. */
  readonly via: Identity | undefined;
  /** Whether it comes as HBONE, the mutual TLS between ztunnels, waypoints and proxies that know it; undefined where that is not known. */
  readonly hbone: boolean | undefined;
  readonly callerAddress: string | undefined;
  readonly serverAddress: string | undefined;
}

/**
 * What the ztunnel of the node makes of a connection to a pod in ambient mode: the mode of PeerAuthentication, where DISABLE counts as
 * PERMISSIVE, and then the AuthorizationPolicies without targets, as far as they speak of connections. Source: `ambient/authorization.go`,
 * convertPeerAuthentication and convertAuthorizationPolicy; istio.io, ambient, "Use Layer 4 security policy".
 */
export function atZtunnel(
  mesh: Mesh,
  server: Workload,
  port: number,
  connection: ZtunnelConnection,
  step: Step,
): Arrival {
  const { possible, policy, field } = mtlsOf(mesh, server, port);
  const strict = possible.map((mode) => mode === 'STRICT');
  const steps: Step[] = [step];
  const sayMode = policy
    ? `${nameOf(policy)} asks for ${possible.join(' or ')}`
    : 'no PeerAuthentication asks for mTLS';
  const { hbone } = connection;
  if (hbone !== true && strict.includes(true)) {
    const known = strict.every(Boolean);
    if (hbone === false && known) {
      steps.push({ kind: 'arrival', text: `${sayMode}: ztunnel takes HBONE alone, and this is plain text`, field });
      return { arrives: false, allowed: undefined, steps, needs: [] };
    }
    steps.push({ kind: 'arrival', text: `${sayMode}, and whether the connection comes as HBONE is not known`, field });
    const needs = known
      ? `whether the proxy of the caller speaks HBONE (ISTIO_META_ENABLE_HBONE)`
      : `the PeerAuthentications of namespace ${server.resource.namespace ?? ''} and of the mesh, or --closed-world where these are all`;
    return { arrives: undefined, allowed: 'unknown', steps, needs: [needs] };
  }
  const peers = peersOf(mesh, connection);
  const [first] = peers as [Peer, ...Peer[]];
  const who =
    first.state === 'known'
      ? `the caller is ${principalOf(first.identity)}${connection.via ? ', the waypoint' : ''}`
      : first.why;
  steps.push({ kind: 'arrival', text: `ztunnel takes the connection (${sayMode}); ${who}`, field });
  const answers = peers.map((peer) => admittanceAtZtunnel(mesh, server, seenOf(port, peer, connection)));
  const [answer] = answers as [Admittance];
  if (answers.every(({ allowed }) => allowed === answer.allowed))
    return { arrives: true, allowed: answer.allowed, steps: [...steps, ...answer.steps], needs: answer.needs };
  const needs = 'whether the proxy of the caller speaks HBONE (ISTIO_META_ENABLE_HBONE): else nobody knows who calls';
  return { arrives: true, allowed: 'unknown', steps: [...steps, ...answer.steps], needs: [...answer.needs, needs] };
}

const NOBODY: Peer = { state: 'none', why: 'the connection is plain text, and nobody knows who calls' };

function peersOf(mesh: Mesh, { caller, via, hbone }: ZtunnelConnection): readonly Peer[] {
  if (via) return [{ state: 'known', identity: via }];
  if (hbone === false) return [NOBODY];
  const certificate = caller && certificateOf(mesh, caller);
  const named: Peer = !certificate
    ? { state: 'unknown', why: 'no file tells who calls' }
    : certificate.state === 'known'
      ? certificate
      : { state: 'unknown', why: certificate.why };
  return hbone === true ? [named] : [named, NOBODY];
}

function seenOf(port: number, peer: Peer, { callerAddress, serverAddress, caller, via }: ZtunnelConnection): Seen {
  return {
    ...{ layer: 'tcp', peer, port, servicePorts: new Map(), serverAddress },
    ...{ method: undefined, path: undefined, authority: undefined, headers: undefined, sni: '', token: false },
    callerAddress: via ? undefined : callerAddress,
    callerIsPod: caller !== undefined && !caller.hostNetwork,
  };
}

/** What the policies that ztunnel reads make of a connection. */
export function admittanceAtZtunnel(mesh: Mesh, workload: Workload, seen: Seen): Admittance {
  const found = authorizationPoliciesFor(mesh, workload);
  const inForce = found.inForce.flatMap((policy): PolicyInForce[] => {
    const variants = policy.variants.filter(({ action }) => action !== 'CUSTOM' && action !== 'AUDIT');
    return variants.length === 0 ? [] : [{ ...policy, variants: variants.map(asRead) }];
  });
  return decide(mesh, workload.resource, seen, { ...found, inForce });
}

/**
 * A policy as ztunnel reads it. Of an ALLOW policy a rule that asks for HTTP is left out, which the reader of connections does itself; of a
 * DENY policy what is of HTTP is taken away, and a rule that then has an empty clause matches nothing.
 */
function asRead(policy: AuthorizationPolicy): AuthorizationPolicy {
  if (policy.action !== 'DENY') return policy;
  return { ...policy, rules: policy.rules.map(withoutHttp) };
}

function withoutHttp(rule: AuthorizationRule): AuthorizationRule {
  const strip = (alternatives: readonly Alternative[]) =>
    alternatives.map((one) => one.filter((condition) => !isOnlyOfHttp(condition)));
  const [from, to] = [strip(rule.from), strip(rule.to)];
  const when = rule.when.filter((condition) => !isOnlyOfHttp(condition));
  const isEmpty = (before: readonly Alternative[], after: readonly Alternative[]) =>
    before.some((one) => one.length > 0) && after.every((one) => one.length === 0);
  const lost = isEmpty(rule.from, from) || isEmpty(rule.to, to) || when.length < rule.when.length;
  if (!lost) return { ...rule, from: from.filter(notEmpty), to: to.filter(notEmpty), when };
  const why = 'ztunnel reads no HTTP, and nothing is left of a clause of this rule, so it matches nothing';
  return { ...rule, skipped: rule.skipped ?? { field: rule.field, why } };
}

function notEmpty(alternative: Alternative): boolean {
  return alternative.length > 0;
}

function isOnlyOfHttp(condition: Condition): boolean {
  return isOfHttp(condition) || condition.attribute === 'remoteIp' || condition.attribute === 'sni';
}
