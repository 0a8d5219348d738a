import type { Workload } from '../cluster/workloads.ts';
import { INTERCEPTION_MODE_KEY } from '../injection/written-sidecar.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { interceptionModeOf } from './capture.ts';

const EXCLUDE_PORTS_KEY = 'traffic.sidecar.istio.io/excludeOutboundPorts';
const INCLUDE_RANGES_KEY = 'traffic.sidecar.istio.io/includeOutboundIPRanges';
const EXCLUDE_RANGES_KEY = 'traffic.sidecar.istio.io/excludeOutboundIPRanges';

/**
 * Whether calls of pods to a port (of the Service, as it is called) go through their sidecar. Which addresses Services have no manifest tells,
 * so ranges leave it open. Source: `traffic.sidecar.istio.io/*` in istio/api `annotation/annotations.yaml`; `tools/istio-iptables`.
 */
export function isCapturedOutbound(mesh: Mesh, workload: Workload, port: number | undefined): Answer {
  const { podAnnotations } = workload;
  for (const key of [INTERCEPTION_MODE_KEY, EXCLUDE_PORTS_KEY, INCLUDE_RANGES_KEY, EXCLUDE_RANGES_KEY])
    if (podAnnotations.mayChange(key) || (podAnnotations.has(key) && podAnnotations.get(key) === undefined))
      return 'unknown';
  if (interceptionModeOf(mesh, workload) === 'NONE') return 'no';
  const excluded = podAnnotations.get(EXCLUDE_PORTS_KEY)?.split(',') ?? [];
  const ports = excluded.map((item) => item.trim()).filter((item) => item !== '');
  if (port === undefined ? ports.length > 0 : ports.includes(String(port)))
    return port === undefined ? 'unknown' : 'no';
  const installed = mesh.installation.includeOutboundRanges;
  const include = podAnnotations.get(INCLUDE_RANGES_KEY) ?? (installed.certain ? installed.value : undefined);
  if (include === undefined) return 'unknown';
  if (include.trim() !== '*') return include.trim() === '' ? 'no' : 'unknown';
  return podAnnotations.get(EXCLUDE_RANGES_KEY)?.trim() ? 'unknown' : 'yes';
}
