import { elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { isServedByIstio } from './gateway-classes.ts';
import { addSome, MOST_LISTENERS } from './limits.ts';
import { GATEWAY_API_GROUP, type ParentReference } from './references.ts';

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

const GATEWAY_TYPES = [
  [`${GATEWAY_API_GROUP}/Gateway`, 'Gateway'],
  [`${GATEWAY_API_GROUP}/ListenerSet`, 'ListenerSet'],
  ['gateway.networking.x-k8s.io/XListenerSet', 'ListenerSet'],
] as const;

/** The types of what `kubernetesGatewayOf` reads. */
export const KUBERNETES_GATEWAY_TYPES: readonly string[] = GATEWAY_TYPES.map(([type]) => type);

/** Which routes each protocol takes. Source: `sigs.k8s.io/gateway-api`, apis/v1/gateway_types.go, RouteGroupKind. */
const KINDS_BY_PROTOCOL: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute', 'TCPRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
};

/**
 * What a TLS listener of Istio takes: what it ends as TCP, and TLSRoutes for what it hands on; since 1.30 TLSRoutes for both. Without a mode
 * it ends TLS. Source: `pilot/pkg/config/kube/gatewaycommon/conversion.go`, GenerateGatewaySupportedKinds.
 */
function kindsOfIstioTls(mesh: Mesh, listener: Field): readonly string[] | undefined {
  const mode = listener.at('tls').at('mode');
  if (!listener.at('tls').isMapping || (mode.hasValue && mode.string() === undefined)) return undefined;
  if (mode.string() === 'Passthrough') return ['TLSRoute'];
  return mesh.istioAtLeast('1.30') ? ['TLSRoute', 'TCPRoute'] : ['TCPRoute'];
}

/** Every Gateway and ListenerSet of the Gateway API, patches left out. */
export function kubernetesGateways(mesh: Mesh): readonly KubernetesGateway[] {
  return GATEWAY_TYPES.flatMap(([type, kind]) =>
    mesh.ofType(type).flatMap((resource) => (resource.partial ? [] : [readGateway(mesh, resource, kind)])),
  );
}

/** The Gateway or ListenerSet that a resource is; undefined for others. */
export function kubernetesGatewayOf(mesh: Mesh, resource: Resource): KubernetesGateway | undefined {
  if (!GATEWAY_TYPES.some(([type]) => type === resource.type)) return undefined;
  return mesh.derive(gatewaysByResource).get(resource);
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
    addSome(byKey, `${kind} ${resource.namespace}/${resource.name}`, gateway);
    addSome(names, resource.name, resource);
    addSome(spaces, `${kind} ${resource.namespace}`, resource);
  }
  return { byKey, names, spaces };
}

function gatewaysByResource(mesh: Mesh): ReadonlyMap<Resource, KubernetesGateway> {
  return new Map(mesh.derive(kubernetesGateways).map((g) => [g.resource, g]));
}

function readGateway(mesh: Mesh, resource: Resource, kind: KubernetesGateway['kind']): KubernetesGateway {
  const spec = resource.body.at('spec');
  const list = spec.at('listeners');
  const className = spec.at('gatewayClassName').string();
  const ofIstio = kind === 'Gateway' && isServedByIstio(mesh, className);
  const listeners = (list.items() as Field[])
    .slice(0, MOST_LISTENERS + 1)
    .map((field) => readListener(field, ofIstio ? kindsOfIstioTls(mesh, field) : undefined));
  return {
    resource,
    spec,
    kind,
    className,
    listeners,
    listenersKnown:
      !isPatchedAt(resource, 'spec', 'listeners') &&
      listeners.length <= MOST_LISTENERS &&
      (!list.hasValue || list.isList) &&
      listeners.every((l) => l.name !== undefined && l.port !== undefined && l.protocol !== undefined),
  };
}

function readListener(field: Field, tlsKinds: readonly string[] | undefined): Listener {
  const hostname = field.at('hostname');
  const protocol = field.at('protocol').string();
  return {
    field,
    name: field.at('name').text(),
    port: field.at('port').number(),
    protocol,
    hostname: hostname.hasValue && hostname.value !== '' ? hostname.string() : '*',
    kinds: readKinds(field, protocol, tlsKinds),
  };
}

// The kinds of the protocol, of those that are allowed.
function readKinds(
  field: Field,
  protocol: string | undefined,
  tlsKinds: readonly string[] | undefined,
): readonly string[] | undefined {
  const byProtocol = kindsOf(protocol, tlsKinds);
  const list = field.at('allowedRoutes').at('kinds');
  const written = list.items() as Field[];
  if (!list.hasValue || (list.isList && written.length === 0)) return byProtocol;
  if (!list.isList || written.length > MOST_LISTENERS) return undefined;
  const kinds = written.map((entry) => entry.at('kind').string());
  if (written.some(hasOtherGroup) || kinds.includes(undefined)) return undefined;
  return byProtocol ? byProtocol.filter((kind) => kinds.includes(kind)) : (kinds as string[]);
}

/** The kinds of routes that the protocol of a listener can have, whatever it allows; undefined where that cannot be told. */
export function takenKinds(
  mesh: Mesh,
  { kind, className }: KubernetesGateway,
  { field, protocol }: Listener,
): readonly string[] | undefined {
  const ofIstio = kind === 'Gateway' && isServedByIstio(mesh, className);
  return kindsOf(protocol, ofIstio ? kindsOfIstioTls(mesh, field) : undefined);
}

function kindsOf(protocol: string | undefined, tlsKinds: readonly string[] | undefined): readonly string[] | undefined {
  if (protocol === 'TLS' && tlsKinds) return tlsKinds;
  return Object.hasOwn(KINDS_BY_PROTOCOL, protocol ?? '') ? KINDS_BY_PROTOCOL[protocol ?? ''] : undefined;
}

function hasOtherGroup(entry: Field): boolean {
  const group = entry.at('group');
  return group.hasValue && group.string() !== GATEWAY_API_GROUP;
}
