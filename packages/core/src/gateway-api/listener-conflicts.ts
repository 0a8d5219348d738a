import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { isServedByIstio } from './gateway-classes.ts';
import {
  type KubernetesGateway,
  kubernetesGateways,
  type Listener,
  lookupKubernetesGateway,
} from './kubernetes-gateways.ts';
import { parentOfListenerSet, takesListenerSet } from './listener-sets.ts';
import { surelyMeets } from './refused-parents.ts';

/** What keeps two listeners from standing beside each other on one address. */
export type ListenerClash = 'protocol' | 'hostname';

const PLAIN_BYTES: ReadonlySet<string> = new Set(['TCP', 'UDP']);
const TLS_FIRST: ReadonlySet<string> = new Set(['HTTPS', 'TLS']);
const KNOWN: ReadonlySet<string> = new Set(['HTTP', 'HTTPS', 'TLS', 'TCP']);

/**
 * Whether two listeners on one address clash. Those of one protocol need different ports or, where the protocol has them, hostnames; nothing stands
 * beside TCP on its port. Istio's proxies serve no plain HTTP beside TLS on one port either, and choose between HTTPS and TLS by hostname alone.
 * Nothing is said of UDP and of protocols of one controller. Sources: `sigs.k8s.io/gateway-api`, apis/v1/gateway_types.go, GatewaySpec.Listeners;
 * `pilot/pkg/config/kube/gatewaycommon/listener_conflict.go` (since 1.31) and `pilot/pkg/model/gateway.go`, mergeGateways (before).
 */
export function clashOf(a: Listener, b: Listener, ofIstio: boolean): ListenerClash | undefined {
  const [first, second] = [a.protocol ?? '', b.protocol ?? ''];
  if (a.port === undefined || a.port !== b.port || !KNOWN.has(first) || !KNOWN.has(second)) return undefined;
  if (PLAIN_BYTES.has(first) || PLAIN_BYTES.has(second)) return 'protocol';
  if (a.hostname === undefined || b.hostname === undefined) return undefined;
  const sameHost = a.hostname.toLowerCase() === b.hostname.toLowerCase();
  if (first === second) return sameHost ? 'hostname' : undefined;
  if (!ofIstio) return undefined;
  return TLS_FIRST.has(first) && TLS_FIRST.has(second) && !sameHost ? undefined : 'protocol';
}

/** A listener of a ListenerSet that clashes with one of its Gateway, or of another set of that Gateway. */
export interface SetConflict {
  readonly listener: Listener;
  readonly clash: ListenerClash;
  readonly other: Listener;
  readonly owner: KubernetesGateway;
}

// The API server takes 64 of one object; nobody has more on one port of one Gateway.
const MOST_ON_PORT = 200;

/**
 * The listeners of a ListenerSet that do not get their place: those of the Gateway come first, then those of the oldest set, of one age those of the
 * first by namespace and name. Of two sets the clash is told of the one that comes later by name, since files seldom tell the age; it is
 * known that they clash, and not who wins. Sets that the Gateway does not take clash with nothing, and neither does a listener that has lost
 * its place to another.
 * Source: `sigs.k8s.io/gateway-api`, apis/v1/listenerset_types.go; `pilot/pkg/config/kube/gatewaycommon/listener_conflict.go`.
 */
export function conflictsOfListenerSet(mesh: Mesh, set: KubernetesGateway): readonly SetConflict[] {
  const parent = parentOfListenerSet(set);
  if (!parent || !set.listenersKnown) return [];
  const lookup = lookupKubernetesGateway(mesh, parent, set.resource);
  if (lookup.state !== 'found' || lookup.value.length !== 1) return [];
  const [gateway] = lookup.value;
  if (!gateway || !isRival(mesh, gateway, gateway, set.resource)) return [];
  const ofIstio = isServedByIstio(mesh, gateway.className);
  const sets = mesh.derive(listenersOfSets).get(`${parent.namespace}/${parent.name}`);
  const first = settledListeners(gateway, ofIstio);
  const clashIn = (listener: Listener, others: readonly Listener[]) => {
    for (const other of others) {
      const clash = clashOf(listener, other, ofIstio);
      if (clash) return { clash, other };
    }
    return undefined;
  };
  return set.listeners.flatMap((listener): SetConflict[] => {
    const lost = clashIn(listener, first);
    if (lost) return [{ listener, ...lost, owner: gateway }];
    for (const { owner, listener: other } of sets?.get(listener.port ?? 0) ?? []) {
      const clash = placeOf(owner) < placeOf(set) ? clashOf(listener, other, ofIstio) : undefined;
      if (clash && !clashIn(other, first) && isRival(mesh, gateway, owner, set.resource))
        return [{ listener, clash, other, owner }];
    }
    return [];
  });
}

/** The listeners of a Gateway that clash with no other of it. */
function settledListeners({ listeners }: KubernetesGateway, ofIstio: boolean): readonly Listener[] {
  return listeners.filter((a) => !listeners.some((b) => a !== b && clashOf(a, b, ofIstio)));
}

function isRival(mesh: Mesh, gateway: KubernetesGateway, owner: KubernetesGateway, set: Resource): boolean {
  if (!owner.listenersKnown || mesh.assumesNamespace(owner.resource) || mesh.assumesNamespace(set)) return false;
  if (owner.kind === 'Gateway') return surelyMeets(mesh, owner.resource, set);
  return mesh.appliedTogether(owner.resource, set) && takesListenerSet(mesh, gateway, owner).state === 'taken';
}

function placeOf({ resource }: KubernetesGateway): string {
  return `${resource.namespace}/${resource.name}`;
}

interface OwnedListener {
  readonly owner: KubernetesGateway;
  readonly listener: Listener;
}

/** The listeners that ListenerSets add to each Gateway, by port. */
function listenersOfSets(mesh: Mesh): ReadonlyMap<string, ReadonlyMap<number, readonly OwnedListener[]>> {
  const byGateway = new Map<string, Map<number, OwnedListener[]>>();
  for (const owner of mesh.derive(kubernetesGateways)) {
    const parent = owner.kind === 'ListenerSet' ? parentOfListenerSet(owner) : undefined;
    if (!parent) continue;
    const key = `${parent.namespace}/${parent.name}`;
    const byPort = byGateway.get(key) ?? new Map<number, OwnedListener[]>();
    byGateway.set(key, byPort);
    for (const listener of owner.listeners) {
      if (listener.port === undefined) continue;
      const list = byPort.get(listener.port) ?? [];
      byPort.set(listener.port, list);
      if (list.length < MOST_ON_PORT) list.push({ owner, listener });
    }
  }
  return byGateway;
}
