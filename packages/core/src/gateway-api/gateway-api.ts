import { type LabelSet, labelsOf, UNKNOWN_LABELS, withLabel } from '../manifest/label-set.ts';
import { type Answer, elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { labelSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type HostLookup, lookupHost } from '../names/host-targets.ts';
import { overlap } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';

/** API group of the Gateway API. */
export const GATEWAY_API_GROUP = 'gateway.networking.k8s.io';

/** Something that routes of the Gateway API attach to: a Gateway, or a ListenerSet that adds listeners to one. */
export interface KubernetesGateway {
  readonly resource: Resource;
  readonly spec: Field;
  readonly kind: 'Gateway' | 'ListenerSet';
  /** Name of the GatewayClass; undefined for a ListenerSet, and where a later step fills it in. */
  readonly className: string | undefined;
  readonly listeners: readonly Listener[];
  /** Whether the listeners are all written: no placeholder among their names and ports, no patch. */
  readonly listenersKnown: boolean;
}

/** A listener of a Gateway or a ListenerSet. */
export interface Listener {
  readonly field: Field;
  /** undefined when a later step fills it in; so it is for the others. */
  readonly name: string | undefined;
  readonly port: number | undefined;
  readonly protocol: string | undefined;
  /** `*` where none is written. */
  readonly hostname: string | undefined;
  /** The kinds of routes that it takes; undefined where that cannot be told: a protocol of one controller, or a placeholder. */
  readonly kinds: readonly string[] | undefined;
}

/** A route of the Gateway API, of whatever kind. */
export interface GatewayRoute {
  readonly resource: Resource;
  readonly spec: Field;
  readonly parents: readonly ParentReference[];
  /** Empty when none is written: then it is for all. undefined where some are filled in later. */
  readonly hostnames: readonly string[] | undefined;
  readonly backends: readonly BackendReference[];
}

/** The kinds that a route attaches to. Others belong to other controllers. */
export type ParentKind = 'Gateway' | 'ListenerSet' | 'Service' | 'ServiceEntry';

/** What a route attaches to, as written. */
export interface ParentReference {
  readonly kind: ParentKind;
  readonly namespace: string;
  readonly name: string;
  readonly field: Field;
  readonly nameField: Field;
  readonly sectionName: string | undefined;
  readonly sectionField: Field;
  readonly port: number | undefined;
  readonly portField: Field;
}

/** What a route sends to, as written: a Service, or a host of a ServiceEntry under kind `Hostname` of Istio. */
export interface BackendReference {
  readonly kind: 'Service' | 'Hostname';
  readonly namespace: string;
  readonly name: string;
  readonly field: Field;
  readonly nameField: Field;
  readonly port: number | undefined;
  readonly portField: Field;
  readonly isMirror: boolean;
}

/** Why a route does not attach. */
export type Refusal = 'section' | 'port' | 'kind' | 'namespace' | 'hostname';

/** Whether a route attaches to some listener of a parent; a refusal names the listeners that came so far. */
export type Attachment =
  | { readonly state: 'attached' | 'unknown' }
  | { readonly state: 'refused'; readonly why: Refusal; readonly listeners: readonly Listener[] };

// The most that the API server takes of each; whoever writes more gets no answer here.
const MOST_LISTENERS = 64;
const MOST_PARENTS = 32;
const MOST_HOSTNAMES = 16;
const MOST_BACKENDS = 1000;
const MOST_NEIGHBOURS = 200;

const ROUTE_KINDS: ReadonlySet<string> = new Set(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute']);

/** The types of what `gatewayRouteOf` reads. */
export const GATEWAY_ROUTE_TYPES: readonly string[] = [...ROUTE_KINDS].map((kind) => `${GATEWAY_API_GROUP}/${kind}`);

const GATEWAY_TYPES = [
  [`${GATEWAY_API_GROUP}/Gateway`, 'Gateway'],
  [`${GATEWAY_API_GROUP}/ListenerSet`, 'ListenerSet'],
  ['gateway.networking.x-k8s.io/XListenerSet', 'ListenerSet'],
] as const;

/** The types of what `kubernetesGatewayOf` reads. */
export const KUBERNETES_GATEWAY_TYPES: readonly string[] = GATEWAY_TYPES.map(([type]) => type);

/** Groups and kinds that routes name as a parent. */
const PARENT_KINDS: Readonly<Record<string, ParentKind>> = {
  [`${GATEWAY_API_GROUP}/Gateway`]: 'Gateway',
  [`${GATEWAY_API_GROUP}/ListenerSet`]: 'ListenerSet',
  'gateway.networking.x-k8s.io/XListenerSet': 'ListenerSet',
  '/Service': 'Service',
  'networking.istio.io/ServiceEntry': 'ServiceEntry',
};

/** Which routes each protocol takes. TLS takes what it ends as TCP too. Source: `sigs.k8s.io/gateway-api`, apis/v1/gateway_types.go, RouteGroupKind. */
const KINDS_BY_PROTOCOL: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute', 'TCPRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
};

/** Label that Kubernetes puts on every Namespace: its name. */
const NAMESPACE_NAME_KEY = 'kubernetes.io/metadata.name';

/** Every Gateway and ListenerSet of the Gateway API, patches left out. */
export function kubernetesGateways(mesh: Mesh): readonly KubernetesGateway[] {
  return GATEWAY_TYPES.flatMap(([type, kind]) =>
    mesh.ofType(type).flatMap((resource) => (resource.partial ? [] : [readGateway(resource, kind)])),
  );
}

/** The Gateway or ListenerSet that a resource is; undefined for others. */
export function kubernetesGatewayOf(mesh: Mesh, resource: Resource): KubernetesGateway | undefined {
  if (!GATEWAY_TYPES.some(([type]) => type === resource.type)) return undefined;
  return mesh.derive(gatewaysByResource).get(resource);
}

/** The route that a resource is; undefined for others, and for patches. */
export function gatewayRouteOf(mesh: Mesh, resource: Resource): GatewayRoute | undefined {
  if (resource.group !== GATEWAY_API_GROUP || !ROUTE_KINDS.has(resource.kind) || resource.partial) return undefined;
  const known = mesh.derive(knownRoutes);
  let route = known.get(resource);
  if (!route) known.set(resource, (route = readRoute(resource)));
  return route;
}

/** The Gateway or ListenerSet that a parent reference names, with all its variants. */
export function lookupKubernetesGateway(
  mesh: Mesh,
  { kind, namespace, name }: Pick<ParentReference, 'kind' | 'namespace' | 'name'>,
  asker: Resource,
): Lookup<readonly KubernetesGateway[]> {
  const { byKey, names, spaces } = mesh.derive(gatewayNames);
  const hit = byKey.get(`${kind} ${namespace}/${name}`);
  if (hit) return found(hit);
  if (mesh.externals.gateway(namespace, name) || mesh.externals.namespace(namespace))
    return elsewhere('the config declares it');
  if (mesh.settings.closedWorld) return MISSING;
  const loose = (names.get(name) ?? []).some((r) => mesh.assumesNamespace(r) || mesh.assumesNamespace(asker));
  if (loose) return elsewhere('its namespace is not known');
  if (mesh.hasUnreadBeside(asker)) return elsewhere('a template beside it may make it');
  // Snippets of a guide name no namespace: their neighbours in the folder may be of other guides.
  const isLoose = mesh.assumesNamespace(asker);
  const near = (spaces.get(`${kind} ${namespace}`) ?? []).filter((r) =>
    isLoose ? mesh.appliedTogether(r, asker) : mesh.near(r, asker),
  );
  if (near.length === 0 || near.some((r) => r.name === '' || r.rewrites?.name || mesh.hasUnreadBeside(r)))
    return elsewhere(`no ${kind} of namespace ${namespace} was read beside it`);
  return MISSING;
}

/** The ServiceEntry that a parent reference names. */
export function lookupServiceEntry(
  mesh: Mesh,
  { namespace, name }: Pick<ParentReference, 'namespace' | 'name'>,
): Lookup<readonly Resource[]> {
  const hit = mesh.derive(serviceEntriesByName).get(`${namespace}/${name}`);
  if (hit) return found(hit);
  return mesh.settings.closedWorld && !mesh.externals.namespace(namespace)
    ? MISSING
    : elsewhere(`no ServiceEntry ${namespace}/${name} was read`);
}

/**
 * What stands behind a Service that a route names, or behind the host of a `Hostname`. A Service is named without its namespace: with a dot
 * it is none. `exportTo` does not matter to whether a route is accepted.
 */
export function lookupBackend(
  mesh: Mesh,
  { kind, namespace, name }: Pick<BackendReference | ParentReference, 'kind' | 'namespace' | 'name'>,
  asker: Resource,
): HostLookup {
  const lookup = lookupHost(mesh, kind === 'Hostname' ? name : `${name}.${namespace}.svc.cluster.local`, asker);
  if (lookup.state === 'missing' && lookup.why === 'hidden') return elsewhere('its exportTo hides it');
  return lookup;
}

/** Whether a route attaches to some listener that a parent reference means. */
export function attachmentOf(
  mesh: Mesh,
  gateway: KubernetesGateway,
  { sectionName, sectionField, port, portField }: ParentReference,
  { resource, hostnames }: GatewayRoute,
): Attachment {
  if (!gateway.listenersKnown) return UNKNOWN;
  if ((sectionField.hasValue && sectionName === undefined) || (portField.hasValue && port === undefined))
    return UNKNOWN;
  const named = sectionName ? gateway.listeners.filter((l) => l.name === sectionName) : gateway.listeners;
  if (named.length === 0) return refused('section', gateway.listeners);
  const meant = port === undefined ? named : named.filter((l) => l.port === port);
  if (meant.length === 0) return refused('port', named);
  const takesKind = meant.filter((l) => l.kinds === undefined || l.kinds.includes(resource.kind));
  if (takesKind.length === 0) return refused('kind', meant);
  const answers = takesKind.map((listener) => allowsNamespace(mesh, gateway, listener, resource));
  const takesNamespace = takesKind.filter((_, i) => answers[i] !== 'no');
  if (takesNamespace.length === 0) return refused('namespace', takesKind);
  if (hostnames === undefined) return UNKNOWN;
  const shares = takesKind.map((listener, i) => (answers[i] === 'no' ? 'no' : sharesHostname(listener, hostnames)));
  if (takesKind.some((l, i) => l.kinds !== undefined && answers[i] === 'yes' && shares[i] === 'yes'))
    return { state: 'attached' };
  return shares.every((share) => share === 'no') ? refused('hostname', takesNamespace) : UNKNOWN;
}

const UNKNOWN = { state: 'unknown' } as const;

function refused(why: Refusal, listeners: readonly Listener[]): Attachment {
  return { state: 'refused', why, listeners };
}

// The kinds of the protocol, of those that are allowed.
function readKinds(field: Field, protocol: string | undefined): readonly string[] | undefined {
  const byProtocol = Object.hasOwn(KINDS_BY_PROTOCOL, protocol ?? '') ? KINDS_BY_PROTOCOL[protocol ?? ''] : undefined;
  const list = field.at('allowedRoutes').at('kinds');
  const written = list.items() as Field[];
  if (!list.hasValue || (list.isList && written.length === 0)) return byProtocol;
  if (!list.isList || written.length > MOST_LISTENERS) return undefined;
  const kinds = written.map((entry) => entry.at('kind').string());
  if (written.some(hasOtherGroup) || kinds.includes(undefined)) return undefined;
  return byProtocol ? byProtocol.filter((kind) => kinds.includes(kind)) : (kinds as string[]);
}

function hasOtherGroup(entry: Field): boolean {
  const group = entry.at('group');
  return group.hasValue && group.string() !== GATEWAY_API_GROUP;
}

function allowsNamespace(mesh: Mesh, gateway: KubernetesGateway, listener: Listener, route: Resource): Answer {
  const namespaces = listener.field.at('allowedRoutes').at('namespaces');
  const from = namespaces.at('from').hasValue ? namespaces.at('from').string() : 'Same';
  if (from === 'All') return 'yes';
  const loose = mesh.assumesNamespace(route) || mesh.assumesNamespace(gateway.resource);
  if (from === 'Same') {
    if (route.namespace === gateway.resource.namespace) return 'yes';
    return loose ? 'unknown' : 'no';
  }
  const selector = namespaces.at('selector');
  if (from !== 'Selector' || !selector.isMapping || loose) return 'unknown';
  const { namespace = '' } = route;
  const read = mesh.namespace(namespace);
  const labels: readonly LabelSet[] =
    read.state === 'found'
      ? read.value.map((n) => n.resource.labels)
      : [read.state === 'missing' ? NONE : UNKNOWN_LABELS];
  const answers = labels.map((l) => matches(labelSelector(selector), withLabel(l, NAMESPACE_NAME_KEY, namespace)));
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}

const NONE = labelsOf({});

function sharesHostname({ hostname, protocol }: Listener, hostnames: readonly string[]): Answer {
  if (hostnames.length === 0 || protocol === 'TCP' || protocol === 'UDP') return 'yes';
  if (hostname === undefined) return 'unknown';
  const own = hostname.toLowerCase();
  return hostnames.some((other) => overlap(own, other.toLowerCase())) ? 'yes' : 'no';
}

/** What a reference into another namespace means. */
export interface GrantTarget {
  readonly kind: 'Service' | 'Secret';
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether some ReferenceGrant of the namespace that is referred to permits a reference. No is certain only when grants of that namespace
 * stand near, or the target itself is applied together with what refers to it.
 */
export function isGranted(mesh: Mesh, asker: Resource, to: GrantTarget, targets: readonly Resource[]): Answer {
  if (asker.namespace === to.namespace) return 'yes';
  const { byNamespace, byKey, isLoose } = mesh.derive(readGrants);
  const entries = byKey.get(grantKey(to.namespace, asker.group, asker.kind, asker.namespace ?? '')) ?? [];
  const names = entries.flatMap((grant) => grant.to.get(to.kind) ?? []);
  if (names.some((n) => n === 'all' || n.has(to.name))) return 'yes';
  const grants = byNamespace.get(to.namespace);
  if (grants?.isOpen || mesh.externals.namespace(to.namespace)) return 'unknown';
  if (mesh.settings.closedWorld) return 'no';
  if (isLoose || mesh.assumesNamespace(asker) || mesh.hasUnreadBeside(asker)) return 'unknown';
  const near = grants?.resources.some((grant) => mesh.near(grant, asker));
  return near || targets.some((target) => mesh.appliedTogether(target, asker)) ? 'no' : 'unknown';
}

/** A ReferenceGrant: which names of each kind it gives away. */
interface Grant {
  readonly to: ReadonlyMap<string, ReadonlySet<string> | 'all'>;
}

interface Grants {
  /** The grants of each namespace that something refers to, and whether some say more than was read. */
  readonly byNamespace: ReadonlyMap<string, { readonly resources: readonly Resource[]; readonly isOpen: boolean }>;
  /** By that namespace, and by group, kind and namespace of what refers to it. */
  readonly byKey: ReadonlyMap<string, readonly Grant[]>;
  /** Whether there is one whose namespace is an assumption: it may be anywhere. */
  readonly isLoose: boolean;
}

function grantKey(to: string, group: string, kind: string, from: string): string {
  return `${to}\n${group}/${kind}\n${from}`;
}

function readGrants(mesh: Mesh): Grants {
  const byNamespace = new Map<string, { resources: Resource[]; isOpen: boolean }>();
  const byKey = new Map<string, Grant[]>();
  const all = mesh.ofType(`${GATEWAY_API_GROUP}/ReferenceGrant`).filter((grant) => !grant.partial);
  for (const resource of all) {
    const namespace = resource.namespace ?? '';
    const group = byNamespace.get(namespace) ?? { resources: [], isOpen: false };
    byNamespace.set(namespace, group);
    if (group.resources.length < MOST_NEIGHBOURS) group.resources.push(resource);
    else group.isOpen = true;
    if (!takeGrant(resource, byKey)) group.isOpen = true;
  }
  return { byNamespace, byKey, isLoose: all.some((grant) => mesh.assumesNamespace(grant)) };
}

/** Puts a grant into the index; false when some of it is filled in later, or is not read. */
function takeGrant(resource: Resource, byKey: Map<string, Grant[]>): boolean {
  const spec = resource.body.at('spec');
  const to = new Map<string, Set<string> | 'all'>();
  const target = (spec.at('to').items() as Field[]).slice(0, MOST_LISTENERS);
  let isWhole = !isPatchedAt(resource, 'spec') && target.length === spec.at('to').items().length;
  for (const entry of target) {
    const kind = entry.at('kind').string();
    const name = entry.at('name');
    const isAll = !name.hasValue || name.value === '';
    const text = name.string();
    const group = groupOf(entry, '');
    if (kind === undefined || group === undefined || (!isAll && text === undefined)) isWhole = false;
    else if (group === '') {
      const names = to.get(kind) ?? new Set();
      if (isAll || names === 'all') to.set(kind, 'all');
      else to.set(kind, names.add(text ?? ''));
    }
  }
  const sources = (spec.at('from').items() as Field[]).slice(0, MOST_LISTENERS);
  if (sources.length < spec.at('from').items().length) isWhole = false;
  for (const entry of sources) {
    const [group, kind, from] = ['group', 'kind', 'namespace'].map((key) => entry.at(key).string());
    if (group === undefined || kind === undefined || from === undefined) isWhole = false;
    else push(byKey, grantKey(resource.namespace ?? '', group, kind, from), { to });
  }
  return isWhole;
}

function serviceEntriesByName(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const byName = new Map<string, Resource[]>();
  for (const entry of mesh.ofType('networking.istio.io/ServiceEntry'))
    if (!entry.partial) push(byName, `${entry.namespace}/${entry.name}`, entry);
  return byName;
}

interface GatewayNames {
  readonly byKey: ReadonlyMap<string, readonly KubernetesGateway[]>;
  readonly names: ReadonlyMap<string, readonly Resource[]>;
  /** Some of each kind and namespace. */
  readonly spaces: ReadonlyMap<string, readonly Resource[]>;
}

function gatewayNames(mesh: Mesh): GatewayNames {
  const byKey = new Map<string, KubernetesGateway[]>();
  const names = new Map<string, Resource[]>();
  const spaces = new Map<string, Resource[]>();
  for (const gateway of mesh.derive(kubernetesGateways)) {
    const { kind, resource } = gateway;
    push(byKey, `${kind} ${resource.namespace}/${resource.name}`, gateway);
    push(names, resource.name, resource);
    push(spaces, `${kind} ${resource.namespace}`, resource);
  }
  return { byKey, names, spaces };
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (!list) map.set(key, [item]);
  else if (list.length < MOST_NEIGHBOURS) list.push(item);
}

function gatewaysByResource(mesh: Mesh): ReadonlyMap<Resource, KubernetesGateway> {
  return new Map(mesh.derive(kubernetesGateways).map((g) => [g.resource, g]));
}

// Several rules ask for each route.
function knownRoutes(): Map<Resource, GatewayRoute> {
  return new Map();
}

function readGateway(resource: Resource, kind: KubernetesGateway['kind']): KubernetesGateway {
  const spec = resource.body.at('spec');
  const list = spec.at('listeners');
  const listeners = (list.items() as Field[]).slice(0, MOST_LISTENERS + 1).map(readListener);
  return {
    resource,
    spec,
    kind,
    className: spec.at('gatewayClassName').string(),
    listeners,
    listenersKnown:
      !isPatchedAt(resource, 'spec', 'listeners') &&
      listeners.length <= MOST_LISTENERS &&
      (!list.hasValue || list.isList) &&
      listeners.every((l) => l.name !== undefined && l.port !== undefined && l.protocol !== undefined),
  };
}

function readListener(field: Field): Listener {
  const hostname = field.at('hostname');
  const protocol = field.at('protocol').string();
  return {
    field,
    name: field.at('name').text(),
    port: field.at('port').number(),
    protocol,
    hostname: hostname.hasValue && hostname.value !== '' ? hostname.string() : '*',
    kinds: readKinds(field, protocol),
  };
}

function readRoute(resource: Resource): GatewayRoute {
  const spec = resource.body.at('spec');
  const namespace = resource.namespace ?? '';
  const written = spec.at('hostnames');
  const hostnames = (written.items() as Field[]).slice(0, MOST_HOSTNAMES + 1).map((field) => field.string());
  const known =
    !isPatchedAt(resource, 'spec', 'hostnames') &&
    hostnames.length <= MOST_HOSTNAMES &&
    !hostnames.includes(undefined) &&
    (!written.hasValue || written.isList);
  return {
    resource,
    spec,
    parents: isPatchedAt(resource, 'spec', 'parentRefs')
      ? []
      : (spec.at('parentRefs').items() as Field[])
          .slice(0, MOST_PARENTS)
          .flatMap((field) => readParent(field, namespace) ?? []),
    hostnames: known ? (hostnames as string[]) : undefined,
    backends: isPatchedAt(resource, 'spec', 'rules') ? [] : readBackends(spec, namespace),
  };
}

/** The group of a reference; the one of core is written as nothing, and by some as `core`. */
function groupOf(field: Field, byDefault: string): string | undefined {
  const group = field.at('group');
  if (!group.exists) return byDefault;
  const text = group.value === null ? '' : group.string();
  return text === 'core' ? '' : text;
}

function namespaceOf(field: Field, own: string): string | undefined {
  const namespace = field.at('namespace');
  return namespace.hasValue && namespace.value !== '' ? namespace.string() : own;
}

function readParent(field: Field, own: string): ParentReference | undefined {
  const kindField = field.at('kind');
  const group = groupOf(field, GATEWAY_API_GROUP);
  const key = `${group}/${kindField.hasValue ? kindField.string() : 'Gateway'}`;
  const kind = Object.hasOwn(PARENT_KINDS, key) ? PARENT_KINDS[key] : undefined;
  const namespace = namespaceOf(field, own);
  const name = field.at('name').string();
  if (kind === undefined || namespace === undefined || !name) return undefined;
  return {
    kind,
    namespace,
    name,
    field,
    nameField: field.at('name'),
    sectionName: field.at('sectionName').string(),
    sectionField: field.at('sectionName'),
    port: field.at('port').number(),
    portField: field.at('port'),
  };
}

function readBackends(spec: Field, own: string): readonly BackendReference[] {
  const backends: BackendReference[] = [];
  const take = (field: Field, isMirror: boolean) => {
    const backend = backends.length < MOST_BACKENDS ? readBackend(field, own, isMirror) : undefined;
    if (backend) backends.push(backend);
  };
  const takeMirrors = (holder: Field) => {
    for (const filter of holder.at('filters').items() as Field[]) {
      const mirror = filter.at('requestMirror').at('backendRef');
      if (mirror.isMapping) take(mirror, true);
    }
  };
  for (const rule of spec.at('rules').items() as Field[]) {
    takeMirrors(rule);
    for (const field of rule.at('backendRefs').items() as Field[]) {
      take(field, false);
      takeMirrors(field);
    }
  }
  return backends;
}

function readBackend(field: Field, own: string, isMirror: boolean): BackendReference | undefined {
  const group = groupOf(field, '');
  const written = field.at('kind').hasValue ? field.at('kind').string() : 'Service';
  const kind =
    group === '' && written === 'Service'
      ? written
      : group === 'networking.istio.io' && written === 'Hostname'
        ? written
        : undefined;
  const namespace = namespaceOf(field, own);
  const name = field.at('name').string();
  if (kind === undefined || namespace === undefined || !name) return undefined;
  const portField = field.at('port');
  return { kind, namespace, name, field, nameField: field.at('name'), port: portField.number(), portField, isMirror };
}
