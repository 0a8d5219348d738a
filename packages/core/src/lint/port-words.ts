import type { PortProtocol } from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { Mesh } from '../mesh/mesh.ts';

/**
 * What the proxy of a client does with traffic to a port of a Service, in the names that `istioctl proxy-config` shows. Source:
 * `pilot/pkg/networking/core/listener*.go`, `pilot/pkg/networking/core/cluster.go`.
 */
export function outboundWords(mesh: Mesh, service: Service, port: ServicePort): string {
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
  if (mode === 'ambient') return `ztunnel of the node (HBONE, port 15008), bytes as they are; HTTP only at a waypoint`;
  if (mode === 'linkerd')
    return 'proxy of Linkerd (port 4143), which reads the protocol from the first bytes unless the port is opaque';
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
