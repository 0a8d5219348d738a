import { type PortFacts, type Protocol, type ProtocolClass, portProtocol } from '../cluster/protocol.ts';
import { portLabel } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import { nameOf, identityOf as objectOf, type Resource } from '../manifest/resource.ts';
import { flatSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { compareCreation } from '../security/creation-order.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { lazyBy } from '../source/lazy.ts';
import { sidecarResourceOf } from './sidecar-resource.ts';

/** What the server's proxy takes the bytes of a port for: requests, opaque bytes, or as the first bytes tell. */
export type InboundProtocol = 'http' | 'tcp' | 'auto';

/** How the sidecar of pods treats one of their ports. */
export interface InboundListener {
  /** What is possible: one where the files decide it. */
  readonly possible: readonly InboundProtocol[];
  /** In a clause: "port 8080 is http by port 80 (http) of Service shop/cart". */
  readonly text: string;
  /** What says so; undefined where nothing does. */
  readonly field: Field | undefined;
  /** Others that say something else, each with the reason why it does not count. */
  readonly passedOver: readonly { readonly resource: Resource; readonly field: Field; readonly why: string }[];
  /** What would have to be read to know it; undefined where it is known. */
  readonly needs: string | undefined;
  /** Ports of Services that lead here and have another number, with their Service. */
  readonly servicePorts: ReadonlyMap<number, string>;
  /** Whether the application itself speaks TLS there, as its ports declare: `https` and `tls` say so. */
  readonly declaredTls: Answer;
}

// No real port has so many; in a hostile file each would be held against each.
const MOST_TARGETS = 400;

const ALL: readonly InboundProtocol[] = ['http', 'tcp', 'auto'];

/**
 * How the sidecar of pods treats a port: as the `ingress` of their Sidecar says, where it has one and names the port; else as the oldest
 * Service says that leads to it; a port that nothing names is looked at byte by byte, and PeerAuthentication counts all the same.
 * Source: `pilot/pkg/networking/core/listener_inbound.go`, buildInboundChainConfigs; `pilot/pkg/model/context.go`, SetServiceTargets.
 */
export function inboundListenerOf(mesh: Mesh, workload: Workload, port: number): InboundListener {
  return mesh.derive(knownListeners)(workload)(port);
}

function knownListeners(mesh: Mesh) {
  return lazyBy((workload: Workload) => lazyBy((port: number) => findListener(mesh, workload, port)));
}

function findListener(mesh: Mesh, workload: Workload, port: number): InboundListener {
  const targets = targetsOf(mesh, workload, port);
  const servicePorts = new Map(
    targets.flatMap(({ number, resource }) =>
      number !== undefined && number !== port ? [[number, nameOf(resource)] as const] : [],
    ),
  );
  const declaredTls = declaredTlsOf(mesh, targets);
  const sidecar = sidecarResourceOf(mesh, workload);
  const ingress = sidecar.resource?.body.at('spec').at('ingress');
  if (sidecar.resource && ingress && ingress.items().length > 0) {
    const listener = fromIngress(mesh, sidecar.resource, ingress, port);
    const needs = sidecar.certain ? undefined : `which Sidecar holds for ${nameOf(workload.resource)}`;
    return { ...listener, servicePorts, declaredTls, ...(needs ? { needs, possible: ALL } : {}) };
  }
  const listener = fromServices(mesh, workload, port, targets);
  if (targets.length < MOST_TARGETS) return { ...listener, servicePorts, declaredTls };
  const needs = `fewer Services than lead to port ${port} of ${nameOf(workload.resource)}`;
  return { ...listener, possible: ALL, needs, servicePorts, declaredTls: 'unknown' };
}

// Plain TCP may hold TLS as well, of which only the whole world can say that nobody declares it.
function declaredTlsOf(mesh: Mesh, targets: readonly Target[]): Answer {
  const sure = targets.filter((t) => t.sure);
  if (sure.length > 0 && sure.every((t) => t.tls)) return 'yes';
  if (targets.some((t) => t.tls || t.protocol === undefined || !t.sure)) return 'unknown';
  return mesh.settings.closedWorld || (sure.length > 0 && sure.every((t) => t.protocol === 'http')) ? 'no' : 'unknown';
}

type Found = Omit<InboundListener, 'servicePorts' | 'declaredTls'>;

function fromIngress(mesh: Mesh, sidecar: Resource, ingress: Field, port: number): Found {
  const items = ingress.items() as Field[];
  const item = items.find((i) => i.at('port').at('number').number() === port);
  const base = { passedOver: [], needs: undefined };
  if (!item) {
    const open = items.some((i) => i.at('port').at('number').number() === undefined);
    const text = `the ingress of ${nameOf(sidecar)} does not name port ${port}, so the proxy goes by the first bytes`;
    return {
      ...base,
      possible: open ? ALL : ['auto'],
      text,
      field: ingress,
      needs: open ? `the ingress ports of ${nameOf(sidecar)}` : undefined,
    };
  }
  const written = item.at('port').at('protocol');
  const word = written.text();
  const protocol = protocolOf(mesh, { number: port, name: word, protocol: 'TCP', appProtocol: undefined });
  const endpoint = item.at('defaultEndpoint').string();
  const leads = endpoint === undefined ? '' : `, and goes to ${endpoint}`;
  const text = `port ${port} is ${WORDS[protocol]} by the ingress of ${nameOf(sidecar)}${leads}`;
  const later = written.hasValue && word === undefined;
  return {
    ...base,
    possible: later ? ALL : [protocol],
    text,
    field: written.exists ? written : item,
    needs: later ? `the protocol of port ${port} in ${nameOf(sidecar)}` : undefined,
  };
}

/** A port of a Service or ServiceEntry that leads to a port of pods. */
interface Target {
  readonly resource: Resource;
  readonly number: number | undefined;
  readonly words: string;
  /** undefined where it is filled in later. */
  readonly protocol: InboundProtocol | undefined;
  readonly field: Field;
  /** Declared as `https` or `tls`. */
  readonly tls: boolean;
  /** Whether it surely leads to the port. */
  readonly sure: boolean;
}

const WORDS: Readonly<Record<InboundProtocol, string>> = { http: 'http', tcp: 'plain tcp', auto: 'undeclared' };

function fromServices(mesh: Mesh, workload: Workload, port: number, targets: readonly Target[]): Found {
  const name = nameOf(workload.resource);
  const needs = `the Services that select ${name}`;
  const sure = targets.filter((t) => t.sure);
  const whole = mesh.settings.closedWorld && !mesh.externals.namespace(workload.resource.namespace ?? '');
  if (sure.length === 0) {
    const open = !whole || targets.length > 0;
    const text = `no Service that was read leads to port ${port}, so the proxy goes by the first bytes`;
    return { possible: open ? ALL : ['auto'], text, field: undefined, passedOver: [], needs: open ? needs : undefined };
  }
  // Of one object only variants remain, and nobody knows which is applied.
  const oldest = targets.filter((t) => !sure.some((other) => comesBefore(mesh, other, t)));
  const [first] = oldest.filter((t) => t.sure) as [Target];
  const possible = ALL.filter((p) => oldest.some((t) => t.protocol === p || t.protocol === undefined));
  const text = `port ${port} is ${first.protocol ? WORDS[first.protocol] : 'not known yet'} by ${first.words} of ${nameOf(first.resource)}`;
  const passedOver = targets
    .filter((t) => t !== first && t.protocol !== first.protocol)
    .map((t) => ({
      resource: t.resource,
      field: t.field,
      why: oldest.includes(t)
        ? `whether it is older than ${nameOf(first.resource)} is not known`
        : t.resource === first.resource
          ? `its ${t.words} comes later in the list`
          : 'it is younger',
    }));
  return { possible, text, field: first.field, passedOver, needs: possible.length > 1 ? needs : undefined };
}

// Of one Service the port that is written first, of several the oldest.
function comesBefore(mesh: Mesh, a: Target, b: Target): boolean {
  if (a === b) return false;
  if (a.resource === b.resource) return indexOf(a.field) < indexOf(b.field);
  if (objectOf(a.resource) === objectOf(b.resource)) return false;
  // istiod compares hosts, in which a dot follows the name.
  return (compareCreation(mesh, a.resource, b.resource, ({ name }) => `${name}.`) ?? 0) < 0;
}

function indexOf(field: Field): number {
  let at: Field | undefined = field;
  while (at && typeof at.key !== 'number') at = at.parent;
  return typeof at?.key === 'number' ? at.key : 0;
}

function targetsOf(mesh: Mesh, workload: Workload, port: number): Target[] {
  const targets: Target[] = [];
  for (const { ports, resource } of mesh.servicesOf(workload)) {
    for (const servicePort of ports) {
      const target = mesh.resolveTarget(servicePort, workload);
      const leads = target.state === 'found' && target.number === port;
      if (!leads && target.state !== 'unknown') continue;
      if (targets.length >= MOST_TARGETS) return targets;
      const { class: protocol, protocol: name } = mesh.protocol(servicePort);
      targets.push({
        resource,
        number: servicePort.number,
        words: portLabel(servicePort),
        protocol: servicePort.unreadable ? undefined : inbound(protocol),
        field: protocolField(servicePort.appProtocolField, servicePort.nameField, servicePort.field),
        tls: isTls(name),
        sure: leads,
      });
    }
  }
  for (const entry of mesh.derive(entriesByNamespace).get(workload.resource.namespace ?? '') ?? []) {
    const spec = entry.body.at('spec');
    const selected = matches(flatSelector(spec.at('workloadSelector').at('labels')), workload.podLabels);
    if (selected === 'no' || !mesh.together(entry, workload.resource)) continue;
    for (const field of spec.at('ports').items() as Field[]) {
      const number = field.at('number').number();
      if ((field.at('targetPort').number() || number) !== port) continue;
      if (targets.length >= MOST_TARGETS) return targets;
      const written = field.at('protocol');
      const facts = { number, name: written.text(), protocol: 'TCP', appProtocol: undefined };
      const later = written.hasValue && written.text() === undefined;
      targets.push({
        resource: entry,
        number,
        words: `port ${number}`,
        protocol: later ? undefined : protocolOf(mesh, facts),
        field: written.exists ? written : field,
        tls: isTls(portProtocol(mesh.settings, facts).protocol),
        sure: selected === 'yes',
      });
    }
  }
  return targets;
}

function entriesByNamespace(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const index = new Map<string, Resource[]>();
  for (const resource of mesh.ofType('networking.istio.io/ServiceEntry')) {
    const selector = resource.body.at('spec').at('workloadSelector').at('labels');
    if (!resource.partial && selector.entries().length > 0) addTo(index, resource.namespace ?? '', resource);
  }
  return index;
}

function protocolField(appProtocol: Field, name: Field, port: Field): Field {
  return appProtocol.hasValue ? appProtocol : name.hasValue ? name : port;
}

function protocolOf(mesh: Mesh, facts: PortFacts): InboundProtocol {
  return inbound(portProtocol(mesh.settings, { ...facts, name: facts.name === '' ? undefined : facts.name }).class);
}

function isTls(protocol: Protocol): boolean {
  return protocol === 'HTTPS' || protocol === 'TLS';
}

// A port of UDP gets the chain of plain TCP. Source: `pilot/pkg/networking/core/filterchain_options.go`, the default of its switch.
function inbound(protocol: ProtocolClass): InboundProtocol {
  return protocol === 'udp' ? 'tcp' : protocol;
}
