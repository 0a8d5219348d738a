import type { Workload } from '../cluster/workloads.ts';
import { atLeast } from '../installation/version.ts';
import type { Labels } from '../manifest/labels.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';

/** Annotation with the ports whose bytes Linkerd passes on as they are. */
export const OPAQUE_PORTS_KEY = 'config.linkerd.io/opaque-ports';

/** What Linkerd makes of the traffic to a Service port with an `appProtocol`. */
export type LinkerdProtocol = 'detected' | 'http' | 'http2' | 'opaque';

/**
 * The table of `appProtocol`: read since 2.18, and what is neither HTTP nor h2c is passed on as opaque bytes. Source: linkerd2
 * `policy-controller/core/src/outbound.rs` (AppProtocol), where capitals do not count.
 */
export function linkerdProtocol(mesh: Mesh, appProtocol: string | undefined): LinkerdProtocol {
  if (appProtocol === undefined || !atLeast(mesh.settings.linkerdVersion, '2.18')) return 'detected';
  switch (appProtocol.toLowerCase()) {
    case 'http':
      return 'http';
    case 'kubernetes.io/h2c':
      return 'http2';
    default:
      return 'opaque';
  }
}

/** A list of opaque ports, and where it comes from. */
export interface OpaquePorts {
  readonly from: 'own' | 'namespace' | 'default';
  readonly value: string | undefined;
  has(port: number): boolean;
}

// Source: linkerd2 `charts/linkerd-control-plane/values.yaml`, `proxy.opaquePorts`, by tag.
const DEFAULTS_2_10 = '25,443,587,3306,5432,11211';
const DEFAULTS = '25,587,3306,4444,5432,6379,9300,11211';

/**
 * The opaque ports of a Service or of the pods of a workload: its own list, that of the namespace, or that of the chart. Each stands in the
 * place of the next, nothing is added up. undefined where a part of it is not known.
 */
export function opaquePortsOf(
  mesh: Mesh,
  annotations: Labels,
  resource: Workload['resource'],
  workload?: Workload,
): OpaquePorts | undefined {
  if (annotations.mayChange(OPAQUE_PORTS_KEY)) return undefined;
  if (annotations.has(OPAQUE_PORTS_KEY)) return listed('own', annotations.get(OPAQUE_PORTS_KEY), workload);
  const namespaces = namespacesOf(mesh, resource);
  if (!namespaces || namespaces.length === 0) return undefined;
  const values = new Set<string | undefined>();
  for (const { resource: namespace } of namespaces) {
    const own = namespace.annotations;
    if (own.mayChange(OPAQUE_PORTS_KEY)) return undefined;
    if (own.has(OPAQUE_PORTS_KEY) && own.get(OPAQUE_PORTS_KEY) === undefined) return undefined;
    values.add(own.get(OPAQUE_PORTS_KEY));
  }
  if (values.size !== 1) return undefined;
  const [value] = values;
  if (value !== undefined) return listed('namespace', value, workload);
  return listed('default', atLeast(mesh.settings.linkerdVersion, '2.11') ? DEFAULTS : DEFAULTS_2_10, undefined);
}

/** Whether a list of ports and ranges (`25,4000-4010`) has a port, as `skip-inbound-ports` and its like are read. */
export function isInPortList(list: string, port: number): boolean {
  return list.split(',').some((item) => {
    const [low = '', high = low] = item.trim().split('-');
    return /^\d+$/.test(low) && Number(low) <= port && port <= Number(high);
  });
}

function listed(
  from: OpaquePorts['from'],
  value: string | undefined,
  workload: Workload | undefined,
): OpaquePorts | undefined {
  if (value === undefined || value.length > 2000) return undefined;
  const ranges: [number, number][] = [];
  for (const item of value.split(',').map((part) => part.trim())) {
    if (item === '') continue;
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(item);
    if (match) {
      ranges.push([Number(match[1]), Number(match[2] ?? match[1])]);
      continue;
    }
    // A name of a container port; what is none may be anything.
    const number = workload?.declaredPorts.find((p) => p.name === item)?.number;
    if (number === undefined) return undefined;
    ranges.push([number, number]);
  }
  return { from, value, has: (port) => ranges.some(([low, high]) => low <= port && port <= high) };
}
