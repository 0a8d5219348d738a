import type { PortProtocol } from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import { linkerdProtocol, opaquePortsOf } from '../linkerd/opaque-ports.ts';
import { defaultPolicyOf, serverFor } from '../linkerd-policy/admission.ts';
import { authorizationsOf } from '../linkerd-policy/authorizations.ts';
import { inboundRoutes } from '../linkerd-policy/routes.ts';
import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { authorizationPoliciesFor } from '../traffic/authorization-policies.ts';
import { waypointBeforeService } from '../traffic/waypoint-way.ts';

/**
 * What the proxy of a client does with traffic to a port of a Service, in the names that `istioctl proxy-config` shows. Source:
 * `pilot/pkg/networking/core/listener*.go`, `pilot/pkg/networking/core/cluster.go`.
 */
export function outboundWords(mesh: Mesh, service: Service, port: ServicePort, workload: Workload): string {
  const { mode } = mesh.membership(workload);
  if (mode === 'linkerd') return linkerdOutbound(mesh, service, port);
  if (mode === 'ambient' && service.type !== 'ExternalName' && !service.headless)
    return `${envoyOutbound(mesh, service, port)}; from ambient mode: ${waypointBeforeService(mesh, service.resource).text}`;
  return envoyOutbound(mesh, service, port);
}

/** What Linkerd's proxy takes a port of a Service for. No name counts. Source: linkerd.io, Protocol detection. */
function linkerdOutbound(mesh: Mesh, service: Service, port: ServicePort): string {
  if (port.protocol === 'UDP') return 'UDP is not proxied';
  const declared = linkerdProtocol(mesh, port.appProtocol);
  if (declared === 'http') return `HTTP/1, as appProtocol ${port.appProtocol} says, without detection`;
  if (declared === 'http2') return `HTTP/2, as appProtocol ${port.appProtocol} says, without detection`;
  if (declared === 'opaque') return `opaque bytes, as appProtocol ${port.appProtocol} is taken for`;
  const opaque = opaquePortsOf(mesh, service.resource.annotations, service.resource);
  if (!opaque || port.number === undefined) return 'read from the first bytes, unless a list of opaque ports has it';
  if (!opaque.has(port.number)) return 'read from the first bytes: HTTP, or after ten seconds of silence plain TCP';
  const whose = { own: 'its annotation', namespace: 'the annotation of the namespace', default: 'the default list' };
  return `opaque bytes, by ${whose[opaque.from]} of opaque ports`;
}

function envoyOutbound(mesh: Mesh, service: Service, port: ServicePort): string {
  const { class: kind, protocol } = mesh.protocol(port);
  const number = port.number ?? '?';
  const host = `${service.resource.name}.${service.resource.namespace ?? ''}.svc.cluster.local`;
  if (service.type === 'ExternalName') return 'the name is resolved as an alias of another host';
  if (kind === 'udp')
    return port.protocol === 'UDP'
      ? 'UDP is not proxied'
      : 'no listener and no cluster: a udp name on a TCP port loses the traffic';
  const cluster = `cluster outbound|${number}||${host}`;
  const address = service.headless ? 'each pod address' : 'the cluster IP';
  switch (kind) {
    case 'http':
      return `HTTP: listener 0.0.0.0_${number}, route ${number} by Host header, ${cluster}`;
    case 'tcp':
      return protocol === 'TLS' || protocol === 'HTTPS'
        ? `TLS of the application, by SNI: listener on ${address}, port ${number}, ${cluster}`
        : `TCP bytes: listener on ${address}, port ${number}, ${cluster}`;
    case 'auto':
      return `read from the first bytes, HTTP or else TCP: listener on ${address}, port ${number}, ${cluster}`;
  }
}

/** What the proxy of the pods does with traffic that arrives at a port of theirs; `protocol` is that of the Service port that leads there. */
export function inboundWords(
  mesh: Mesh,
  workload: Workload,
  protocol: PortProtocol | undefined,
  target: number,
): string {
  const { answer, mode } = mesh.membership(workload);
  if (answer === 'no') return 'no proxy: the application gets what was sent';
  const maybe = answer === 'unknown' ? 'with a sidecar: ' : '';
  if (mode === 'ambient')
    return `ztunnel of the node (HBONE, port 15008), bytes as they are; HTTP only at a waypoint${ztunnelPolicies(mesh, workload)}`;
  if (mode === 'linkerd') return linkerdInbound(mesh, workload, target);
  if (mode === 'gateway') return 'the proxy is the application: what Gateway resources say of the port';
  if (mode === 'proxyless') return 'no interception: the gRPC library of the application speaks to istiod';
  const chain = mesh.istioAtLeast('1.3')
    ? `virtualInbound (15006), filter chain for port ${target}`
    : `listener of the pod address, port ${target}`;
  if (!protocol)
    return `${maybe}${chain}: no Service, so taken by the passthrough chain, HTTP or TCP by the first bytes`;
  const cluster = `cluster inbound|${target}||`;
  switch (protocol.class) {
    case 'http':
      return `${maybe}${chain}: HTTP, ${cluster}`;
    case 'tcp':
      return `${maybe}${chain}: TCP bytes, ${cluster}`;
    case 'udp':
      return 'UDP passes by the proxy';
    case 'auto':
      return mesh.istioAtLeast('1.5')
        ? `${maybe}${chain}: HTTP or TCP by the first bytes, ${cluster}`
        : `${maybe}${chain}: TCP bytes, ${cluster}`;
  }
}

const MOST_NAMED = 3;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more` : names.join(', ');
}

/** The policies without targets that ztunnel reads for the pods; `; policies: …`. */
function ztunnelPolicies(mesh: Mesh, workload: Workload): string {
  const policies = authorizationPoliciesFor(mesh, workload).inForce.flatMap(({ variants: [policy] }) =>
    policy && policy.action !== 'CUSTOM' && policy.action !== 'AUDIT'
      ? [`${nameOf(policy.resource)} (${policy.action})`]
      : [],
  );
  return policies.length === 0 ? '' : `; policies: ${listed(policies)}`;
}

/** What Linkerd's proxy makes of a port of its pods: the Server that is for it with those whom it lets in, or the default policy. */
function linkerdInbound(mesh: Mesh, workload: Workload, target: number): string {
  const opaque = opaquePortsOf(mesh, workload.podAnnotations, workload.resource, workload);
  const server = serverFor(mesh, workload, target);
  const spoken =
    server?.protocol !== undefined && server.protocol !== 'unknown'
      ? `${server.protocol}, as its Server says`
      : opaque?.has(target)
        ? 'opaque bytes'
        : 'read from the first bytes';
  const proxy = `proxy of Linkerd (port 4143), ${spoken}`;
  if (!server) {
    const { policy, field } = defaultPolicyOf(mesh, workload);
    return `${proxy}; no Server, so the default policy ${policy}${field ? '' : ' of the chart'}`;
  }
  const routes = inboundRoutes(mesh).get(`${server.namespace}/${server.resource.name}`) ?? [];
  const admitted = authorizationsOf(mesh, server).map(({ resource }) => nameOf(resource));
  const through = routes.length > 0 ? `, routes ${listed(routes.map((route) => nameOf(route.resource)))}` : '';
  const others = server.accessPolicy === undefined ? '' : `; else ${server.accessPolicy}`;
  const who = admitted.length > 0 ? `lets in by ${listed(admitted)}` : 'has no authorization of its own';
  return `${proxy}; ${nameOf(server.resource)}${through} ${who}${others}`;
}
