import type { Workload } from '../cluster/workloads.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { isVisibleIn, overlap, readersOf } from '../names/hosts.ts';
import { type Gateway, gatewayOf, lookupGateway, workloadsOfGateway } from '../routing/gateways.ts';
import { type GatewayReference, isForMesh, type Route, type VirtualService } from '../routing/routes.ts';
import type { Field } from '../source/field.ts';

/** A gateway that a VirtualService is bound to, and the pods whose proxies are that gateway. */
export interface BoundGateway {
  readonly reference: GatewayReference;
  /** `namespace/name`, in whatever form it was written. */
  readonly name: string;
  /** Its manifests; undefined where none was read, or one of the Gateway API has the name. */
  readonly gateways: readonly Gateway[] | undefined;
  /** Whether all its servers are written. */
  readonly serversKnown: boolean;
  /** The pods that were read and that it picks. */
  readonly pods: readonly Workload[];
  /** Whether pods were read, and none of them may be picked by labels that are filled in later. */
  readonly podsKnown: boolean;
}

/** The gateways of a VirtualService beside the mesh, each once. */
export function boundGateways(mesh: Mesh, virtualService: VirtualService): readonly BoundGateway[] {
  const known = mesh.derive(knownBindings);
  let bound = known.get(virtualService);
  if (!bound) known.set(virtualService, (bound = findBindings(mesh, virtualService)));
  return bound;
}

function knownBindings(): Map<VirtualService, readonly BoundGateway[]> {
  return new Map();
}

// Nobody binds a route to more.
const MOST_GATEWAYS = 50;

function findBindings(mesh: Mesh, { resource, gateways }: VirtualService): readonly BoundGateway[] {
  const seen = new Set<string>();
  const bound: BoundGateway[] = [];
  for (const reference of gateways) {
    const name = `${reference.namespace}/${reference.name}`;
    if (reference.mesh || seen.has(name) || seen.size >= MOST_GATEWAYS) continue;
    seen.add(name);
    const lookup = lookupGateway(mesh, reference, resource);
    const read = lookup.state === 'found' ? lookup.value.map((r) => gatewayOf(mesh, r)) : [undefined];
    const found = read.flatMap((g) => g ?? []);
    if (found.length < read.length || found.length === 0) {
      bound.push({ reference, name, gateways: undefined, serversKnown: false, pods: [], podsKnown: false });
      continue;
    }
    const picked = found.map((gateway) => podsOf(mesh, gateway));
    const pods = [...new Set(picked.flatMap((p) => p.workloads))];
    bound.push({
      reference,
      name,
      gateways: found,
      serversKnown: found.every((g) => g.serversKnown),
      pods,
      podsKnown: pods.length > 0 && !picked.some((p) => p.open),
    });
  }
  return bound;
}

// Many VirtualServices share one gateway.
function podsOf(mesh: Mesh, gateway: Gateway): ReturnType<typeof workloadsOfGateway> {
  const known = mesh.derive(knownPods);
  let pods = known.get(gateway);
  if (!pods) known.set(gateway, (pods = workloadsOfGateway(mesh, gateway)));
  return pods;
}

function knownPods(): Map<Gateway, ReturnType<typeof workloadsOfGateway>> {
  return new Map();
}

/** The namespaces of the pods of a gateway. */
export function namespacesOfPods({ pods }: BoundGateway): readonly string[] {
  return [...new Set(pods.map((w) => w.resource.namespace ?? ''))].sort();
}

/**
 * A group of proxies that read a VirtualService: the sidecars of the mesh, or the pods of one gateway, with the namespaces that they see
 * from. Of sidecars that is the route's own namespace, or those that it is exported to by name.
 */
export interface RouteReaders {
  /** undefined for the sidecars of the mesh. */
  readonly gateway: BoundGateway | undefined;
  readonly namespaces: readonly string[];
}

/** Who reads a VirtualService, as far as the files tell: gateways whose pods nobody has read are left out, and so are those it is hidden from. */
export function readersOfRoute(mesh: Mesh, virtualService: VirtualService): readonly RouteReaders[] {
  const { resource } = virtualService;
  const groups: RouteReaders[] = [];
  if (isForMesh(virtualService)) groups.push({ gateway: undefined, namespaces: readersOf(mesh, resource) });
  for (const gateway of boundGateways(mesh, virtualService)) {
    if (!gateway.podsKnown) continue;
    const namespaces = namespacesOfPods(gateway).filter((n) => isVisibleIn(mesh, resource, n) !== 'no');
    if (namespaces.length > 0) groups.push({ gateway, namespaces });
  }
  return groups;
}

/** Whether a rule may be used by the proxies of a group: none of its matches names gateways, or one names theirs. */
export function isRuleFor({ field }: Route, { gateway }: RouteReaders, own: string): boolean {
  const matches = field.at('match').items() as Field[];
  return matches.length === 0 || matches.some((match) => isMatchFor(match, gateway?.name, own));
}

/** Whether a match may hold at a gateway, or for the sidecars of the mesh where no gateway is given. */
export function isMatchFor(match: Field, gateway: string | undefined, own: string): boolean {
  const names = (match.at('gateways').items() as Field[]).map((field) => field.string());
  if (names.length === 0) return true;
  return names.some((name) => name === undefined || gatewayNameIn(name, own) === (gateway ?? 'mesh'));
}

/** A gateway's name in a match or a list of gateways, with its namespace: `mesh` stays as it is. */
export function gatewayNameIn(written: string, own: string): string {
  if (written === 'mesh') return written;
  const slash = written.indexOf('/');
  const [first = '', second] = written.split('.', 2);
  if (slash < 0) return `${second ?? own}/${first}`;
  return written.startsWith('./') ? `${own}/${written.slice(2)}` : written;
}

/** A server of a gateway that takes up a VirtualService, with the hosts that both have. */
export interface ServedBy {
  readonly gateway: BoundGateway;
  readonly server: Gateway['servers'][number];
}

/** The servers of its gateways that serve a host of a VirtualService. Hosts of a server may be kept to the routes of a namespace. */
export function serversFor(
  mesh: Mesh,
  { resource, hosts }: VirtualService,
  gateway: BoundGateway,
  host?: string,
): readonly ServedBy[] {
  const wanted = (host === undefined ? hosts.flatMap(({ name }) => [name.fqdn, name.written]) : [host]).map((h) =>
    h.toLowerCase(),
  );
  return (gateway.gateways ?? []).flatMap((one) => {
    const loose = mesh.assumesNamespace(resource) || mesh.assumesNamespace(one.resource);
    return one.servers.flatMap((server) =>
      server.hosts.some(
        (h) =>
          (h.namespace === '*' || h.namespace === resource.namespace || loose) &&
          wanted.some((own) => overlap(h.host.toLowerCase(), own)),
      )
        ? [{ gateway, server }]
        : [],
    );
  });
}
