import type { Service } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import { type Condition, meets } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { DestinationRule, Subset } from '../routing/destination-rules.ts';
import { mtlsOfNamespace, standsBeside } from '../security/namespace-mtls.ts';
import { type MtlsMode, mtlsOf } from '../security/peer-authentication.ts';
import { inboundCapture } from '../sidecar/inbound-capture.ts';
import type { Field } from '../source/field.ts';
import { type CalledHost, ruleFor } from './client-namespaces.ts';
import type { MergedRule } from './destination-rule-that-holds.ts';
import { filterChainFor, type Wire } from './filter-chain.ts';
import type { InboundProtocol } from './inbound-listener.ts';
import type { RegistryHost, RegistryPort } from './registry.ts';
import type { Client } from './scope.ts';
import type { UpstreamTls } from './trace.ts';
import { autoMtls, type TlsSetting, tlsOf } from './upstream.ts';

/** What pods take at a port: what PeerAuthentication says to their sidecar or ztunnel, or all bytes as they come where there is neither. */
export type Taken = MtlsMode | 'NO_PROXY';

/** The pods of a workload behind a port of a host, as their clients meet them. */
export interface Server {
  /** undefined for pods that nobody has read. */
  readonly workload: Workload | undefined;
  /** Port of the pods. */
  readonly port: number | undefined;
  /** undefined where the files do not tell. */
  readonly takes: Taken | undefined;
  /** What it may take: `takes` alone, or all that the files leave open. */
  readonly possible: readonly Taken[];
  /** Whether the pods surely have a proxy that holds to it (a sidecar, or ztunnel). For `NO_PROXY`: whether they surely have none. */
  readonly sure: boolean;
  readonly ambient: boolean;
  /** Where the mode is written. */
  readonly field?: Field | undefined;
  /** The PeerAuthentication that decides, and how far it reaches. */
  readonly policy?: Resource | undefined;
  readonly scope?: 'workload' | 'namespace' | 'mesh' | undefined;
  /** For `NO_PROXY`, why: "the pods have label sidecar.istio.io/inject=false". */
  readonly reason: string;
}

/** The servers behind a port and subset of a host. */
export interface Servers {
  readonly servers: readonly Server[];
  /** Whether these are all. */
  readonly all: boolean;
}

const NONE: Servers = { servers: [], all: false };

// So many workloads no Service has; a hostile file holds thousands behind each of thousands.
const MOST = 200;

/**
 * The pods behind a port of a Service, or of one of its subsets, and what they take; the manifests that stand beside an asker. Pods of a
 * gateway are left out: what they take their Gateways say.
 */
export function serversBehind(
  mesh: Mesh,
  host: RegistryHost,
  port: RegistryPort,
  subset: Pick<Subset, 'labels'> | undefined,
  asker: Resource,
): Servers {
  if (!host.service || host.cluster !== undefined || mesh.clusters.size > 0) return NONE;
  const service = serviceBeside(mesh, host, asker);
  const behind = service && mesh.behind(service);
  const own = service?.ports.find((p) => p.number === port.number);
  if (behind?.state !== 'found' || !behind.value.certain || !own || behind.value.workloads.length > MOST) return NONE;
  const conditions = subset?.labels?.map(([key, value]): Condition => ({ key, operator: 'In', values: [value] }));
  if (subset && !conditions) return NONE;
  const servers: Server[] = [];
  let all = true;
  for (const workload of behind.value.workloads) {
    const carries = conditions ? meets(conditions, workload.podLabels) : 'yes';
    if (carries === 'unknown') all = false;
    if (carries !== 'yes') continue;
    const target = mesh.resolveTarget(own, workload);
    if (target.state !== 'found') all = false;
    else servers.push(serverAt(mesh, workload, target.number));
  }
  return { servers, all };
}

/** The manifest of a Service that stands beside an asker. */
export function serviceBeside(mesh: Mesh, host: RegistryHost, asker: Resource): Service | undefined {
  const lookup = mesh.service(host.namespace, host.resource.name);
  if (lookup.state !== 'found') return undefined;
  return (
    lookup.value.find((s) => mesh.near(s.resource, asker)) ??
    lookup.value.find((s) => standsBeside(mesh, s.resource, asker))
  );
}

const ANYTHING: readonly Taken[] = ['STRICT', 'PERMISSIVE', 'DISABLE', 'NO_PROXY'];

/** What the pods of a workload take at one of their ports. */
export function serverAt(mesh: Mesh, workload: Workload, port: number): Server {
  const { answer, mode, reason } = mesh.membership(workload);
  const base = { workload, port, reason, ambient: mode === 'ambient' };
  const without = { takes: 'NO_PROXY', possible: ['NO_PROXY'], sure: true } as const;
  if (workload.isGateway || mode === 'gateway' || mode === 'linkerd' || mode === 'proxyless')
    return { ...base, takes: undefined, possible: ANYTHING, sure: false };
  if (answer === 'no') return { ...base, ...without };
  if (!base.ambient) {
    const capture = inboundCapture(mesh, workload, port);
    if (capture.answer === 'no') return { ...base, ...without, reason: capture.why, field: capture.field };
    if (capture.answer === 'unknown') return { ...base, takes: undefined, possible: ANYTHING, sure: false };
  }
  const mtls = mtlsOf(mesh, workload, port);
  const sure = answer === 'yes';
  const open: readonly Taken[] = sure ? mtls.possible : [...mtls.possible, 'NO_PROXY'];
  if (!mtls.certain || !mtls.mode) return { ...base, takes: undefined, possible: open, sure };
  return {
    ...base,
    takes: mtls.mode,
    possible: open,
    sure,
    field: mtls.field,
    policy: mtls.policy,
    scope: mtls.policy && scopeOfPolicy(mesh, mtls.policy),
  };
}

/**
 * What pods of a namespace (undefined: of all) take that nobody has read, where a policy for all of them says it. `exceptions`: also where some
 * pods have a policy of their own, since others have not.
 */
export function unseenServer(
  mesh: Mesh,
  namespace: string | undefined,
  asker: Resource,
  exceptions = false,
): Server | undefined {
  const mtls = mtlsOfNamespace(mesh, namespace, asker);
  if (!mtls || (mtls.exceptions && !exceptions)) return undefined;
  const { mode: takes, field, policy, scope } = mtls;
  const common = { workload: undefined, port: undefined, sure: false, ambient: false, reason: '' };
  return { ...common, takes, possible: [takes, 'NO_PROXY'], field, policy, scope };
}

function scopeOfPolicy(mesh: Mesh, policy: Resource): Server['scope'] {
  if (policy.body.at('spec').at('selector').at('matchLabels').entries().length > 0) return 'workload';
  return policy.namespace === mesh.installation.rootNamespace.value ? 'mesh' : 'namespace';
}

/**
 * Whether what a proxy speaks is taken by a server: as `isTaken` for all that it may take. To ambient pods proxies speak HBONE, and what a
 * DestinationRule says reaches none of them, so nothing is known.
 */
export function isTakenBy(tls: UpstreamTls, server: Server, protocol: InboundProtocol): Answer {
  if (server.ambient) return 'unknown';
  const answers = new Set(server.possible.map((taken) => isTaken(tls, taken, protocol)));
  const [only] = answers;
  return answers.size === 1 && only ? only : 'unknown';
}

/** Whether what a proxy speaks is taken at a port: `no` where the connection, or each request on it, fails. */
export function isTaken(tls: UpstreamTls, takes: Taken, protocol: InboundProtocol): Answer {
  if (takes === 'NO_PROXY') return tls === 'none' ? 'yes' : tls === 'istio' ? 'no' : 'unknown';
  const chain = filterChainFor(takes, protocol, wireOf(tls, protocol));
  // A certificate of one's own may be one of the mesh, from files.
  if (!chain.taken) return takes === 'STRICT' && tls === 'mutual' ? 'unknown' : 'no';
  // What is passed on the application has to end, and the mutual TLS of the mesh it cannot.
  return chain.tls !== 'passed' ? 'yes' : tls === 'istio' ? 'no' : 'unknown';
}

function wireOf(tls: UpstreamTls, protocol: InboundProtocol): Wire {
  const isHttp = protocol === 'http';
  if (tls === 'istio') return isHttp ? 'istio-http' : 'istio-tcp';
  return tls === 'none' ? (isHttp ? 'http' : 'bytes') : 'tls';
}

const SPOKEN: Readonly<Record<TlsSetting['mode'], UpstreamTls | undefined>> = {
  DISABLE: 'none',
  SIMPLE: 'simple',
  MUTUAL: 'mutual',
  ISTIO_MUTUAL: 'istio',
  UNKNOWN: undefined,
};

/**
 * What a TLS setting makes proxies speak to a host in the mesh; without one mutual TLS where the endpoint takes it (`auto`), or plain text
 * where auto mTLS is off. undefined: the files do not tell.
 */
export function spokenBy(mesh: Mesh, setting: TlsSetting | undefined): UpstreamTls | 'auto' | undefined {
  if (setting) return SPOKEN[setting.mode];
  if (!mesh.installation.meshConfig.certain) return undefined;
  return autoMtls(mesh) ? 'auto' : 'none';
}

/** What proxies of a client speak to a port of a host, and the rule that decides. */
export interface SpokenTls {
  readonly tls: UpstreamTls | 'auto' | undefined;
  readonly rule: MergedRule | undefined;
  readonly setting: TlsSetting | undefined;
}

/** What proxies of a client speak to a port of a host in the mesh; without a port what the rule says for all of them. */
export function spokenTo(mesh: Mesh, client: Client, host: CalledHost, port: number | undefined): SpokenTls {
  const rule = ruleFor(mesh, client, host);
  const setting = tlsOf(rule, undefined, port ?? NO_PORT);
  return { tls: spokenBy(mesh, setting), rule, setting };
}

/** A rule as if it stood alone: what it says, whoever follows it. */
export function ruleAlone({ resource, host, ...rule }: DestinationRule): MergedRule {
  const policy = rule.spec.at('trafficPolicy');
  const subsets = rule.subsets.map((subset) => ({ ...subset, rule: resource }));
  return {
    host: host?.fqdn ?? '',
    namespace: resource.namespace ?? '',
    rules: [{ resource, host, ...rule }],
    selector: undefined,
    trafficPolicy: policy.hasValue ? policy : undefined,
    subsets,
    // Of two with one name the first counts.
    subsetsByName: new Map(subsets.toReversed().flatMap((s) => (s.name === undefined ? [] : [[s.name, s] as const]))),
    subsetsKnown: rule.subsetsKnown,
    exports: undefined,
  };
}

/** No port has it: what is asked for it is what holds for ports without settings of their own. */
export const NO_PORT = -1;
