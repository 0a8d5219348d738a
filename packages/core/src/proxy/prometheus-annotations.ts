import type { Workload } from '../cluster/workloads.ts';
import type { Installation } from '../installation/installation.ts';
import type { Field } from '../source/field.ts';

// Ports of the proxy, on which no application serves metrics. Source: istio/istio, the reserved ports of the injector since 1.31.
const RESERVED: ReadonlySet<number> = new Set([15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090]);

const PORT = 'prometheus.io/port';
const OFF: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/**
 * What is wrong with annotation `prometheus.io/port` for the injector, which merges the metrics behind it with those of the proxy; undefined
 * where nothing is, or where metrics are not merged.
 */
export function scrapePortProblem(
  installation: Installation,
  workload: Workload,
): { field: Field; reason: string } | undefined {
  const { podAnnotations } = workload;
  const field = podAnnotations.at(PORT);
  const value = field.string();
  if (value === undefined || podAnnotations.mayChange(PORT)) return undefined;
  const { meshConfig } = installation;
  if (!meshConfig.certain || meshConfig.value.enablePrometheusMerge === false) return undefined;
  const scrape = podAnnotations.get('prometheus.io/scrape');
  if (scrape !== 'true' || OFF.has(podAnnotations.get('prometheus.istio.io/merge-metrics') ?? '')) return undefined;
  if (!/^\d{1,6}$/.test(value) || Number(value) < 1 || Number(value) > 65_535)
    return { field, reason: `"${value}" is no port from 1 to 65535` };
  // The port of the agent only turns the merging off.
  const status = podAnnotations.get('status.sidecar.istio.io/port') ?? String(installation.statusPort.value);
  if (!RESERVED.has(Number(value)) || value === status) return undefined;
  return { field, reason: `port ${value} belongs to the proxy` };
}
