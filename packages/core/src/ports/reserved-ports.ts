import type { Service, ServicePort } from '../cluster/services.ts';
import { applicationContainers, type Container, type Workload } from '../cluster/workloads.ts';
import { atLeast, type Version } from '../installation/version.ts';
import { linkerdSetting } from '../linkerd/linkerd-proxy.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { surelyBehind } from '../mesh/surely-behind.ts';
import { proxyMetadata, proxySetting } from '../sidecar/proxy-settings.ts';
import type { Field } from '../source/field.ts';
import type { Severity } from '../source/severity.ts';
import { targetNumber, targetPlace } from './service-ports.ts';

/** A port that the proxy of a mesh keeps for itself. */
export interface ReservedPort {
  readonly number: number;
  readonly transport: 'TCP' | 'any';
  /** What it is for, to go behind "for". */
  readonly use: string;
  /** What it costs an application that takes it. */
  readonly severity: Severity;
  /** Something answers there on the address of the pod, so who names the port from outside may well mean the proxy. */
  readonly answers: boolean;
}

/** What a proxy keeps for itself, by number. */
export type ReservedPorts = ReadonlyMap<number, ReservedPort>;

interface Row extends Omit<ReservedPort, 'transport' | 'severity' | 'answers'> {
  readonly since: Version;
  readonly until?: Version;
  readonly transport?: 'any';
  readonly severity?: Severity;
  readonly answers?: true;
}

// Source: istio.io "Application Requirements: Ports used by Istio"; istio/istio `pkg/config/constants`, `tools/istio-iptables/pkg/constants`,
// `pilot/pkg/networking/core/listener_builder.go`, `pkg/istio-agent/agent.go`, by tag. A warning is a port that the sidecar takes only for a
// moment (15002), only where it is asked to (15053), or that is reserved for what it does not always do.
const SIDECAR: readonly Row[] = [
  { number: 15000, since: [1, 0], use: "Envoy's admin interface" },
  { number: 15001, since: [1, 0], use: 'outbound traffic' },
  { number: 15002, since: [1, 5], use: 'the check of the redirection', severity: 'warning' },
  { number: 15004, since: [1, 11], use: 'the debug interface of its agent' },
  { number: 15006, since: [1, 3], use: 'inbound traffic' },
  {
    number: 15008,
    since: [1, 10],
    use: 'the mTLS tunnel, which no redirection reaches',
    severity: 'warning',
    answers: true,
  },
  { number: 15009, since: [1, 9], until: [1, 14], use: 'the plain tunnel', severity: 'warning' },
  { number: 15021, since: [1, 6], use: 'its readiness', answers: true },
  { number: 15053, since: [1, 8], use: 'its DNS proxy', transport: 'any', severity: 'warning' },
  { number: 15090, since: [1, 1], use: "Envoy's metrics", answers: true },
];

// Source: istio.io "Ztunnel traffic redirection"; ztunnel `src/config.rs`. Before 1.21 it listened outside the pod.
const AMBIENT: readonly Row[] = [
  { number: 15001, since: [1, 21], use: 'outbound traffic' },
  { number: 15006, since: [1, 21], use: 'plain inbound traffic' },
  { number: 15008, since: [1, 21], use: 'the mTLS tunnel', answers: true },
  { number: 15053, since: [1, 21], use: 'its DNS proxy', transport: 'any', severity: 'warning' },
  { number: 15080, since: [1, 21], use: 'SOCKS5', severity: 'warning' },
];

const STATUS_PORT_KEY = 'status.sidecar.istio.io/port';

/** Whether pods are in the mesh by way of the node's ztunnel. */
export function isAmbient(mesh: Mesh, workload: Workload): boolean {
  const { istio, ambient } = mesh.admission(workload);
  const outside = istio.outcome === 'not-injected' || istio.outcome === 'unknown';
  return ambient.answer === 'yes' && outside && !workload.hasProxy;
}

/** What Istio keeps in the pods of a workload; without one, what its sidecar usually keeps. */
export function istioPorts(mesh: Mesh, workload?: Workload): ReservedPorts {
  const { istioVersion } = mesh.settings;
  const ambient = workload !== undefined && isAmbient(mesh, workload);
  const ports = new Map(
    (ambient ? AMBIENT : SIDECAR).filter((row) => holds(row, istioVersion)).map((row) => [row.number, complete(row)]),
  );
  if (ambient || !mesh.istioAtLeast('1.1')) return ports;
  const dns = ports.get(15053);
  if (dns && workload && proxyMetadata(mesh, workload, 'ISTIO_META_DNS_CAPTURE') === 'true')
    ports.set(15053, { ...dns, severity: 'error' });
  const status = statusPortOf(mesh, workload);
  if (status !== undefined && status > 0 && !ports.has(status))
    ports.set(status, {
      number: status,
      transport: 'TCP',
      use: 'telemetry and probes',
      severity: 'error',
      answers: true,
    });
  return ports;
}

function holds({ since, until }: Row, version: Version): boolean {
  const after = until && atLeast(version, `${until[0]}.${until[1] + 1}`);
  return atLeast(version, `${since[0]}.${since[1]}`) && !after;
}

function complete({ number, use, transport, severity, answers }: Row): ReservedPort {
  return { number, use, transport: transport ?? 'TCP', severity: severity ?? 'error', answers: answers ?? false };
}

function statusPortOf(mesh: Mesh, workload: Workload | undefined): number | undefined {
  if (workload?.podAnnotations.has(STATUS_PORT_KEY)) {
    const text = workload.podAnnotations.get(STATUS_PORT_KEY);
    return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
  }
  const told = workload && proxySetting(mesh, workload, 'statusPort');
  return typeof told === 'number' ? told : mesh.installation.statusPort.value;
}

// Source: linkerd2 `charts/linkerd-control-plane/values.yaml` (proxy.ports) and `pkg/k8s/labels.go`.
const LINKERD: readonly (Omit<ReservedPort, 'transport' | 'severity'> & { key: string })[] = [
  { number: 4140, key: 'config.linkerd.io/outbound-port', use: 'outbound traffic', answers: false },
  { number: 4143, key: 'config.linkerd.io/inbound-port', use: 'inbound traffic', answers: false },
  { number: 4190, key: 'config.linkerd.io/control-port', use: 'its control interface', answers: true },
  { number: 4191, key: 'config.linkerd.io/admin-port', use: 'metrics and readiness', answers: true },
];

/** What Linkerd's proxy keeps in the pods of a workload. */
export function linkerdPorts(mesh: Mesh, workload: Workload): ReservedPorts {
  return new Map(
    LINKERD.flatMap(({ number, key, use, answers }) => {
      const setting = linkerdSetting(mesh, workload, key);
      // One that cannot be read leaves it open which port it is.
      if (!setting && workload.podAnnotations.has(key)) return [];
      const own = setting && /^\d{1,5}$/.test(setting.value) ? Number(setting.value) : number;
      return [[own, { number: own, transport: 'TCP', use, severity: 'error', answers }] as const];
    }),
  );
}

/** A place where a manifest gives the application a port of the proxy. */
export interface PortMisuse {
  readonly port: ReservedPort;
  readonly field: Field;
  readonly container: string;
  readonly of: 'container' | 'probe';
}

/**
 * Where the containers of the author take ports of the proxy: each port once, where it is declared, else at the probe that expects the
 * application there. A probe of a port that the proxy answers on asks the proxy, and may mean it.
 */
export function portMisuses(workload: Workload, reserved: ReservedPorts): readonly PortMisuse[] {
  const containers = applicationContainers(workload);
  const misuses = new Map<number, PortMisuse>();
  for (const container of containers) {
    for (const { number, name, protocol, field } of container.ports) {
      const port = number === undefined ? undefined : reserved.get(number);
      if (!port || misuses.has(port.number) || !isTaken(port, protocol) || name === ENVOY_METRICS) continue;
      misuses.set(port.number, { port, field: field.at('containerPort'), container: container.name, of: 'container' });
    }
  }
  for (const container of containers) {
    for (const field of probePorts(container)) {
      const port = reserved.get(field.number() ?? -1);
      if (!port || port.answers || misuses.has(port.number)) continue;
      misuses.set(port.number, { port, field, container: container.name, of: 'probe' });
    }
  }
  return [...misuses.values()];
}

// Declared on a container of the application so that a PodMonitor finds the port of the proxy.
const ENVOY_METRICS = 'http-envoy-prom';

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;

// Ports as numbers: a name is a container port of its own.
function probePorts({ field }: Container): Field[] {
  const hooks = ['postStart', 'preStop'].map((key) => field.at('lifecycle').at(key));
  return [...PROBES.map((key) => field.at(key)), ...hooks].flatMap((probe) =>
    ['httpGet', 'tcpSocket', 'grpc'].map((kind) => probe.at(kind).at('port')),
  );
}

function isTaken(port: ReservedPort, protocol: string): boolean {
  return protocol === 'TCP' || (port.transport === 'any' && protocol === 'UDP');
}

/** A Service port that ends on a port of the proxy. */
export interface TargetMisuse {
  readonly port: ReservedPort;
  readonly servicePort: ServicePort;
  readonly field: Field;
  /** Where a container declares the port, if one does. */
  readonly declared: Field | undefined;
}

/** The workloads behind a Service, and what the proxy keeps in their pods. */
export interface ReservedBehind {
  readonly workload: Workload | undefined;
  readonly reserved: ReservedPorts;
}

/**
 * The ports of a Service that end, by their number, on a port of the proxy; each number once. Who names a port that the proxy answers on may
 * publish the proxy, as for metrics: there a container has to declare it.
 */
export function targetMisuses(service: Service, behind: readonly ReservedBehind[]): readonly TargetMisuse[] {
  const misuses = new Map<number, TargetMisuse>();
  for (const servicePort of service.ports) {
    const target = targetNumber(servicePort);
    if (target === undefined || misuses.has(target)) continue;
    for (const { workload, reserved } of behind) {
      const port = reserved.get(target);
      if (!port || !isTaken(port, servicePort.protocol)) continue;
      const declared =
        workload && portMisuses(workload, reserved).find((m) => m.port === port && m.of === 'container')?.field;
      if (port.answers && !declared) continue;
      misuses.set(target, { port, servicePort, field: targetPlace(servicePort), declared });
      break;
    }
  }
  return [...misuses.values()];
}

/** The workloads that surely stand behind a Service and may be told of it. */
export function judgedBehind(
  mesh: Mesh,
  service: Service,
  reservedOf: (workload: Workload) => ReservedPorts | undefined,
): readonly ReservedBehind[] {
  return surelyBehind(mesh, service).flatMap((workload) => {
    const reserved = reservedOf(workload);
    return reserved ? [{ workload, reserved }] : [];
  });
}
