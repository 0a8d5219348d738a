import type { Resource } from '../manifest/resource.ts';
import { type Condition, meets } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type Mtls, mtlsOf, peerAuthentications } from '../security/peer-authentication.ts';
import type { Field } from '../source/field.ts';
import { lazyBy } from '../source/lazy.ts';
import { compareAge } from './age.ts';
import type { MergedRule, MergedSubset } from './destination-rule-that-holds.ts';
import { type RegistryEndpoint, type RegistryHost, type RegistryPort, registryOf } from './registry.ts';
import type { Client, Scope } from './scope.ts';
import type { PassedOver, UpstreamTls } from './trace.ts';

/** What a proxy knows of a host, port and subset to which it sends: Envoy's cluster. */
export interface Upstream {
  readonly host: RegistryHost;
  readonly port: RegistryPort;
  readonly subset: MergedSubset | undefined;
  /** The DestinationRule that holds, and those that do not. */
  readonly rule: MergedRule | undefined;
  readonly passedOver: readonly PassedOver[];
  /** The TLS that a DestinationRule sets there. */
  readonly tls: TlsSetting | undefined;
}

/** `tls` of a traffic policy, with what wrote it. */
export interface TlsSetting {
  readonly mode: 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL' | 'UNKNOWN';
  readonly field: Field;
}

/** Why there is no cluster: a request gets 503. */
export interface NoUpstream {
  readonly missing: 'host' | 'port' | 'subset';
  /** The host, where it is known. */
  readonly host: RegistryHost | undefined;
  readonly rule: MergedRule | undefined;
  /** What comes near: rules that define the subset and do not hold, hosts that are hidden. */
  readonly passedOver: readonly PassedOver[];
  /** Why the files do not prove it; undefined where they do. */
  readonly open: string | undefined;
}

/** Where a proxy sends what is for a host, port and subset. */
export function upstreamOf(
  scope: Scope,
  client: Client,
  host: string,
  port: number,
  subset: string | undefined,
): Upstream | NoUpstream {
  const known = scope.host(host);
  if (!known)
    return {
      missing: 'host',
      host: undefined,
      rule: undefined,
      passedOver: hiddenHosts(scope, host),
      open: openHost(scope.mesh, host),
    };
  const own = known.ports.find((p) => p.number === port && p.protocol !== 'UDP');
  const { rule, passedOver } = scope.destinationRule(client.labels, known);
  if (!own) {
    const open = known.portsKnown ? undefined : `the ports of ${known.host} are filled in later`;
    return { missing: 'port', host: known, rule, passedOver: [], open };
  }
  if (subset === undefined)
    return { host: known, port: own, subset: undefined, rule, passedOver, tls: tlsOf(rule, undefined, port) };
  const found = rule?.subsetsByName.get(subset);
  if (!found) {
    const open = rule && !rule.subsetsKnown ? 'subsets of the rule are filled in later' : openRule(scope, known);
    return { missing: 'subset', host: known, rule, passedOver, open };
  }
  return { host: known, port: own, subset: found, rule, passedOver, tls: tlsOf(rule, found, port) };
}

function hiddenHosts(scope: Scope, host: string): PassedOver[] {
  return registryOf(scope.mesh)
    .at(host)
    .map(({ resource, exports }) => ({
      resource,
      why:
        exports && !exports.includes('*') && !exports.includes(scope.namespace)
          ? `its exportTo keeps it from namespace ${scope.namespace}`
          : `the Sidecar of namespace ${scope.namespace} does not import it`,
    }));
}

function openHost(mesh: Mesh, host: string): string | undefined {
  return mesh.settings.closedWorld || registryOf(mesh).at(host).length > 0
    ? undefined
    : `no Service or ServiceEntry ${host} was read`;
}

// In an open world the rule may stand in another repository: that of the caller, of the host, or of the mesh.
function openRule(scope: Scope, host: RegistryHost): string | undefined {
  return scope.mesh.settings.closedWorld
    ? undefined
    : `a DestinationRule for ${host.host} may be somewhere that was not read`;
}

/** The TLS that a DestinationRule sets for a port and subset, as `settingAt` finds it. */
export function tlsOf(
  rule: MergedRule | undefined,
  subset: MergedSubset | undefined,
  port: number,
): TlsSetting | undefined {
  return setting(settingAt(rule, subset, port, 'tls'));
}

/**
 * A part of the traffic policy that holds for a port and subset (`tls`, `connectionPool`), which counts as a whole: the port level of the subset,
 * else the subset's own, else the port level of the rule, else its own; a port level replaces all that stands above it, also with nothing.
 * Source: `pilot/pkg/networking/util/util.go`, MergeTrafficPolicy.
 */
export function settingAt(
  rule: MergedRule | undefined,
  subset: MergedSubset | undefined,
  port: number,
  key: 'tls' | 'connectionPool',
): Field | undefined {
  const policy = rule?.trafficPolicy;
  const own = policy && (portLevel(policy, port) ?? policy).at(key);
  const below = subset?.field.at('trafficPolicy');
  if (!below?.hasValue) return own;
  const level = portLevel(below, port);
  if (level) return level.at(key);
  return below.at(key).hasValue ? below.at(key) : own;
}

function portLevel(policy: Field, port: number): Field | undefined {
  return (policy.at('portLevelSettings').items() as Field[]).find((f) => f.at('port').at('number').number() === port);
}

const MODES: ReadonlySet<string> = new Set(['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']);

// DISABLE is the first word of the enum: what nobody writes.
function setting(field: Field | undefined): TlsSetting | undefined {
  if (!field?.hasValue) return undefined;
  const mode = field.at('mode');
  if (!mode.hasValue) return { mode: 'DISABLE', field };
  const word = mode.string();
  return { mode: word !== undefined && MODES.has(word) ? (word as TlsSetting['mode']) : 'UNKNOWN', field: mode };
}

/** Whether proxies choose mutual TLS by themselves: MeshConfig `enableAutoMtls`, on unless said otherwise. Since 1.5. */
export function autoMtls(mesh: Mesh): boolean {
  return mesh.installation.meshConfig.value.enableAutoMtls !== false;
}

/** The endpoints of an upstream, and why there may be others. */
export function endpointsOfUpstream(
  mesh: Mesh,
  { host, port, subset }: Upstream,
): { readonly endpoints: readonly RegistryEndpoint[]; readonly open: string | undefined } {
  const all = registryOf(mesh).endpoints(host, port);
  if (!subset) return all;
  const { labels } = subset;
  if (!labels) return { endpoints: [], open: `labels of subset ${subset.name} are filled in later` };
  const conditions = labels.map(([key, value]): Condition => ({ key, operator: 'In', values: [value] }));
  let open = all.open;
  const endpoints = all.endpoints.filter((e) => {
    const answer = meets(conditions, e.labels);
    if (answer === 'unknown') open = 'labels of pods are filled in later';
    return answer === 'yes';
  });
  return { endpoints, open };
}

/** What a proxy speaks to an endpoint, and what decides it. */
export interface TlsDecision {
  readonly tls: UpstreamTls | undefined;
  readonly why: string;
  readonly field?: Field | undefined;
  readonly policy?: Resource | undefined;
  /** Auto mTLS decides for each endpoint by itself, so that what is spoken fits what the endpoint takes. */
  readonly automatic?: boolean;
}

/**
 * What a proxy speaks to an endpoint. A DestinationRule decides for all of them; else, with auto mTLS, each one for itself: mutual TLS where
 * a proxy takes it. Source: `pilot/pkg/networking/core/cluster_tls.go`, `pilot/pkg/xds/endpoints/mtls_checker.go`.
 */
export function tlsTo(mesh: Mesh, upstream: Upstream, endpoint: RegistryEndpoint): TlsDecision {
  const common = tlsOfAll(mesh, upstream);
  if (common) return common;
  if (endpoint.hasProxy === undefined) return { tls: undefined, why: endpoint.reason, automatic: true };
  if (!endpoint.hasProxy)
    return { tls: 'none', why: `auto mTLS finds no proxy there: ${endpoint.reason}`, automatic: true };
  if (!endpoint.workload) return { tls: 'istio', why: `auto mTLS: ${endpoint.reason}`, automatic: true };
  const { mode, field, policy, certain } = mtlsOf(endpoint.mesh, endpoint.workload, endpoint.port);
  if (!certain && mode !== 'STRICT' && mode !== 'PERMISSIVE' && mode !== 'DISABLE')
    return { tls: 'istio', why: 'auto mTLS, unless a PeerAuthentication turns it off', automatic: true };
  return mode === 'DISABLE'
    ? { tls: 'none', why: 'a PeerAuthentication turns mutual TLS off there', field, policy, automatic: true }
    : { tls: 'istio', why: 'auto mTLS: the endpoint has a proxy', automatic: true };
}

/** What a proxy speaks to each endpoint alike; undefined where each is looked at for itself. */
export function tlsOfAll(mesh: Mesh, { host, port, tls }: Upstream): TlsDecision | undefined {
  if (tls) {
    const words = {
      DISABLE: 'none',
      SIMPLE: 'simple',
      MUTUAL: 'mutual',
      ISTIO_MUTUAL: 'istio',
      UNKNOWN: undefined,
    } as const;
    return {
      tls: words[tls.mode],
      why: `the DestinationRule says tls mode ${tls.mode}`,
      field: tls.field,
    };
  }
  if (host.external) return { tls: 'none', why: 'the host is outside the mesh' };
  if (!autoMtls(mesh))
    return {
      tls: 'none',
      why: 'enableAutoMtls of MeshConfig is off, and no DestinationRule says tls',
    };
  if (host.resolution === 'passthrough') {
    const { endpoints } = registryOf(mesh).endpoints(host, port);
    const without = endpoints.find((e) => e.hasProxy === false);
    if (endpoints.length === 0) return { tls: 'none', why: 'no pod of it is known' };
    if (without)
      return {
        tls: 'none',
        why: `one of its pods has no proxy (${without.name}), and for a headless Service all are treated alike`,
      };
  }
  const above = namespaceMtlsOf(mesh, host.namespace);
  if (above.mode === 'DISABLE')
    return {
      tls: 'none',
      why: 'the PeerAuthentication of its namespace turns mutual TLS off',
      field: above.field,
      policy: above.policy,
    };
  return host.resolution === 'passthrough' ? { tls: 'istio', why: 'auto mTLS: all its pods have a proxy' } : undefined;
}

type PlainMtls = Pick<Mtls, 'mode' | 'field' | 'policy'>;

/** What holds for pods of a namespace that no policy selects: the oldest of the namespace, else the oldest of the mesh. */
function namespaceMtlsOf(mesh: Mesh, namespace: string): PlainMtls {
  return mesh.derive(knownNamespaceMtls)(namespace);
}

// Asked for each endpoint of each answer.
function knownNamespaceMtls(mesh: Mesh) {
  const all = [...peerAuthentications(mesh)].sort((a, b) => compareAge(a.resource, b.resource));
  const whole = all.find((p) => p.scope === 'mesh');
  return lazyBy((namespace: string): PlainMtls => {
    const own = all.find((p) => p.scope === 'namespace' && p.resource.namespace === namespace);
    for (const policy of [own, whole]) {
      if (!policy || policy.mtls.mode === 'UNSET' || policy.mtls.mode === 'UNKNOWN') continue;
      return { mode: policy.mtls.mode, field: policy.mtls.field, policy: policy.resource };
    }
    return { mode: undefined };
  });
}
