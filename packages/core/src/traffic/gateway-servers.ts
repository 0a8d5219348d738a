import { classOf, protocolOfText } from '../cluster/protocol.ts';
import type { Workload } from '../cluster/workloads.ts';
import { matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { HostIndex } from '../names/hosts.ts';
import { type Gateway, type GatewayServer, gateways, isScopedToNamespace } from '../routing/gateways.ts';
import type { Field } from '../source/field.ts';
import { lazy, lazyBy } from '../source/lazy.ts';
import { compareAge } from './age.ts';
import { apiServers } from './api-gateways.ts';
import type { OpenServer, TlsMode } from './open-server.ts';
import type { PassedOver } from './trace.ts';

/** What a gateway pod listens on: its servers by port, and those that istiod leaves out. */
export interface OpenServers {
  readonly byPort: ReadonlyMap<number, readonly OpenServer[]>;
  readonly leftOut: readonly LeftOut[];
  /** Whether another Gateway may hold for the pod: a selector or labels that are filled in later. */
  readonly open: boolean;
}

/** A server that istiod leaves out, and why. */
export interface LeftOut extends PassedOver {
  readonly server: GatewayServer;
  readonly port: number;
  /** The server that is in its way; undefined where none is. */
  readonly instead: OpenServer | undefined;
  /** `privileged`: the pods may not listen there. */
  readonly kind: 'protocol' | 'host' | 'privileged';
}

/**
 * The servers of a gateway pod, of all Gateways that select it, the oldest first. A server's port is that of the Service that selects the
 * pod, and opens its target port; with no such port it is the pod's own. Servers of one port must be all plain HTTP, or all TLS; of one port
 * and host only the first TLS server counts. Source: `pilot/pkg/model/gateway.go`, mergeGateways.
 */
export function openServers(mesh: Mesh, workload: Workload): OpenServers {
  const known = mesh.derive(knownServers);
  let servers = known.get(workload);
  if (!servers) known.set(workload, (servers = findServers(mesh, workload)));
  return servers;
}

function knownServers(): Map<Workload, OpenServers> {
  return new Map();
}

function findServers(mesh: Mesh, workload: Workload): OpenServers {
  const byPort = new Map<number, OpenServer[]>();
  const leftOut: LeftOut[] = [];
  let open = false;
  const own = mesh.derive(isScopedToNamespace) ? workload.resource.namespace : undefined;
  const all = [...mesh.derive(gateways)].sort((a, b) => compareAge(a.resource, b.resource));
  for (const gateway of all) {
    if (own !== undefined && gateway.resource.namespace !== own) continue;
    const selected = gateway.selector ? matches(gateway.selector, workload.podLabels) : 'yes';
    if (selected === 'unknown' || !gateway.serversKnown) open = true;
    if (selected !== 'yes') continue;
    for (const server of gateway.servers)
      for (const port of portsOf(mesh, workload, server)) add(byPort, leftOut, openServer(mesh, gateway, server, port));
  }
  for (const made of apiServers(mesh, workload)) {
    if (!made.gateway.serversKnown) open = true;
    for (const port of portsOf(mesh, workload, made.server)) add(byPort, leftOut, { ...made, port });
  }
  if (isUnprivileged(workload)) leaveOutPrivileged(byPort, leftOut);
  return { byPort, leftOut, open };
}

/**
 * Whether the pods of a gateway say that they may not listen on ports below 1024: then istiod makes no listeners there. The older charts
 * of the gateways write it. Source: `pilot/pkg/networking/core/gateway.go`, buildGatewayListeners; `pilot/pkg/model/context.go`,
 * IsUnprivileged. Since 1.7.
 */
export function isUnprivileged({ containers }: Workload): boolean {
  return unprivilegedField(containers) !== undefined;
}

/** The field that says so. */
export function unprivilegedField(containers: Workload['containers']): Field | undefined {
  return containers
    .flatMap((container) => container.field.at('env').items() as Field[])
    .find((env) => env.at('name').string() === UNPRIVILEGED && /^(?:1|t|true)$/i.test(env.at('value').text() ?? ''));
}

const UNPRIVILEGED = 'ISTIO_META_UNPRIVILEGED_POD';

function leaveOutPrivileged(byPort: Map<number, OpenServer[]>, leftOut: LeftOut[]): void {
  for (const [port, servers] of [...byPort]) {
    if (port >= 1024) continue;
    byPort.delete(port);
    for (const { gateway, server } of servers)
      leftOut.push({
        resource: gateway.resource,
        field: server.portField,
        why: `port ${port} is below 1024, and the pods say that they may not listen there`,
        server,
        port,
        instead: undefined,
        kind: 'privileged',
      });
  }
}

/** The servers of one Gateway, whatever pods open them, each with the port that is written. */
export function serversOf(mesh: Mesh, gateway: Gateway): readonly OpenServer[] {
  return mesh.derive(knownServersOf)(gateway).all;
}

/** Those servers of one Gateway that may have a host in common with some hosts, in their order. */
export function serversNear(mesh: Mesh, gateway: Gateway, hosts: readonly string[]): readonly OpenServer[] {
  const { all, byHost } = mesh.derive(knownServersOf)(gateway);
  // Thousands of routes are asked of one Gateway: of many servers only those are looked at that an index finds.
  if (all.length <= FEW || hosts.some((host) => host.startsWith('*'))) return all;
  const near = new Set(hosts.flatMap((host) => byHost().covering(host.toLowerCase())));
  return all.filter((server) => near.has(server));
}

const FEW = 32;

function knownServersOf(mesh: Mesh) {
  return lazyBy((gateway: Gateway) => {
    const all = gateway.servers.map((server) => openServer(mesh, gateway, server, server.port ?? 0));
    const byHost = lazy(() => {
      const index = new HostIndex<OpenServer>();
      for (const server of all) for (const { host } of server.server.hosts) index.add(host.toLowerCase(), server);
      return index;
    });
    return { all, byHost };
  });
}

/** The ports of the pod that a server opens. */
function portsOf(mesh: Mesh, workload: Workload, { port }: GatewayServer): readonly number[] {
  if (port === undefined) return [];
  const targets = new Set<number>();
  for (const service of mesh.servicesOf(workload))
    for (const own of service.ports) {
      if (own.number !== port) continue;
      const target = mesh.resolveTarget(own, workload);
      if (target.state === 'found') targets.add(target.number);
    }
  return targets.size > 0 ? [...targets] : [port];
}

function add(byPort: Map<number, OpenServer[]>, leftOut: LeftOut[], made: OpenServer): void {
  const { gateway, server, port } = made;
  const there = (byPort.get(port) ?? []).filter((s) => s.server.bind === server.bind);
  const [first] = there;
  const refuse = (kind: LeftOut['kind'], why: string, instead: OpenServer) =>
    leftOut.push({ resource: gateway.resource, field: server.portField, why, server, port, instead, kind });
  if (first) {
    const isPlain = first.mode === undefined || isPlainHttp(first);
    const fits = isPlain ? isPlainHttp(made) && isPlainHttp(first) : made.mode !== undefined && !isPlainHttp(made);
    if (!fits) {
      refuse('protocol', `port ${port} is ${wordsOf(first)} already, and this server is ${wordsOf(made)}`, first);
      return;
    }
    if (!isPlain) {
      const hosts = new Set(made.server.hosts.map((h) => h.host));
      const twin = there.find((s) => s.server.hosts.some((h) => hosts.has(h.host)));
      const host = twin?.server.hosts.find((h) => hosts.has(h.host))?.host;
      if (twin) {
        refuse('host', `another TLS server of port ${port} has host ${host} already`, twin);
        return;
      }
    }
  }
  const list = byPort.get(port);
  if (list) list.push(made);
  else byPort.set(port, [made]);
}

function wordsOf({ protocol, mode }: OpenServer): string {
  return mode ? `TLS (${protocol}, ${mode})` : protocol;
}

/** Whether a server answers HTTP without TLS; `tls` with nothing but a redirect changes nothing about that. */
export function isPlainHttp({ protocol }: OpenServer): boolean {
  return classOf(protocol) === 'http';
}

/** Whether a server sees the requests: plain HTTP, or HTTPS that it ends. */
export function seesHttp(server: OpenServer): boolean {
  return isPlainHttp(server) || (server.protocol === 'HTTPS' && endsTls(server));
}

/** Whether a server ends TLS itself. */
export function endsTls({ mode }: OpenServer): boolean {
  return mode !== undefined && mode !== 'PASSTHROUGH' && mode !== 'AUTO_PASSTHROUGH';
}

function openServer(mesh: Mesh, gateway: Gateway, server: GatewayServer, port: number): OpenServer {
  const protocol = server.protocol === undefined ? 'TCP' : (protocolOfText(mesh.settings, server.protocol) ?? 'auto');
  const { namespace, name } = gateway.resource;
  return {
    gateway,
    name: `${namespace}/${name}`,
    server,
    port,
    protocol,
    mode: modeOf(server.tls),
    httpsRedirect: server.tls.at('httpsRedirect').boolean() === true,
  };
}

const MODES: ReadonlySet<string> = new Set([
  'PASSTHROUGH',
  'SIMPLE',
  'MUTUAL',
  'AUTO_PASSTHROUGH',
  'ISTIO_MUTUAL',
  'OPTIONAL_MUTUAL',
]);

function modeOf(tls: Field): TlsMode | undefined {
  if (!tls.hasValue) return undefined;
  const word = tls.at('mode').string();
  return word !== undefined && MODES.has(word) ? (word as TlsMode) : 'PASSTHROUGH';
}
