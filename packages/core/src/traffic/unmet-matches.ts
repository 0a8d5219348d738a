import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import { flatSelector, matches, type Selector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { endpointsByLabel } from '../names/host-endpoints.ts';
import { lookupHost } from '../names/host-targets.ts';
import { isVisibleIn } from '../names/hosts.ts';
import { lookupGateway } from '../routing/gateways.ts';
import { gatewayReference, isForMesh, type VirtualService } from '../routing/routes.ts';
import type { Field } from '../source/field.ts';
import {
  type BoundGateway,
  boundGateways,
  gatewayNameIn,
  isMatchFor,
  namespacesOfPods,
  serversFor,
} from './bound-gateways.ts';

/** A condition of a match that istiod decides for each proxy beforehand, and that no proxy which reads the route meets. */
export interface UnmetCondition {
  readonly kind: 'gateways' | 'port' | 'sourceLabels' | 'sourceNamespace';
  readonly field: Field;
  /** What there is instead, for a message: ports, gateways, namespaces; empty where nothing can be said. */
  readonly known: readonly string[];
  /** Pods that have the labels and do not read the route. */
  readonly pods: readonly Workload[];
}

/**
 * The first condition of a match that no proxy meets which reads the VirtualService. Gateways compare port, labels and namespace with those of
 * their own server and pods; sidecars with the port that was called and the pods that call. Not decided for delegates, whose readers are
 * those of their root. Source: `pilot/pkg/networking/core/route/route.go`, TranslateRoute, sourceMatchHTTP.
 */
export function unmetCondition(mesh: Mesh, virtualService: VirtualService, match: Field): UnmetCondition | undefined {
  if (virtualService.isDelegate || !gatewaysAreWritten(virtualService)) return undefined;
  const own = virtualService.resource.namespace ?? '';
  const named = match.at('gateways').items().length > 0;
  const toMesh = isForMesh(virtualService) && isMatchFor(match, undefined, own);
  const bound = boundGateways(mesh, virtualService).filter((g) => isMatchFor(match, g.name, own));
  if (named && !toMesh && bound.length === 0) return unmetGateways(mesh, virtualService, match);
  const audience: Audience = { mesh, virtualService, toMesh, bound };
  return (
    unmetPort(audience, match.at('port')) ??
    // Beside gateways istiod does not look at the caller.
    (named
      ? undefined
      : (unmetLabels(audience, match.at('sourceLabels')) ?? unmetNamespace(audience, match.at('sourceNamespace'))))
  );
}

interface Audience {
  readonly mesh: Mesh;
  readonly virtualService: VirtualService;
  readonly toMesh: boolean;
  readonly bound: readonly BoundGateway[];
}

function gatewaysAreWritten({ spec, gateways }: VirtualService): boolean {
  const written = spec.at('gateways');
  return !written.hasValue || (written.isList && written.items().length === gateways.length);
}

function unmetGateways(mesh: Mesh, { resource, gateways }: VirtualService, match: Field): UnmetCondition | undefined {
  const field = match.at('gateways');
  const own = resource.namespace ?? '';
  const items = field.items() as Field[];
  if (items.some((item) => item.string() === undefined)) return undefined;
  // That one does not exist is another finding.
  const told = items.some((item) => {
    const reference = gatewayReference(item, own);
    return reference && !reference.mesh && lookupGateway(mesh, reference, resource).state === 'missing';
  });
  const known = gateways.length === 0 ? ['mesh'] : gateways.map((g) => gatewayNameIn(g.written, own));
  return told ? undefined : { kind: 'gateways', field, known: [...new Set(known)], pods: [] };
}

function unmetPort({ mesh, virtualService, toMesh, bound }: Audience, field: Field): UnmetCondition | undefined {
  const port = field.number();
  if (port === undefined || port === 0) return undefined;
  const ports = new Set<number>();
  for (const gateway of bound) {
    if (!gateway.gateways || !gateway.serversKnown) return undefined;
    for (const { server } of serversFor(mesh, virtualService, gateway)) {
      if (server.port === undefined) return undefined;
      ports.add(server.port);
    }
  }
  if (toMesh) for (const number of portsOfHosts(mesh, virtualService) ?? [port]) ports.add(number);
  // Without any port nothing is served at all, which is told elsewhere.
  if (ports.size === 0 || ports.has(port)) return undefined;
  return { kind: 'port', field, known: [...ports].sort((a, b) => a - b).map(String), pods: [] };
}

// undefined where some host may have others: sidecars ask for each port of each host, and of a name that nobody registered for port 80.
function portsOfHosts(mesh: Mesh, { resource, hosts, spec }: VirtualService): readonly number[] | undefined {
  if (hosts.length !== spec.at('hosts').items().length || hosts.length > MOST_HOSTS) return undefined;
  const ports: number[] = [];
  for (const { name } of hosts) {
    if (name.wildcard) return undefined;
    const lookup = lookupHost(mesh, name.written, resource);
    if (lookup.state === 'elsewhere') return undefined;
    if (lookup.state === 'missing') {
      ports.push(80);
      continue;
    }
    const exact = lookup.value.filter((t) => t.host === name.fqdn);
    for (const target of exact.length > 0 ? exact : lookup.value) {
      const settled = mesh.settings.closedWorld || mesh.near(target.resource, resource);
      if (!target.portsKnown || !settled) return undefined;
      ports.push(...target.ports.flatMap((p) => p.number ?? []));
    }
  }
  return ports;
}

const MOST_HOSTS = 100;

function unmetLabels({ mesh, virtualService, toMesh, bound }: Audience, field: Field): UnmetCondition | undefined {
  if (field.entries().length === 0) return undefined;
  const selector = flatSelector(field);
  const meets = (workload: Workload): Answer => matches(selector, workload.podLabels);
  const elsewhere = podsWith(mesh, selector);
  if (toMesh) {
    const { resource } = virtualService;
    // Callers are pods of any namespace that sees it; that there are no others is known of a closed world alone.
    if (!mesh.settings.closedWorld) return undefined;
    if (
      candidates(mesh, selector, true).some(
        (w) => meets(w) !== 'no' && isVisibleIn(mesh, resource, w.resource.namespace ?? '') !== 'no',
      )
    )
      return undefined;
  }
  for (const gateway of bound) {
    if (gateway.pods.some((pod) => meets(pod) !== 'no')) return undefined;
    if (gateway.podsKnown) continue;
    // Pods that nobody read have the labels of the selector. That other pods have those of the match shows whom it means.
    const contradicts = gateway.gateways?.every(({ selector: own }) => own && contradictory(own, selector)) ?? false;
    if (!contradicts && !(gateway.gateways && elsewhere.length > 0)) return undefined;
  }
  return { kind: 'sourceLabels', field, known: bound.map((g) => g.name), pods: elsewhere };
}

function podsWith(mesh: Mesh, selector: Selector): readonly Workload[] {
  return candidates(mesh, selector)
    .filter((w) => matches(selector, w.podLabels) === 'yes')
    .slice(0, 5);
}

// Those with the first label; and with `changing` those whose labels are filled in later.
function candidates(mesh: Mesh, selector: Selector, changing = false): readonly Workload[] {
  const first = selector.requirements?.[0];
  if (!first) return [];
  const index = mesh.derive(endpointsByLabel);
  const pair = (index.byPair.get(`${first.key}\n${first.values[0]}`) ?? []).slice(0, MOST_PODS);
  return [...pair, ...(changing ? index.changing.slice(0, MOST_PODS) : [])].flatMap((e) => e.workload ?? []);
}

const MOST_PODS = 400;

function contradictory(own: Selector, other: Selector): boolean {
  return (own.requirements ?? []).some((a) =>
    (other.requirements ?? []).some((b) => a.key === b.key && a.values[0] !== b.values[0]),
  );
}

function unmetNamespace({ mesh, virtualService, toMesh, bound }: Audience, field: Field): UnmetCondition | undefined {
  const wanted = field.string();
  if (wanted === undefined || wanted === '') return undefined;
  const known = new Set<string>();
  if (toMesh && isVisibleIn(mesh, virtualService.resource, wanted) !== 'no') {
    const exists =
      !mesh.settings.closedWorld ||
      mesh.externals.namespace(wanted) ||
      mesh.namespace(wanted).state === 'found' ||
      mesh.derive(namespacesOfWorkloads).has(wanted);
    if (exists) return undefined;
  }
  for (const gateway of bound) {
    if (!gateway.podsKnown) return undefined;
    for (const namespace of namespacesOfPods(gateway)) known.add(namespace);
    if (gateway.pods.some((pod) => mesh.assumesNamespace(pod.resource))) return undefined;
  }
  return known.has(wanted) ? undefined : { kind: 'sourceNamespace', field, known: [...known].sort(), pods: [] };
}

function namespacesOfWorkloads(mesh: Mesh): ReadonlySet<string> {
  return new Set(mesh.workloads.map((w) => w.resource.namespace ?? ''));
}
