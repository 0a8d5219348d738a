import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { ingressBackends, isIngress } from '../routing/ingress.ts';
import { podProxyConfig, proxyField, proxySetting } from '../sidecar/proxy-settings.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';

/** Somebody before a gateway who ends TLS, and sends plain HTTP on to a port of its pods. */
export interface EndedTls {
  /** The port of the pods that gets what was TLS. */
  readonly podPort: number;
  /** A Service whose load balancer ends TLS or whose port 443 leads to plain HTTP, or an Ingress. */
  readonly resource: Resource;
  /** What says so. */
  readonly field: Field;
  readonly kind: 'balancer' | 'port' | 'ingress';
}

/**
 * Who ends TLS before the pods of a gateway, as far as manifests tell: a load balancer that a Service asks for (with the port that it
 * decrypts), a Service port 443 that leads to the same port of the pods as port 80, and an Ingress with TLS whose backend is the gateway.
 * Source: kubernetes-sigs.github.io/aws-load-balancer-controller, guide/service/annotations and guide/ingress/annotations.
 */
export function tlsEndedBefore(mesh: Mesh, workload: Workload): readonly EndedTls[] {
  const ended: EndedTls[] = [];
  const ingresses = mesh.derive(ingressesByService);
  for (const { resource, ports } of mesh.servicesOf(workload)) {
    const targets = ports.flatMap((port) => {
      const target = mesh.resolveTarget(port, workload);
      return target.state === 'found' ? [{ port, podPort: target.number }] : [];
    });
    for (const { port, podPort } of targets) {
      const balancer = balancerEnds(resource, port.number, port.name);
      if (balancer) ended.push({ podPort, resource, field: balancer, kind: 'balancer' });
      else if (port.number === 443 && targets.some((t) => t.port.number === 80 && t.podPort === podPort))
        ended.push({ podPort, resource, field: port.field, kind: 'port' });
      for (const { ingress, port: wanted, field } of ingresses.get(`${resource.namespace}/${resource.name}`) ?? [])
        if (wanted === port.number || (wanted !== undefined && wanted === port.name))
          ended.push({ podPort, resource: ingress, field, kind: 'ingress' });
    }
  }
  return ended;
}

const AWS = 'service.beta.kubernetes.io/aws-load-balancer';

// Annotations of AWS: a certificate, the ports it is for (all, where none are named), and what is spoken behind it (TCP, where nothing is said).
function balancerEnds(
  { annotations }: Resource,
  port: number | undefined,
  name: string | undefined,
): Field | undefined {
  const certificate = annotations.get(`${AWS}-ssl-cert`);
  if (!certificate) return undefined;
  const behind = annotations.get(`${AWS}-backend-protocol`)?.toLowerCase() ?? 'tcp';
  if (behind !== 'tcp' && behind !== 'http') return undefined;
  const ports = annotations
    .get(`${AWS}-ssl-ports`)
    ?.split(',')
    .map((p) => p.trim()) ?? ['*'];
  const met = ports.some((p) => p === '*' || p === `${port}` || (name !== undefined && p === name));
  return met ? annotations.at(`${AWS}-ssl-cert`) : undefined;
}

interface IngressToService {
  readonly ingress: Resource;
  readonly port: number | string | undefined;
  readonly field: Field;
}

// Annotations by which the controllers of ingresses speak TLS to what is behind them.
const BACKEND_PROTOCOLS = [
  'nginx.ingress.kubernetes.io/backend-protocol',
  'alb.ingress.kubernetes.io/backend-protocol',
];
const PASSTHROUGH = 'nginx.ingress.kubernetes.io/ssl-passthrough';
const ALB_CERTIFICATE = 'alb.ingress.kubernetes.io/certificate-arn';

function ingressesByService(mesh: Mesh): ReadonlyMap<string, readonly IngressToService[]> {
  const index = new Map<string, IngressToService[]>();
  for (const ingress of mesh.resources) {
    if (!isIngress(ingress) || ingress.partial) continue;
    const { annotations, namespace } = ingress;
    const tls = ingress.body.at('spec').at('tls');
    const field =
      tls.items().length > 0 ? tls : annotations.has(ALB_CERTIFICATE) ? annotations.at(ALB_CERTIFICATE) : undefined;
    const behind = BACKEND_PROTOCOLS.map((key) => annotations.get(key)?.toUpperCase()).find((p) => p !== undefined);
    if (!field || annotations.get(PASSTHROUGH) === 'true' || (behind !== undefined && behind !== 'HTTP')) continue;
    for (const { service, port } of ingressBackends(ingress))
      addTo(index, `${namespace}/${service}`, { ingress, port, field });
  }
  return index;
}

/**
 * Whether a gateway believes what somebody before it says of the scheme: with a number of trusted proxies in its topology it takes
 * x-forwarded-proto as it comes, else it writes its own. undefined: the files do not tell.
 * Source: Envoy, x-forwarded-proto and xff_num_trusted_hops; istio.io, ops/configuration/traffic-management/network-topologies. Since 1.6.
 */
export function trustsForwarded(mesh: Mesh, workload: Workload): boolean | undefined {
  const topology = proxySetting(mesh, workload, 'gatewayTopology');
  const trusted = isPlainMapping(topology) ? proxyField(topology, 'numTrustedProxies') : undefined;
  if (typeof trusted === 'number') return trusted > 0;
  if (trusted !== undefined || podProxyConfig(mesh, workload).unreadable) return undefined;
  return mesh.installation.meshConfig.certain ? false : undefined;
}
