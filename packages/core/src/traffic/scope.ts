import { type Protocol, protocolOfText } from '../cluster/protocol.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { LabelSet } from '../manifest/label-set.ts';
import type { Resource } from '../manifest/resource.ts';
import { flatSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { lazy } from '../source/lazy.ts';
import { compareAge } from './age.ts';
import { type RuleDecision, ruleThatHolds } from './destination-rule-that-holds.ts';
import { MESH_GATEWAY, type MeshRoute } from './mesh-route.ts';
import { type RegistryHost, registryOf } from './registry.ts';
import { routesSeenIn } from './routes-for-mesh.ts';

/** A proxy that sends requests: where it stands, and the labels of its pod. */
export interface Client {
  readonly namespace: string;
  readonly labels: LabelSet;
  /** undefined for any pod of the namespace. */
  readonly workload: Workload | undefined;
  readonly gateway: boolean;
}

/** The proxy of a workload, as a client. */
export function clientOf(workload: Workload, gateway = false): Client {
  return { namespace: workload.resource.namespace ?? '', labels: workload.podLabels, workload, gateway };
}

/** What a Sidecar lets a proxy see at one of its egress listeners; without a Sidecar there is one for everything. */
export interface EgressView {
  /** undefined for the listener that takes all other ports. */
  readonly port: number | undefined;
  readonly protocol: Protocol | undefined;
  readonly bind: string | undefined;
  /** It binds a real port, and nothing is redirected to it. */
  readonly bindsPort: boolean;
  readonly field: Field | undefined;
  readonly hosts: readonly RegistryHost[];
  readonly routes: readonly MeshRoute[];
  /** For each host the VirtualService whose host fits it best; a wildcard takes only the hosts that no other fits better. */
  readonly bestRoute: (host: string) => MeshRoute | undefined;
}

/** What becomes of requests to hosts that the proxy does not know. */
export interface OutboundMode {
  readonly mode: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  readonly field: Field | undefined;
  /** What says it, for a message. */
  readonly source: string;
  readonly certain: boolean;
}

/**
 * What the proxies of one namespace know, with the Sidecar that holds for them. Source: `pilot/pkg/model/sidecar.go`.
 */
export class Scope {
  readonly mesh: Mesh;
  readonly namespace: string;
  /** The Sidecar that decides; undefined where none holds. */
  readonly sidecar: Resource | undefined;
  readonly views: readonly EgressView[];
  readonly outboundMode: OutboundMode;
  readonly #known = lazy(() => this.#knownHosts());
  readonly #rules = new Map<string, RuleDecision>();
  readonly #remembered = new Map<unknown, Map<string, unknown>>();

  constructor(mesh: Mesh, namespace: string, sidecar: Resource | undefined) {
    this.mesh = mesh;
    this.namespace = namespace;
    this.sidecar = sidecar;
    this.outboundMode = outboundModeOf(mesh, sidecar);
    this.views = sidecar ? viewsOf(mesh, namespace, sidecar) : [wholeView(mesh, namespace)];
  }

  /** What follows from the scope and costs a walk over it: made once for an owner (the labels of a pod, the scope itself) and a key. */
  remember<T>(owner: unknown, key: string, make: () => T): T {
    let known = this.#remembered.get(owner);
    if (!known) this.#remembered.set(owner, (known = new Map()));
    if (!known.has(key)) known.set(key, make());
    return known.get(key) as T;
  }

  /** The host that the proxy has clusters for, also where only a destination of a route brings it in. */
  host(name: string): RegistryHost | undefined {
    return this.#known().get(name);
  }

  /** The hosts that the proxy has clusters for. */
  get hosts(): ReadonlyMap<string, RegistryHost> {
    return this.#known();
  }

  /** The DestinationRule that holds for a host when pods of the scope call it. */
  destinationRule(labels: LabelSet, host: RegistryHost): RuleDecision {
    const decide = () => ruleThatHolds(this.mesh, { namespace: this.namespace, labels }, host.host, host.namespace);
    const key = `${host.namespace}\n${host.host}`;
    let decision = this.#rules.get(key);
    if (!decision) this.#rules.set(key, (decision = decide()));
    // Only a selector can make two pods of a scope differ.
    return decision.rule?.selector || decision.passedOver.some((p) => hasSelector(p.resource)) ? decide() : decision;
  }

  #knownHosts(): ReadonlyMap<string, RegistryHost> {
    const known = new Map<string, RegistryHost>();
    for (const view of this.views) {
      for (const host of view.hosts) addHost(known, host);
      if (!this.sidecar) continue;
      for (const route of view.routes) for (const name of destinationHosts(route)) this.#addDestination(known, name);
    }
    return known;
  }

  // The caller's own namespace first, else the first that lets it in.
  #addDestination(known: Map<string, RegistryHost>, name: string): void {
    if (known.has(name)) return;
    const all = registryOf(this.mesh).at(name);
    const own = all.find((h) => h.namespace === this.namespace);
    const seen = all.filter((h) => isSeen(h, this.namespace)).sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
    const chosen = own ?? seen[0];
    if (chosen) known.set(name, chosen);
  }
}

function hasSelector(resource: Resource): boolean {
  return resource.body.at('spec').at('workloadSelector').hasValue;
}

// A Service of Kubernetes is never displaced by an entry that takes its name; else the first, which is the oldest, stays.
function addHost(known: Map<string, RegistryHost>, host: RegistryHost): void {
  const existing = known.get(host.host);
  if (!existing || (!existing.service && host.service)) known.set(host.host, host);
  else if (existing.namespace === host.namespace && existing.resource === host.resource && existing !== host) {
    const ports = [...existing.ports, ...host.ports.filter((p) => !existing.ports.some((q) => q.number === p.number))];
    known.set(host.host, { ...existing, ports });
  }
}

function destinationHosts(route: MeshRoute): Set<string> {
  const hosts = new Set<string>();
  const add = (host: string | undefined) => {
    if (host !== undefined) hosts.add(host);
  };
  for (const rule of route.http) for (const d of [...rule.destinations, ...rule.mirrors]) add(d.host?.fqdn);
  for (const rule of route.virtualService.routes)
    if (rule.kind !== 'http') for (const d of rule.destinations) add(d.host?.fqdn);
  return hosts;
}

/** Whether a host is exported to a namespace; what cannot be told counts as seen. */
export function isSeen({ exports }: RegistryHost, namespace: string): boolean {
  return exports === undefined || exports.includes('*') || exports.includes(namespace);
}

/** The scope of a proxy. Gateways have none of their own: no Sidecar holds for them. */
export function scopeOf(mesh: Mesh, client: Client): Scope {
  const scopes = mesh.derive(knownScopes);
  const sidecar = client.gateway ? undefined : sidecarOf(mesh, client);
  let here = scopes.get(client.namespace);
  if (!here) scopes.set(client.namespace, (here = new Map()));
  let scope = here.get(sidecar);
  if (!scope) here.set(sidecar, (scope = new Scope(mesh, client.namespace, sidecar)));
  return scope;
}

function knownScopes(): Map<string, Map<Resource | undefined, Scope>> {
  return new Map();
}

/**
 * The Sidecar that holds for pods: the oldest of their namespace that selects them, else the oldest without a selector, else that of the
 * root namespace. Source: `pilot/pkg/model/push_context.go`, getSidecarScope.
 */
export function sidecarOf(
  mesh: Mesh,
  { namespace, labels }: Pick<Client, 'namespace' | 'labels'>,
): Resource | undefined {
  const byNamespace = mesh.derive(sidecarsByNamespace);
  const here = byNamespace.get(namespace) ?? [];
  const selecting = here.find((r) => {
    const selector = r.body.at('spec').at('workloadSelector');
    return selector.hasValue && matches(flatSelector(selector.at('labels')), labels) === 'yes';
  });
  const plain = (r: Resource) => !r.body.at('spec').at('workloadSelector').hasValue;
  return selecting ?? here.find(plain) ?? byNamespace.get(mesh.installation.rootNamespace.value)?.find(plain);
}

function sidecarsByNamespace(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const index = new Map<string, Resource[]>();
  const all = mesh.ofType('networking.istio.io/Sidecar').filter((r) => !r.partial);
  for (const resource of [...all].sort(compareAge)) addTo(index, resource.namespace ?? '', resource);
  return index;
}

function outboundModeOf(mesh: Mesh, sidecar: Resource | undefined): OutboundMode {
  const own = sidecar?.body.at('spec').at('outboundTrafficPolicy');
  if (own?.hasValue) {
    const mode = own.at('mode').string() ?? 'REGISTRY_ONLY';
    // Of the words of the enum REGISTRY_ONLY is the first: what an empty mapping says.
    return modeOf(mode, own.at('mode').exists ? own.at('mode') : own, 'the Sidecar', true);
  }
  const { value, certain, source } = mesh.installation.meshConfig;
  const policy = value.outboundTrafficPolicy;
  const mode = typeof policy === 'object' && policy !== null && 'mode' in policy ? policy.mode : undefined;
  if (typeof mode === 'string') return modeOf(mode, undefined, source ?? 'MeshConfig', certain);
  return modeOf('ALLOW_ANY', undefined, 'the default of MeshConfig', certain);
}

function modeOf(mode: string, field: Field | undefined, source: string, certain: boolean): OutboundMode {
  return { mode: mode === 'REGISTRY_ONLY' ? mode : 'ALLOW_ANY', field, source, certain };
}

/** The hosts that a namespace sees, in istiod's order: what it alone sees, what is exported to it by name, and what all see. */
function hostsSeenIn(mesh: Mesh, namespace: string): readonly RegistryHost[] {
  const groups: RegistryHost[][] = [[], [], []];
  for (const host of registryOf(mesh).hosts) {
    if (!isSeen(host, namespace)) continue;
    const all = host.exports === undefined || host.exports.includes('*');
    groups[all ? 2 : host.namespace === namespace ? 0 : 1]?.push(host);
  }
  return groups.flat();
}

function wholeView(mesh: Mesh, namespace: string): EgressView {
  const known = new Map<string, RegistryHost>();
  for (const host of hostsSeenIn(mesh, namespace)) addHost(known, host);
  const hosts = [...known.values()];
  const routes = routesSeenIn(mesh, namespace, MESH_GATEWAY);
  return {
    port: undefined,
    protocol: undefined,
    bind: undefined,
    bindsPort: false,
    field: undefined,
    hosts,
    routes,
    bestRoute: bestRouteOf(routes),
  };
}

function viewsOf(mesh: Mesh, namespace: string, sidecar: Resource): readonly EgressView[] {
  const egress = sidecar.body.at('spec').at('egress');
  const written = egress.items() as Field[];
  if (written.length === 0) return [{ ...wholeView(mesh, namespace), field: egress.exists ? egress : undefined }];
  const seen = hostsSeenIn(mesh, namespace);
  const routes = routesSeenIn(mesh, namespace, MESH_GATEWAY);
  return written.map((field): EgressView => {
    const port = field.at('port').at('number').number() || undefined;
    const word = field.at('port').at('protocol').string();
    const protocol = word === undefined ? undefined : (protocolOfText(mesh.settings, word) ?? 'auto');
    const imports = importsOf(field.at('hosts'), namespace);
    const portOnly = port !== undefined && protocol !== 'HTTP_PROXY';
    const hosts = oneNamespaceAHost(
      seen.flatMap((host) => {
        if (!imports.takesHost(host.namespace, host.host)) return [];
        if (!portOnly) return [host];
        const ports = host.ports.filter((p) => p.number === port);
        return ports.length > 0 ? [{ ...host, ports }] : [];
      }),
      namespace,
    );
    const taken = routes.filter((r) => r.hosts.some((h) => imports.takesRoute(r.resource.namespace ?? '', h)));
    return {
      port,
      protocol,
      bind: field.at('bind').string() || undefined,
      bindsPort:
        field.at('captureMode').string() === 'NONE' || field.at('bind').string()?.startsWith('unix://') === true,
      field,
      hosts,
      routes: taken,
      bestRoute: bestRouteOf(taken),
    };
  });
}

// Of one host in several namespaces the caller's own, else the first.
function oneNamespaceAHost(hosts: readonly RegistryHost[], namespace: string): RegistryHost[] {
  const chosen = new Map<string, RegistryHost>();
  for (const host of hosts) {
    const existing = chosen.get(host.host);
    if (
      !existing ||
      (host.namespace === namespace && existing.namespace !== namespace) ||
      (!existing.service && host.service && existing.namespace !== namespace)
    )
      chosen.set(host.host, host);
  }
  return [...chosen.values()];
}

/** The hosts of an egress listener: `namespace/host`, `.` for the own namespace, `*` for all, `~` for none. */
export interface Imports {
  takesHost(namespace: string, host: string): boolean;
  /** Also where only a part of the host is imported. */
  takesRoute(namespace: string, host: string): boolean;
}

/** Reads the hosts of an egress listener. A placeholder imports everything. */
export function importsOf(field: Field, namespace: string): Imports {
  const byNamespace = new Map<string, string[]>();
  let open = field.hasValue && !field.isList;
  for (const item of field.items() as Field[]) {
    const text = item.string();
    const slash = text?.indexOf('/') ?? -1;
    if (text === undefined) open = true;
    if (text === undefined || slash < 0) continue;
    const space = text.slice(0, slash);
    addTo(byNamespace, space === '.' ? namespace : space, text.slice(slash + 1));
  }
  const listFor = (space: string) => byNamespace.get(space);
  const everywhere = byNamespace.get('*');
  const subset = (host: string, imported: string) =>
    imported === host ||
    (imported.startsWith('*') &&
      host.replace(/^\*/, '').endsWith(imported.slice(1)) &&
      (host.startsWith('*') ? host.length >= imported.length : true));
  const overlaps = (host: string, imported: string) => subset(host, imported) || subset(imported, host);
  return {
    // What is named for a namespace decides for it; `*` holds for the others.
    takesHost: (space, host) => open || (listFor(space) ?? everywhere ?? []).some((imported) => subset(host, imported)),
    takesRoute: (space, host) =>
      open || [...(listFor(space) ?? []), ...(everywhere ?? [])].some((imported) => overlaps(host, imported)),
  };
}

function bestRouteOf(routes: readonly MeshRoute[]): (host: string) => MeshRoute | undefined {
  const index = lazy(() => {
    const exact = new Map<string, MeshRoute>();
    const wildcards = new Map<string, MeshRoute>();
    for (const route of routes)
      for (const host of route.hosts) {
        const [map, key] = host.startsWith('*') ? [wildcards, host.slice(1)] : [exact, host];
        if (!map.has(key)) map.set(key, route);
      }
    return { exact, wildcards };
  });
  return (host) => {
    const { exact, wildcards } = index();
    const same = exact.get(host);
    if (same && !host.startsWith('*')) return same;
    if (host.length > 512) return undefined;
    const rest = host.startsWith('*') ? host.slice(1) : host;
    for (let i = 0; i <= rest.length; i++) {
      const route = wildcards.get(rest.slice(i));
      if (route) return route;
    }
    return undefined;
  };
}
