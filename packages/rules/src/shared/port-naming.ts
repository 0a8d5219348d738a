import {
  formatVersion,
  kubernetesAtLeast,
  type Mesh,
  type Service,
  type ServicePort,
  WELL_KNOWN_TCP_PORTS,
} from '@meshvet/core';

/** "since 1.19", "from 1.6 to 1.13": the way messages tell the releases that know a word. */
export function releaseRange({ since, until }: { readonly since: string; readonly until?: string }): string {
  return until === undefined ? `since ${since}` : `from ${since} to ${until}`;
}

/** "Istio 1.30", as messages name the configured release. */
export function istioName(mesh: Mesh): string {
  return `Istio ${formatVersion(mesh.settings.istioVersion)}`;
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
