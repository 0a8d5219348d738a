import {
  isControlPlane,
  isManagedGateway,
  kubernetesAtLeast,
  type Mesh,
  type PodPort,
  type Service,
  type ServicePort,
  WELL_KNOWN_TCP_PORTS,
  type Workload,
} from '@meshvet/core';

/**
 * The code of Kiali for a Service port without a container port. Kiali looks behind Deployments only, not at gateways and waypoints,
 * and not in the namespace of the control plane. Source: kiali `business/checkers/services/port_mapping_checker.go`.
 */
export function kialiTargetCodes(mesh: Mesh, service: Service, workloads: readonly Workload[]): string[] {
  const { namespace, labels } = service.resource;
  if (!workloads.some((w) => w.resource.type === 'apps/Deployment')) return [];
  if (isControlPlane(labels) || isManagedGateway(labels) || workloads.every((w) => w.isGateway)) return [];
  const controlPlane = namespace === 'istio-system' || mesh.service(namespace ?? '', 'istiod').state === 'found';
  return controlPlane ? [] : ['KIA0701'];
}

/** istioctl compares the transport of one port number as text, so it sees what is neither TCP nor UDP. For Deployments only. */
export function saysIst0116(workload: Workload | undefined, ports: readonly PodPort[]): boolean {
  if (workload?.resource.type !== 'apps/Deployment') return false;
  return ports.some((a) => ports.some((b) => a.number === b.number && a.port.protocol !== b.port.protocol));
}

/** istioctl: several port numbers behind one target, compared as text. For Deployments only. */
export function saysIst0137(workloads: readonly Workload[], ports: readonly PodPort[]): boolean {
  if (!workloads.some((w) => w.resource.type === 'apps/Deployment')) return false;
  return ports.some((a) => ports.some((b) => a.targetText === b.targetText && a.number !== b.number));
}

/** The codes that istioctl and Kiali give a Service port for the way it tells its protocol: just where they would speak too. */
export function namingCodes(mesh: Mesh, service: Service, port: ServicePort): string[] {
  return [...istioctlCodes(mesh, service, port), ...kialiCodes(mesh, service, port)];
}

// Source: pkg/config/analysis/analyzers/service/portname.go; it asks the same question as istiod, since 1.3 with the well-known ports.
function istioctlCodes(mesh: Mesh, service: Service, port: ServicePort): string[] {
  const wellKnown = port.number !== undefined && WELL_KNOWN_TCP_PORTS.has(port.number);
  if (mesh.protocol(port).source !== 'none' || wellKnown) return [];
  return [service.type === 'ExternalName' ? 'IST0150' : 'IST0118'];
}

const KIALI_WORDS = [
  'grpc',
  'grpc-web',
  'http',
  'http2',
  'https',
  'mongo',
  'redis',
  'tcp',
  'tls',
  'udp',
  'mysql',
] as const;
const KIALI_APP_PROTOCOLS: ReadonlySet<string> = new Set([
  ...KIALI_WORDS,
  'kubernetes.io/h2c',
  'kubernetes.io/ws',
  'kubernetes.io/wss',
]);

// Source: Kiali business/checkers/services/port_mapping_checker.go. Its list is older and narrower than Istio's: names must be in lower
// case, appProtocol takes no suffix, http_proxy is not known.
function kialiCodes(mesh: Mesh, service: Service, port: ServicePort): string[] {
  if (!kialiSpeaksOf(mesh, service)) return [];
  if (port.appProtocol !== undefined && kubernetesAtLeast(mesh.settings, '1.19')) {
    return KIALI_APP_PROTOCOLS.has(port.appProtocol.toLowerCase()) ? [] : ['KIA0602'];
  }
  const name = port.name ?? '';
  return KIALI_WORDS.some((word) => name === word || name.startsWith(`${word}-`)) ? [] : ['KIA0601'];
}

/** Whether Kiali looks at the ports of a Service: in the mesh, or not known; not those that its own wizards make. */
function kialiSpeaksOf(mesh: Mesh, service: Service): boolean {
  return !service.resource.labels.has('kiali_wizard') && mesh.membershipOfService(service).answer !== 'no';
}
