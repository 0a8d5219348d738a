import type { Workload } from '../cluster/workloads.ts';
import { INTERCEPTION_MODE_KEY } from '../injection/written-sidecar.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { interceptionModeOf } from './capture.ts';

/** Whether the sidecar takes in what comes to a port of pods. */
export interface InboundCapture {
  readonly answer: Answer;
  /** What decides, in a clause: "annotation traffic.sidecar.istio.io/excludeInboundPorts leaves it out". */
  readonly why: string;
  readonly field: Field | undefined;
}

const INCLUDE_KEY = 'traffic.sidecar.istio.io/includeInboundPorts';
const EXCLUDE_KEY = 'traffic.sidecar.istio.io/excludeInboundPorts';

// Ports of the proxy and its agent, which answer plain text. Source: istio.io, Application Requirements: Ports used by Istio.
const AGENT_PORTS: ReadonlySet<number> = new Set([15000, 15004, 15006, 15020, 15021, 15090]);

/**
 * Whether the sidecar takes in what comes to a port of the pods. Source: `traffic.sidecar.istio.io/*` in istio/api
 * `annotation/annotations.yaml`; `tools/istio-iptables`.
 */
export function inboundCapture(mesh: Mesh, workload: Workload, port: number): InboundCapture {
  const { podAnnotations } = workload;
  const at = (key: string): Field | undefined => (podAnnotations.has(key) ? podAnnotations.at(key) : undefined);
  if (AGENT_PORTS.has(port) || port === mesh.installation.statusPort.value)
    return { answer: 'no', why: `port ${port} belongs to the proxy and its agent`, field: undefined };
  for (const key of [INTERCEPTION_MODE_KEY, INCLUDE_KEY, EXCLUDE_KEY]) {
    if (podAnnotations.mayChange(key) || (podAnnotations.has(key) && podAnnotations.get(key) === undefined))
      return { answer: 'unknown', why: `annotation ${key} is filled in later`, field: at(key) };
  }
  if (interceptionModeOf(mesh, workload) === 'NONE')
    return { answer: 'no', why: 'interception mode NONE redirects nothing', field: at(INTERCEPTION_MODE_KEY) };
  const include = podAnnotations.get(INCLUDE_KEY);
  const exclude = podAnnotations.get(EXCLUDE_KEY);
  if (include !== undefined && include.trim() !== '*' && !holdsPort(include, port))
    return { answer: 'no', why: `annotation ${INCLUDE_KEY} does not name it`, field: at(INCLUDE_KEY) };
  if (exclude !== undefined && holdsPort(exclude, port))
    return { answer: 'no', why: `annotation ${EXCLUDE_KEY} leaves it out`, field: at(EXCLUDE_KEY) };
  return { answer: 'yes', why: 'all ports are redirected to the sidecar', field: undefined };
}

/** As `inboundCapture`, the answer alone. */
export function isCaptured(mesh: Mesh, workload: Workload, port: number): Answer {
  return inboundCapture(mesh, workload, port).answer;
}

function holdsPort(list: string, port: number): boolean {
  return list.split(',').some((item) => item.trim() === String(port));
}
