import { classOf } from '../cluster/protocol.ts';
import { overlap } from '../names/hosts.ts';
import { addTo } from '../source/grouping.ts';
import type { MeshRoute } from './mesh-route.ts';
import type { RegistryHost } from './registry.ts';
import type { EgressView, Scope } from './scope.ts';

/** What answers for a domain at a port: the rules of a VirtualService, or a host as it is. */
export interface VirtualHostEntry {
  readonly domain: string;
  /** undefined for a host that no VirtualService is for. */
  readonly route: MeshRoute | undefined;
  /** The host of the registry; undefined for a name that only a VirtualService has. */
  readonly host: RegistryHost | undefined;
}

/** The virtual hosts of one port, by domain; of several for one domain the first that has a rule for the caller counts. */
export interface VirtualHosts {
  /** Those that a name meets: the exact domain, then ever shorter wildcards. */
  matching(authority: string): Iterable<readonly VirtualHostEntry[]>;
  /** Those for one host alone, as a listener has them that found its protocol out. */
  ofHost(host: string): readonly VirtualHostEntry[];
  /** The hosts of the registry that answer HTTP there. */
  readonly hosts: ReadonlyMap<string, RegistryHost>;
}

/**
 * The virtual hosts for HTTP on a port. A VirtualService is used where one of its hosts is a host of that port; names that nobody registered
 * count on port 80 alone, and beside a registered one. Source: `pilot/pkg/networking/core/httproute.go`, BuildSidecarOutboundVirtualHosts.
 */
export function virtualHostsOf(scope: Scope, port: number): VirtualHosts {
  return scope.remember(scope, `virtual hosts ${port}`, () => makeVirtualHosts(scope, port));
}

function makeVirtualHosts(scope: Scope, port: number): VirtualHosts {
  const view = viewFor(scope, port);
  const hosts = new Map<string, RegistryHost>();
  for (const host of view?.hosts ?? []) if (host.ports.some((p) => p.number === port)) hosts.set(host.host, host);
  const aliases = new Map<string, RegistryHost[]>();
  // Another name needs no port of its own.
  for (const host of view?.hosts ?? []) if (host.aliasOf !== undefined) addTo(aliases, host.aliasOf, host);
  const entries: VirtualHostEntry[] = [];
  for (const route of view?.routes ?? []) {
    const [registered, others] = hostsOfRoute(route, hosts, view as EgressView);
    const spoken = registered.filter((host) => speaksHttp(host, port));
    // What is for no host of the port is heard on port 80 alone: names outside, as browsers ask for them.
    if (spoken.length === 0 && port !== 80) continue;
    for (const name of others) entries.push({ domain: name, route, host: undefined });
    for (const host of spoken) entries.push(...domainsOf(host, scope.namespace, hosts, aliases, route));
  }
  for (const host of hosts.values())
    if (host.resolution !== 'alias' && speaksHttp(host, port))
      entries.push(...domainsOf(host, scope.namespace, hosts, aliases, undefined));
  return index(entries, hosts);
}

/** The egress listener whose hosts answer HTTP on a port. */
function viewFor(scope: Scope, port: number): EgressView | undefined {
  return scope.views.find((v) => v.port === port) ?? scope.views.find((v) => v.port === undefined);
}

function speaksHttp(host: RegistryHost, port: number): boolean {
  return host.ports.some((p) => {
    const kind = classOf(p.protocol);
    return p.number === port && (kind === 'http' || kind === 'auto');
  });
}

function hostsOfRoute(
  route: MeshRoute,
  hosts: ReadonlyMap<string, RegistryHost>,
  view: EgressView,
): [RegistryHost[], string[]] {
  const registered: RegistryHost[] = [];
  const others: string[] = [];
  for (const name of route.hosts) {
    if (!name.startsWith('*')) {
      const host = hosts.get(name);
      if (host) registered.push(host);
      else others.push(name);
      continue;
    }
    const fitting = [...hosts.values()].filter((host) => overlap(host.host, name));
    if (fitting.length === 0) others.push(name);
    // Each host belongs to the VirtualService that fits it best, and to no other.
    for (const host of fitting) if (view.bestRoute(host.host) === route) registered.push(host);
  }
  return [registered, others];
}

/**
 * The names by which callers of a namespace ask for a host: the whole one, and for Services the short forms. Source:
 * `pilot/pkg/networking/core/httproute.go`, generateVirtualHostDomains.
 */
function* domainsOf(
  host: RegistryHost,
  namespace: string,
  known: ReadonlyMap<string, RegistryHost>,
  aliases: ReadonlyMap<string, readonly RegistryHost[]>,
  route: MeshRoute | undefined,
): Iterable<VirtualHostEntry> {
  const entry = (domain: string): VirtualHostEntry => ({ domain, route, host });
  const names = [host.host];
  for (const alias of aliases.get(host.host) ?? []) names.push(alias.host);
  for (const name of names) {
    const short = shortNames(name, namespace).filter((s) => !known.has(s));
    for (const domain of [name, ...short]) {
      yield entry(domain);
      if (host.resolution === 'passthrough' && host.service) yield entry(`*.${domain}`);
    }
  }
  for (const address of host.addresses) if (!address.includes('/')) yield entry(address);
}

/** `cart` (from its own namespace), `cart.shop` and `cart.shop.svc`, for a name of that form. */
export function shortNames(host: string, namespace: string): string[] {
  const at = host.indexOf('.svc.');
  if (at < 0) return [];
  const short = host.slice(0, at);
  const dot = short.indexOf('.');
  if (dot < 0) return [];
  const names = [short, `${short}.svc`];
  return short.slice(dot + 1) === namespace ? [short.slice(0, dot), ...names] : names;
}

function index(entries: readonly VirtualHostEntry[], hosts: ReadonlyMap<string, RegistryHost>): VirtualHosts {
  const byDomain = new Map<string, VirtualHostEntry[]>();
  const byHost = new Map<string, VirtualHostEntry[]>();
  for (const entry of entries) {
    addTo(byDomain, entry.domain.toLowerCase(), entry);
    if (entry.host && entry.domain === entry.host.host) addTo(byHost, entry.domain, entry);
  }
  return {
    hosts,
    ofHost: (host) => byHost.get(host) ?? [],
    *matching(authority) {
      const name = authority.toLowerCase();
      const exact = byDomain.get(name);
      if (exact) yield exact;
      if (name.length > 512) return;
      for (let i = 1; i < name.length; i++) {
        const list = byDomain.get(`*${name.slice(i)}`);
        if (list) yield list;
      }
      const all = byDomain.get('*');
      if (all) yield all;
    },
  };
}
