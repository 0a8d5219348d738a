import { applicationContainers, type Container, type Workload } from '../cluster/workloads.ts';
import type { Field } from '../source/field.ts';

/** A check of the kubelet that goes over the network: a probe, or a lifecycle hook. */
export interface Probe {
  readonly container: Container;
  /** `livenessProbe`, `preStop`: the key it stands under. */
  readonly name: string;
  readonly kind: 'http' | 'tcp' | 'grpc' | 'lifecycle';
  /** `httpGet`, `tcpSocket`, `grpc`. */
  readonly handler: Field;
  readonly portField: Field;
  /** A number, or the name of a port of the same container. */
  readonly port: number | string | undefined;
  /** Sent to another host than the pod. */
  readonly elsewhere: boolean;
}

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;
const HANDLERS = [
  ['httpGet', 'http'],
  ['tcpSocket', 'tcp'],
  ['grpc', 'grpc'],
] as const;

/** The probes and lifecycle hooks of the containers that the author wrote; `exec` and hooks over TCP, which Kubernetes does not run, left out. */
export function probesOf(workload: Workload): readonly Probe[] {
  return applicationContainers(workload).flatMap((container) => [
    ...PROBES.flatMap((name) => {
      const probe = (container.field as Field).at(name);
      return HANDLERS.flatMap(([key, kind]) => readProbe(container, name, kind, probe.at(key)));
    }),
    ...['postStart', 'preStop'].flatMap((name) =>
      readProbe(container, name, 'lifecycle', (container.field as Field).at('lifecycle').at(name).at('httpGet')),
    ),
  ]);
}

/** The number that a probe goes to; undefined when it is a name that the container does not have, or is not known. */
export function portNumberOf(probe: Probe): number | undefined {
  if (typeof probe.port !== 'string') return probe.port;
  return probe.container.ports.find((p) => p.name === probe.port)?.number;
}

function readProbe(container: Container, name: string, kind: Probe['kind'], handler: Field): Probe[] {
  if (!handler.isMapping) return [];
  const portField = handler.at('port');
  return [
    {
      container,
      name,
      kind,
      handler,
      portField,
      port: portField.number() ?? portField.string(),
      elsewhere: handler.at('host').hasValue && handler.at('host').value !== '',
    },
  ];
}
