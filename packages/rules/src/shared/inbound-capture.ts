import type { Answer, Mesh, Workload } from '@meshvet/core';
import { INTERCEPTION_MODE_KEY } from '@meshvet/core';
import { interceptionModeOf } from './capture.ts';

// Ports of the proxy and its agent, which answer plain text. Source: istio.io, Application Requirements: Ports used by Istio.
const AGENT_PORTS: ReadonlySet<number> = new Set([15000, 15004, 15006, 15020, 15021, 15090]);

/**
 * Whether the sidecar takes in what comes to a port of the pods. Source: `traffic.sidecar.istio.io/*` in istio/api
 * `annotation/annotations.yaml`; `tools/istio-iptables`.
 */
export function isCaptured(mesh: Mesh, workload: Workload, port: number): Answer {
  const { podAnnotations } = workload;
  if (AGENT_PORTS.has(port) || port === mesh.installation.statusPort.value) return 'no';
  const keys = [
    INTERCEPTION_MODE_KEY,
    'traffic.sidecar.istio.io/includeInboundPorts',
    'traffic.sidecar.istio.io/excludeInboundPorts',
  ] as const;
  for (const key of keys) {
    if (podAnnotations.mayChange(key) || (podAnnotations.has(key) && podAnnotations.get(key) === undefined))
      return 'unknown';
  }
  if (interceptionModeOf(mesh, workload) === 'NONE') return 'no';
  const [, include, exclude] = keys.map((key) => podAnnotations.get(key));
  if (include !== undefined && include.trim() !== '*' && !holdsPort(include, port)) return 'no';
  return exclude !== undefined && holdsPort(exclude, port) ? 'no' : 'yes';
}

function holdsPort(list: string, port: number): boolean {
  return list.split(',').some((item) => item.trim() === String(port));
}
