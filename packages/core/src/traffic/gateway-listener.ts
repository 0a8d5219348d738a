import { classOf, protocolOfText } from '../cluster/protocol.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import { nameOf } from '../manifest/resource.ts';
import { matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { type Gateway, type GatewayServer, gateways, isScopedToNamespace } from '../routing/gateways.ts';
import { lazyBy } from '../source/lazy.ts';
import type { Wire } from './filter-chain.ts';

/** A server of a Gateway that listens on a port of the gateway's pods. */
export interface ServerOnPort {
  readonly gateway: Gateway;
  readonly server: GatewayServer;
}

/** The servers of Gateways that listen on a port of a gateway's pods. */
export interface ServersOnPort {
  readonly servers: readonly ServerOnPort[];
  /** Whether there may be others that were not read. */
  readonly open: boolean;
}

/**
 * The servers that open a port of the gateway's pods: those with the number of a Service port that leads to it, and those with the number
 * itself where no Service leads elsewhere. Source: `pilot/pkg/model/gateway.go`, mergeGateways and resolvePorts.
 */
export function serversOnPort(mesh: Mesh, workload: Workload, port: number): ServersOnPort {
  return mesh.derive(knownServers)(workload)(port);
}

function knownServers(mesh: Mesh) {
  return lazyBy((workload: Workload) => lazyBy((port: number) => findServers(mesh, workload, port)));
}

function findServers(mesh: Mesh, workload: Workload, port: number): ServersOnPort {
  const own = mesh.derive(isScopedToNamespace) ? workload.resource.namespace : undefined;
  const numbers = new Set<number>();
  const elsewhere = new Set<number>();
  for (const service of mesh.servicesOf(workload)) {
    for (const servicePort of service.ports) {
      const target = mesh.resolveTarget(servicePort, workload);
      if (target.state !== 'found' || servicePort.number === undefined) continue;
      (target.number === port ? numbers : elsewhere).add(servicePort.number);
    }
  }
  if (!elsewhere.has(port)) numbers.add(port);
  let open = !mesh.settings.closedWorld;
  const servers: ServerOnPort[] = [];
  for (const gateway of mesh.derive(gateways)) {
    if (own !== undefined && gateway.resource.namespace !== own) continue;
    const selects: Answer = gateway.selector ? matches(gateway.selector, workload.podLabels) : 'yes';
    if (selects === 'no') continue;
    if (selects === 'unknown' || !gateway.serversKnown) open = true;
    for (const server of gateway.servers)
      if (server.port !== undefined && numbers.has(server.port)) servers.push({ gateway, server });
  }
  return { servers, open };
}

/** What a server makes of a connection from inside the mesh. */
export interface ServerTaking {
  /** undefined where the names or certificates decide, which no file tells. */
  readonly takes: boolean | undefined;
  readonly layer: 'http' | 'tcp';
  /** Whether mutual TLS of the mesh ends here, so that the caller is known. */
  readonly ended: boolean;
  /** In a clause. */
  readonly text: string;
}

/** Whether a server of a Gateway takes what arrives. Source: `pilot/pkg/networking/core/gateway.go`, buildGatewayTLSContext. */
export function serverTakes(mesh: Mesh, { gateway, server }: ServerOnPort, wire: Wire): ServerTaking {
  const protocol = protocolOfText(mesh.settings, server.protocol ?? '') ?? 'TCP';
  const mode = server.tls.hasValue ? (server.tls.at('mode').text() ?? 'PASSTHROUGH') : undefined;
  const layer = classOf(protocol) === 'http' || protocol === 'HTTPS' ? 'http' : 'tcp';
  const name = `the ${server.protocol ?? ''} server of ${nameOf(gateway.resource)}`;
  const isMesh = wire === 'istio-http' || wire === 'istio-tcp';
  const isTls = isMesh || wire === 'tls';
  const answer = (takes: boolean | undefined, text: string, more: Partial<ServerTaking> = {}): ServerTaking => ({
    takes,
    layer,
    ended: false,
    text: `${name} ${text}`,
    ...more,
  });
  if (mode === undefined || (protocol !== 'HTTPS' && protocol !== 'TLS')) {
    if (layer === 'tcp') return answer(true, 'takes any bytes');
    return wire === 'http' ? answer(true, 'takes plain HTTP') : answer(false, 'takes plain HTTP only');
  }
  if (!isTls) return answer(false, 'takes TLS only');
  if (mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH')
    return answer(wire === 'tls' ? true : undefined, 'passes TLS on by its server name', { layer: 'tcp' });
  if (mode === 'ISTIO_MUTUAL')
    return isMesh
      ? answer(true, 'ends mutual TLS of the mesh', { ended: true })
      : answer(false, 'takes mutual TLS of the mesh only');
  if (isMesh)
    return answer(false, `shows a certificate of its own (mode ${mode}), which callers of the mesh do not take`);
  return answer(mode === 'SIMPLE' ? true : undefined, `ends TLS (mode ${mode})`);
}
