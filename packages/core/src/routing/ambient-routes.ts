import { ambientNamespaces, isAmbientNamespace } from '../ambient/ambient-mode.ts';
import { namespacesWithGateways } from '../ambient/covered-pods.ts';
import { namespaceChoice, surelyWithoutWaypoint, waypointChoice, waypointNamed } from '../ambient/waypoints.ts';
import type { Service } from '../cluster/services.ts';
import { gatewayRouteOf } from '../gateway-api/gateway-routes.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { mappings } from '../manifest/written-fields.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { hostTargets } from '../names/host-targets.ts';
import { hostNameOf } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { isBoundToMesh } from './virtual-service-parts.ts';

/** A Service, a ServiceEntry or a host whose calls from ambient mode a route or rule does not hold for. */
export interface UnheldRoute {
  /**
   * `none`: what is called has no waypoint; `refused`: it or its namespace says none; `namespace`: its waypoint reads this kind in its own
   * namespace and in that of the Service (of DestinationRules also in the root namespace); `nothing`: nothing of the host was read, the
   * world is closed, and the pods of the rule's own namespace have no waypoint.
   */
  readonly why: 'none' | 'refused' | 'namespace' | 'nothing';
  readonly field: Field;
  readonly host: string;
  /** What is called; undefined for `nothing`. */
  readonly target: Resource | undefined;
  /** The waypoint, for `namespace`. */
  readonly waypoint: string | undefined;
  /** Whether the rule stands in another namespace than what is called. */
  readonly foreign: boolean;
  /** Whether some proxy of the input is an Envoy beside waypoints, and may hold to it: a sidecar, or for DestinationRules a gateway. */
  readonly read: boolean;
  /** Whether the namespace of the rule is in ambient mode, so that calls from there hold to nothing. */
  readonly fromAmbient: boolean;
}

const MOST_HOSTS = 50;

/**
 * The hosts of a VirtualService or DestinationRule, and the Services that a route of the Gateway API is attached to, for which ambient
 * callers do not hold to it: ztunnel reads none of them, so the waypoint of what is called has to. A waypoint takes VirtualServices of its own
 * namespace and of the Service's (`networking/core/listener_waypoint.go`, getVirtualServiceForWaypoint), DestinationRules of the root
 * namespace too (`model/push_context.go`, destinationRule).
 */
export function unheldRoutes(mesh: Mesh, resource: Resource): readonly UnheldRoute[] {
  if (resource.partial || !mesh.istioAtLeast('1.22') || mesh.assumesNamespace(resource)) return [];
  const hosts = hostsOf(mesh, resource);
  if (hosts.length === 0 || hosts.length > MOST_HOSTS) return [];
  const seen = new Set<Resource>();
  const unheld = hosts.flatMap(({ field, host, targets }) => {
    const [target] = targets;
    if (!target || seen.has(target.resource)) return [];
    seen.add(target.resource);
    return judge(mesh, resource, field, host, targets) ?? [];
  });
  return hosts.some((h) => h.targets.length > 0) ? unheld : unknownHost(mesh, resource, hosts[0] as Host);
}

interface Host {
  readonly field: Field;
  readonly host: string;
  /** All manifests of the Service or ServiceEntry that is called. */
  readonly targets: readonly Called[];
}

interface Called {
  readonly resource: Resource;
  readonly service: Service | undefined;
}

function hostsOf(mesh: Mesh, resource: Resource): readonly Host[] {
  const spec = resource.body.at('spec');
  switch (resource.type) {
    case 'networking.istio.io/VirtualService':
      if (isPatchedAt(resource, 'spec', 'hosts') || isBoundToMesh(spec) !== true || !steers(spec)) return [];
      return (spec.at('hosts').items() as Field[]).flatMap((field) => hostOf(mesh, resource, field) ?? []);
    case 'networking.istio.io/DestinationRule':
      // With a workloadSelector it is for sidecars that it names.
      if (isPatchedAt(resource, 'spec', 'host') || spec.at('workloadSelector').hasValue) return [];
      return [hostOf(mesh, resource, spec.at('host')) ?? []].flat();
    default:
      return parentsOf(mesh, resource);
  }
}

function hostOf(mesh: Mesh, resource: Resource, field: Field): Host | undefined {
  const written = field.string();
  if (!written || written.startsWith('*')) return undefined;
  const host = hostNameOf(mesh, written, resource.namespace ?? '').fqdn;
  return { field, host: written, targets: mesh.derive(hostTargets).at(host) };
}

// A route in another namespace than its Service is for the callers there, and no waypoint's.
function parentsOf(mesh: Mesh, resource: Resource): readonly Host[] {
  const route = resource.group === 'gateway.networking.k8s.io' ? gatewayRouteOf(mesh, resource) : undefined;
  if (!route || isPatchedAt(resource, 'spec', 'parentRefs')) return [];
  return route.parents.flatMap(({ kind, name, namespace, nameField }) => {
    if (kind !== 'Service' || namespace !== resource.namespace) return [];
    const found = mesh.service(namespace, name);
    return found.state === 'found'
      ? [
          {
            field: nameField,
            host: name,
            targets: found.value.map((service) => ({ resource: service.resource, service })),
          },
        ]
      : [];
  });
}

/** Whether a VirtualService does more than to send TCP connections where they go anyhow. */
function steers(spec: Field): boolean {
  if (spec.at('http').items().length > 0 || spec.at('tls').items().length > 0) return true;
  const own = new Set((spec.at('hosts').items() as Field[]).map((h) => h.string()));
  return mappings(spec.at('tcp')).some((route) => {
    const destinations = mappings(route.at('route')).map((entry) => entry.at('destination'));
    return destinations.some((d) => d.at('subset').hasValue || !own.has(d.at('host').string()));
  });
}

function judge(
  mesh: Mesh,
  resource: Resource,
  field: Field,
  host: string,
  called: readonly Called[],
): UnheldRoute | undefined {
  const targets = called.map((one) => one.resource);
  const [target] = targets as [Resource];
  const { namespace } = target;
  // Hosts of several namespaces are another question, and so are variants that do not agree.
  if (targets.some((t) => t.namespace !== namespace || t.type !== target.type || !ambientNamespaces(mesh, t)))
    return undefined;
  if (!called.every(({ service }) => !service || isAmbientBehind(mesh, service))) return undefined;
  const choices = targets.map((t) => waypointChoice(mesh, t, t.labels));
  const common = {
    field,
    host,
    target,
    foreign: resource.namespace !== namespace,
    read: mayBeRead(mesh, resource),
    fromAmbient: ambientNamespaces(mesh, resource) !== undefined,
  };
  if (choices.every((choice) => surelyWithoutWaypoint(mesh, choice, resource))) {
    const why = choices.every((choice) => choice.state === 'refused') ? ('refused' as const) : ('none' as const);
    return { ...common, why, waypoint: undefined };
  }
  const [choice] = choices;
  if (!common.foreign || choice?.state !== 'named') return undefined;
  const same = choices.every(
    (c) =>
      c.state === 'named' &&
      c.waypoint.name === choice.waypoint.name &&
      c.waypoint.namespace === choice.waypoint.namespace,
  );
  const { waypoint } = choice;
  if (!same || waypoint.namespace === resource.namespace || waypointNamed(mesh, waypoint).length === 0)
    return undefined;
  const { rootNamespace } = mesh.installation;
  const isRule = resource.type === 'networking.istio.io/DestinationRule';
  if (isRule && (!rootNamespace.certain || resource.namespace === rootNamespace.value)) return undefined;
  return { ...common, why: 'namespace', waypoint: `${waypoint.namespace}/${waypoint.name}` };
}

// Pods with a sidecar behind the Service say nothing about callers, but their namespace is then no plain ambient one.
function isAmbientBehind(mesh: Mesh, service: Service): boolean {
  const { answer, mode } = mesh.membershipOfService(service);
  return mode === undefined ? answer !== 'no' : mode === 'ambient';
}

function unknownHost(mesh: Mesh, resource: Resource, { field, host }: Host): readonly UnheldRoute[] {
  const isIstio = resource.group === 'networking.istio.io';
  const namespaces = isIstio && mesh.settings.closedWorld ? ambientNamespaces(mesh, resource) : undefined;
  if (!namespaces || mesh.externals.host(host)) return [];
  if (!surelyWithoutWaypoint(mesh, namespaceChoice(mesh, namespaces), resource)) return [];
  const read = mayBeRead(mesh, resource);
  return [
    { why: 'nothing', field, host, target: undefined, waypoint: undefined, foreign: false, read, fromAmbient: true },
  ];
}

/** Whether the input has a proxy that reads routes of the mesh, or rules, beside waypoints. */
function mayBeRead(mesh: Mesh, { type }: Resource): boolean {
  const { sidecars, gateways } = mesh.derive(envoys);
  return sidecars || (type === 'networking.istio.io/DestinationRule' && gateways);
}

function envoys(mesh: Mesh): { readonly sidecars: boolean; readonly gateways: boolean } {
  const sidecars =
    mesh.workloads.some((w) => !w.isGateway && mesh.sidecar(w).present === 'yes') ||
    mesh.namespaces.some((n) => !isAmbientNamespace(n.resource.labels) && mesh.injectionIn(n).outcome === 'injected');
  const gateways =
    mesh.derive(namespacesWithGateways).size > 0 ||
    mesh.ofType('networking.istio.io/Gateway').length > 0 ||
    mesh.workloads.some(
      (w) => w.isGateway && w.podLabels.get('gateway.istio.io/managed') !== 'istio.io-mesh-controller',
    );
  return { sidecars, gateways };
}

/** Settings of a DestinationRule that change what a proxy does, wherever they stand in it. */
export interface RuleSettings {
  /** A trafficPolicy beyond TLS towards pods of the mesh is written somewhere. */
  readonly any: boolean;
  /** TLS to a server that is no Service of the mesh. */
  readonly tls: boolean;
  /** What Kiali takes for HTTP: a consistent hash by header or cookie, HTTP connection pools, outlier detection; ports are not looked at. */
  readonly http: boolean;
}

/** What a DestinationRule sets. Source of the last: Kiali, `business/checkers/ambient_policy_checker.go`. */
export function ruleSettings(spec: Field): RuleSettings {
  const policies = [
    spec.at('trafficPolicy'),
    ...mappings(spec.at('subsets'))
      .slice(0, 100)
      .map((s) => s.at('trafficPolicy')),
  ];
  const withPorts = policies.flatMap((p) => [p, ...mappings(p.at('portLevelSettings')).slice(0, 100)]);
  const keys = ['loadBalancer', 'connectionPool', 'outlierDetection', 'retryBudget', 'proxyProtocol', 'tunnel'];
  return {
    any: withPorts.some((p) => keys.some((key) => p.at(key).hasValue)),
    tls: withPorts.some((p) => ['SIMPLE', 'MUTUAL'].includes(p.at('tls').at('mode').text() ?? '')),
    http: policies.some((p) => {
      const hash = p.at('loadBalancer').at('consistentHash');
      return (
        hash.at('httpHeaderName').hasValue ||
        hash.at('httpCookie').hasValue ||
        p.at('connectionPool').at('http').hasValue ||
        p.at('outlierDetection').hasValue
      );
    }),
  };
}

/** A VirtualService and a route of the Gateway API for one Service that has a waypoint. */
export interface MixedRoutes {
  /** The host of the VirtualService. */
  readonly field: Field;
  readonly service: Resource;
  readonly route: Resource;
  readonly routeField: Field;
}

/**
 * The Services whose waypoint is to follow a VirtualService and an HTTPRoute or GRPCRoute: which of the two it follows is not defined.
 * Source: istio.io, ambient, "Use Layer 7 features" and "Migrate policies" (the two must not be mixed for a Service).
 */
export function mixedRoutes(mesh: Mesh, resource: Resource): readonly MixedRoutes[] {
  if (resource.type !== 'networking.istio.io/VirtualService' || resource.partial || !mesh.istioAtLeast('1.22'))
    return [];
  const hosts = hostsOf(mesh, resource);
  if (hosts.length > MOST_HOSTS || resource.body.at('spec').at('http').items().length === 0) return [];
  return hosts.flatMap(({ field, targets }) => {
    const [target] = targets;
    if (!target?.service || targets.length > 1 || !ambientNamespaces(mesh, target.resource)) return [];
    if (waypointChoice(mesh, target.resource, target.resource.labels).state !== 'named') return [];
    const { namespace = '', name } = target.resource;
    const other = mesh
      .derive(routesByService)
      .get(`${namespace}/${name}`)
      ?.find(({ route }) => mesh.together(route, resource));
    return other ? [{ field, service: target.resource, route: other.route, routeField: other.field }] : [];
  });
}

/** HTTPRoutes and GRPCRoutes by the Services of their own namespace that they are attached to. */
function routesByService(
  mesh: Mesh,
): ReadonlyMap<string, readonly { readonly route: Resource; readonly field: Field }[]> {
  const found = new Map<string, { route: Resource; field: Field }[]>();
  for (const kind of ['HTTPRoute', 'GRPCRoute']) {
    for (const route of mesh.ofType(`gateway.networking.k8s.io/${kind}`)) {
      for (const { field, targets } of parentsOf(mesh, route)) {
        const service = targets[0]?.resource;
        if (service) addTo(found, `${service.namespace ?? ''}/${service.name}`, { route, field });
      }
    }
  }
  return found;
}
