import { isIpAddress, prefixesOverlap } from '../cluster/ip-prefix.ts';
import { classOf, type Protocol } from '../cluster/protocol.ts';
import type { LabelSet } from '../manifest/label-set.ts';
import { flatSelector, matches } from '../manifest/selectors.ts';
import { overlap } from '../names/hosts.ts';
import type { Route } from '../routing/routes.ts';
import type { Field } from '../source/field.ts';
import type { MeshRoute } from './mesh-route.ts';
import { MESH_GATEWAY } from './mesh-route.ts';
import { type RegistryHost, type RegistryPort, registryOf } from './registry.ts';
import type { EgressView, Scope } from './scope.ts';

/**
 * An address as the listeners tell them apart: an IP, `service NAMESPACE/NAME` for the address that Kubernetes gives a Service,
 * `pod NAMESPACE/NAME` for that of a pod.
 */
export type Address = string;

/** The address of all others: what a listener binds that is for a port alone. */
export const ANY_ADDRESS: Address = '0.0.0.0';

/** The address that Kubernetes gives a Service. */
export function serviceAddress(namespace: string, name: string): Address {
  return `service ${namespace}/${name}`;
}

/** The address of a pod, by the name of its workload. */
export function podAddress(name: string): Address {
  return `pod ${name}`;
}

/** What a filter chain of an outbound listener is for, and where its bytes go. */
export interface Chain {
  /** The host that it was made for. */
  readonly host: RegistryHost;
  readonly port: RegistryPort;
  readonly sni: readonly string[];
  readonly subnets: readonly string[];
  /** It takes plain HTTP alone, found out from the first bytes. */
  readonly http: boolean;
  /** It takes what no other chain does. */
  readonly rest: boolean;
  readonly target: ChainTarget;
}

/** `http`: the routes of a port, or of one host alone where the protocol was found out; `tcp`: a rule, or the host itself. */
export type ChainTarget =
  | { readonly kind: 'http'; readonly only: RegistryHost | undefined }
  | {
      readonly kind: 'tcp';
      readonly route: MeshRoute | undefined;
      readonly rule: Route | undefined;
      readonly match: Field | undefined;
    };

/** A listener of the proxy for what its pod sends. */
export interface Listener {
  readonly address: Address;
  readonly port: number;
  /** The chains in their order. */
  readonly chains: readonly Chain[];
  /** Hosts that wanted the listener too and did not get it, each with the host that it lost to. */
  readonly lost: readonly { readonly host: RegistryHost; readonly port: RegistryPort; readonly to: RegistryHost }[];
  /** The egress listener of the Sidecar that asks for it, where one names its port. */
  readonly view: EgressView;
}

interface Draft {
  address: Address;
  port: number;
  chains: Chain[];
  locked: boolean;
  protocol: Protocol;
  lost: { host: RegistryHost; port: RegistryPort; to: RegistryHost }[];
  view: EgressView;
  first: RegistryHost;
}

/**
 * The listeners of a port, as istiod makes them out of the hosts that a scope sees: HTTP hosts share one for all addresses; a TCP host has
 * one at its address; where both want one address the listener finds the protocol out. Ports that the Sidecar names are for what it imports
 * there alone. `labels`: of the pod that calls. Source: `pilot/pkg/networking/core/listener.go`, buildSidecarOutboundListeners.
 */
export function listenersOfPort(scope: Scope, labels: LabelSet, port: number): readonly Listener[] {
  return scope.remember(labels, `listeners ${port}`, () => makeListeners(scope, labels, port));
}

function makeListeners(scope: Scope, labels: LabelSet, port: number): readonly Listener[] {
  const drafts = new Map<Address, Draft>();
  for (const view of scope.views) {
    if (view.port !== undefined) {
      if (view.port !== port) continue;
      for (const host of view.hosts) {
        const own = host.ports.find((p) => p.number === port) ?? host.ports[0];
        if (!own) continue;
        const asked = { ...own, number: port, protocol: view.protocol ?? own.protocol };
        build(scope, labels, drafts, view, host, asked, view.bind ?? (view.bindsPort ? '127.0.0.1' : undefined));
      }
      continue;
    }
    for (const draft of drafts.values()) draft.locked = true;
    for (const host of view.hosts)
      for (const own of host.ports) {
        if (own.number !== port) continue;
        for (const bind of bindsOf(scope, view, host, own)) build(scope, labels, drafts, view, host, own, bind);
      }
  }
  return [...drafts.values()];
}

// A headless Service with opaque bytes has a listener for each pod, since only the address tells it from others.
function bindsOf(
  scope: Scope,
  view: EgressView,
  host: RegistryHost,
  port: RegistryPort,
): readonly (Address | undefined)[] {
  const bind = view.bind ?? (view.bindsPort ? '127.0.0.1' : undefined);
  const kind = classOf(port.protocol);
  if (bind !== undefined || host.resolution !== 'passthrough' || host.addresses.length > 0) return [bind];
  if (kind !== 'tcp' && kind !== 'auto') return [bind];
  const { endpoints } = registryOf(scope.mesh).endpoints(host, port);
  if (!host.service && endpoints.length === 0 && !hasSelector(host)) return [undefined];
  return endpoints.flatMap((e) => (e.workload ? [podAddress(e.name)] : isIpAddress(e.name) ? [e.name] : []));
}

function hasSelector({ resource }: RegistryHost): boolean {
  return resource.body.at('spec').at('workloadSelector').hasValue;
}

interface Place {
  readonly address: Address;
  readonly subnets: readonly string[];
}

// An entry may have several addresses; networks among them have no listener of their own.
function placesOf(host: RegistryHost): readonly Place[] {
  if (host.service)
    return [
      {
        address: host.service.headless ? ANY_ADDRESS : serviceAddress(host.namespace, host.resource.name),
        subnets: [],
      },
    ];
  if (host.addresses.length === 0) return [{ address: ANY_ADDRESS, subnets: [] }];
  return host.addresses.map((address) => {
    const [ip = '', length] = address.split('/', 2);
    const whole = length === undefined || length === (ip.includes(':') ? '128' : '32');
    return whole ? { address: ip, subnets: [] } : { address: ANY_ADDRESS, subnets: [address] };
  });
}

function build(
  scope: Scope,
  labels: LabelSet,
  drafts: Map<Address, Draft>,
  view: EgressView,
  host: RegistryHost,
  port: RegistryPort,
  bind: Address | undefined,
): void {
  if (host.resolution === 'alias') return;
  const kind = port.protocol === 'HTTP_PROXY' ? 'http' : classOf(port.protocol);
  if (kind === 'udp') return;
  const places: readonly Place[] =
    bind !== undefined
      ? [{ address: bind, subnets: [] }]
      : kind === 'http'
        ? [{ address: ANY_ADDRESS, subnets: [] }]
        : placesOf(host);
  for (const place of places) buildAt(scope, labels, drafts, view, host, port, place, kind);
}

function buildAt(
  scope: Scope,
  labels: LabelSet,
  drafts: Map<Address, Draft>,
  view: EgressView,
  host: RegistryHost,
  port: RegistryPort,
  { address, subnets }: Place,
  kind: 'http' | 'tcp' | 'auto',
): void {
  const current = drafts.get(address);
  if (current?.locked) return;
  const existing = current && (current.protocol === 'HTTP_PROXY' ? 'http' : classOf(current.protocol));
  if (existing === 'auto' && kind === 'auto') {
    current?.lost.push({ host, port, to: current.first });
    return;
  }
  if (kind === 'http' && current && existing !== 'tcp') return;
  const http = () => httpChain(host, port, address, kind === 'auto');
  const tcp = () => tcpChains(scope, labels, view, host, port, address, subnets);
  const chains = kind === 'http' ? [http()] : kind === 'tcp' ? tcp() : [...tcp(), http()];
  // Their servers speak first: no byte of the caller may be waited for.
  if (
    current &&
    current.protocol !== port.protocol &&
    (isServerFirst(current.protocol) || isServerFirst(port.protocol))
  ) {
    current.lost.push({ host, port, to: current.first });
    return;
  }
  if (!current || (kind === 'auto' && existing === 'http')) {
    const protocol: Protocol = kind === 'http' && address === ANY_ADDRESS ? 'auto' : port.protocol;
    drafts.set(address, {
      address,
      port: port.number,
      chains,
      locked: false,
      protocol,
      lost: [],
      view,
      first: host,
    });
    return;
  }
  for (const chain of chains) {
    const same = current.chains.find((c) => sameMatch(c, chain));
    if (same) current.lost.push({ host, port, to: same.host });
    else current.chains.push(chain);
  }
  if (existing !== kind) current.protocol = 'auto';
}

function isServerFirst(protocol: Protocol): boolean {
  return protocol === 'Mongo' || protocol === 'MySQL';
}

function sameMatch(a: Chain, b: Chain): boolean {
  return a.http === b.http && sameTexts(a.sni, b.sni) && sameTexts(a.subnets, b.subnets);
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text) => b.includes(text));
}

function httpChain(host: RegistryHost, port: RegistryPort, address: Address, sniffed: boolean): Chain {
  const detects = sniffed || address === ANY_ADDRESS;
  return {
    host,
    port,
    sni: [],
    subnets: [],
    http: detects,
    rest: !detects,
    target: { kind: 'http', only: sniffed && address !== ANY_ADDRESS ? host : undefined },
  };
}

function tcpChains(
  scope: Scope,
  labels: LabelSet,
  view: EgressView,
  host: RegistryHost,
  port: RegistryPort,
  address: Address,
  subnets: readonly string[],
): Chain[] {
  const routes = view.routes.filter((r) => r.hosts.some((h) => overlap(h, host.host)));
  const input: L4Input = { scope, labels, port: port.number };
  const make = (sni: readonly string[], nets: readonly string[], target: ChainTarget): Chain => ({
    host,
    port,
    sni,
    subnets: nets,
    http: false,
    rest: sni.length === 0 && nets.length === 0,
    target,
  });
  const chains: Chain[] = [];
  const isTls = port.protocol === 'HTTPS' || port.protocol === 'TLS';
  if (isTls) {
    for (const route of routes)
      for (const rule of route.virtualService.routes) {
        if (rule.kind !== 'tls' || (rule.onPort !== undefined && rule.onPort !== port.number)) continue;
        if (rule.serverNames) {
          const chain = make(rule.serverNames, subnets, { kind: 'tcp', route, rule, match: undefined });
          if (!chains.some((c) => sameMatch(c, chain))) chains.push(chain);
        }
        for (const match of rule.field.at('match').items() as Field[]) {
          if (!l4Matches(match, input)) continue;
          const nets = textsOf(match.at('destinationSubnets'));
          const chain = make(textsOf(match.at('sniHosts')), nets.length > 0 ? nets : subnets, {
            kind: 'tcp',
            route,
            rule,
            match,
          });
          if (!chains.some((c) => sameMatch(c, chain))) chains.push(chain);
        }
      }
    if (chains.length === 0) {
      // Only the server name tells hosts apart that share a listener.
      const shared =
        subnets.length > 0 || (address === ANY_ADDRESS && placesOf(host).some((p) => p.address === ANY_ADDRESS));
      chains.push(make(shared ? [host.host] : [], subnets, OWN));
    }
    return chains;
  }
  for (const route of routes)
    for (const rule of route.virtualService.routes) {
      if (rule.kind !== 'tcp' || (rule.onPort !== undefined && rule.onPort !== port.number)) continue;
      const written = rule.field.at('match').items() as Field[];
      if (written.length === 0) return [...chains, make([], subnets, { kind: 'tcp', route, rule, match: undefined })];
      const nets: string[] = [];
      for (const match of written) {
        if (!l4Matches(match, input)) continue;
        const own = textsOf(match.at('destinationSubnets'));
        if (own.length === 0) return [...chains, make([], subnets, { kind: 'tcp', route, rule, match })];
        nets.push(...own);
      }
      if (nets.length > 0) chains.push(make([], nets, { kind: 'tcp', route, rule, match: rule.field }));
    }
  chains.push(make([], subnets, OWN));
  return chains;
}

const OWN: ChainTarget = { kind: 'tcp', route: undefined, rule: undefined, match: undefined };

function textsOf(field: Field): string[] {
  return (field.items() as Field[]).flatMap((f) => f.string() ?? []);
}

interface L4Input {
  readonly scope: Pick<Scope, 'namespace'>;
  readonly labels: LabelSet;
  readonly port: number;
  readonly gateways?: ReadonlySet<string>;
}

/** Whether what istiod decides beforehand of a match of a tcp or tls rule holds: gateways, port, labels and namespace of the caller. */
export function l4Matches(match: Field, { scope, labels, port, gateways }: L4Input): boolean {
  const written = match.at('gateways').items() as Field[];
  if (written.length > 0 && !written.some((f) => isGateway(f.string(), gateways))) return false;
  const wanted = match.at('port').number();
  if (wanted !== undefined && wanted !== 0 && wanted !== port) return false;
  const source = match.at('sourceLabels');
  if (source.entries().length > 0 && matches(flatSelector(source), labels) === 'no') return false;
  const namespace = match.at('sourceNamespace').string();
  return namespace === undefined || namespace === '' || namespace === scope.namespace;
}

function isGateway(name: string | undefined, gateways: ReadonlySet<string> | undefined): boolean {
  if (name === undefined) return true;
  return gateways ? gateways.has(name) : name === MESH_GATEWAY;
}

/** The first bytes of a connection, as a listener reads them. */
export interface FirstBytes {
  readonly tls: boolean;
  readonly sni: string;
  /** Plain HTTP. */
  readonly http: boolean;
  /** The address as an IP, where it is one. */
  readonly address: Address;
}

/**
 * The chain that takes a connection: by network, then server name, then by whether it is HTTP, each time the most specific and without a
 * way back; else the one for the rest. undefined where none does, and the outbound mode decides. Source: Envoy's filter chain matching.
 */
export function chainFor(chains: readonly Chain[], bytes: FirstBytes): Chain | undefined {
  const rest = chains.find((c) => c.rest);
  let left: readonly Chain[] = chains.filter((c) => !c.rest);
  const nets = left.filter((c) => c.subnets.some((net) => contains(net, bytes.address)));
  left = nets.length > 0 ? mostPrecise(nets, bytes.address) : left.filter((c) => c.subnets.length === 0);
  const named = bytes.tls ? byServerName(left, bytes.sni) : [];
  left = named.length > 0 ? named : left.filter((c) => c.sni.length === 0);
  const http = left.find((c) => c.http);
  if (!bytes.tls && http) return bytes.http ? http : rest;
  return left.find((c) => !c.http) ?? rest;
}

function byServerName(chains: readonly Chain[], name: string): readonly Chain[] {
  const exact = chains.filter((c) => c.sni.includes(name));
  if (exact.length > 0) return exact;
  for (let at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1)) {
    const wildcard = `*${name.slice(at)}`;
    const fitting = chains.filter((c) => c.sni.includes(wildcard));
    if (fitting.length > 0) return fitting;
  }
  return chains.filter((c) => c.sni.includes('*'));
}

function contains(net: string, address: Address): boolean {
  return isIpAddress(address) && prefixesOverlap(net, address);
}

function mostPrecise(chains: readonly Chain[], address: Address): readonly Chain[] {
  const lengthOf = (c: Chain) =>
    Math.max(...c.subnets.filter((net) => contains(net, address)).map((net) => Number(net.split('/')[1] ?? 128)));
  const best = Math.max(...chains.map(lengthOf));
  return chains.filter((c) => lengthOf(c) === best);
}
