import { isSystemNamespace } from '../cluster/namespaces.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import { isControlPlane, isManagedGateway } from '../cluster/workloads.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';

/**
 * Whether the ports of a Service are for Istio to read. Not those of Kubernetes' own namespaces, of Istio's own Services, and of
 * gateways: their charts name ports such as `status-port` that no client in the mesh reads. istioctl leaves out the same ones.
 */
export function readsPortsOf(mesh: Mesh, service: Service): boolean {
  return mesh.derive(servicesToRead).has(service);
}

function servicesToRead(mesh: Mesh): ReadonlySet<Service> {
  return new Set(
    mesh.services.filter((service) => {
      const { labels, namespace } = service.resource;
      if (isSystemNamespace(namespace) || isControlPlane(labels) || isManagedGateway(labels)) return false;
      const behind = mesh.behind(service);
      return !(behind.state === 'found' && behind.value.workloads.every((w) => w.isGateway));
    }),
  );
}

/** Whether the target ports of a Service may be judged at all. */
export function judgesTargets(service: Service): boolean {
  return (
    service.type !== 'ExternalName' &&
    !isSystemNamespace(service.resource.namespace) &&
    !isPatchedAt(service.resource, 'spec', 'ports')
  );
}

/** Where a finding about the target of a Service port points: the target, or the port that stands for it. */
export function targetPlace(port: ServicePort) {
  return port.target === undefined ? port.field.at('port') : port.targetField;
}

/** Those of the wanted ports of a Service about which something may be said: written here and now, and read by the mesh. */
export function readablePorts(
  mesh: Mesh,
  service: Service,
  wanted: (port: ServicePort) => boolean,
): readonly ServicePort[] {
  if (service.type === 'ExternalName' || isPatchedAt(service.resource, 'spec', 'ports')) return [];
  const ports = service.ports.filter((port) => !port.unreadable && wanted(port));
  return ports.length > 0 && readsPortsOf(mesh, service) ? ports : [];
}

/** The number that a Service port says it ends on, itself where it says nothing; undefined for a name. */
export function targetNumber(port: ServicePort): number | undefined {
  if (port.targetField.hasValue && port.target === undefined && port.targetField.value !== 0) return undefined;
  const target = port.target ?? port.number;
  return typeof target === 'number' ? target : undefined;
}

/** Whether a Service sends to pods of an application whose ports may be judged: not to gateways, and not to endpoints by hand. */
export function sendsToApplications(mesh: Mesh, service: Service): boolean {
  const requirements = service.selector?.requirements;
  return (
    requirements !== undefined &&
    service.type !== 'ExternalName' &&
    readsPortsOf(mesh, service) &&
    !isPatchedAt(service.resource, 'spec', 'ports') &&
    !requirements.some(({ key }) => GATEWAY_LABELS.has(key))
  );
}

const GATEWAY_LABELS: ReadonlySet<string> = new Set([
  'istio',
  'istio.io/gateway-name',
  'gateway.networking.k8s.io/gateway-name',
]);

/** The Service that a resource is. */
export function serviceOf(mesh: Mesh, resource: Resource): Service | undefined {
  return mesh.derive(servicesByResource).get(resource);
}

function servicesByResource(mesh: Mesh): ReadonlyMap<Resource, Service> {
  return new Map(mesh.services.map((s) => [s.resource, s]));
}
