import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { TrafficRequest } from '../traffic/request.ts';
import type { RequestSpec } from '../traffic/request-spec.ts';
import type { Trace } from '../traffic/trace.ts';
import { type TraceSetup, traceRequest } from '../traffic/trace-request.ts';
import { traceReport } from './trace-report.ts';
import type { TraceReport } from './trace-result.ts';

/** A request of a workload. */
export function requestOf(spec: Omit<RequestSpec, 'from'>, from: Workload): TrafficRequest {
  const { id, place, ...request } = spec;
  return { ...request, from };
}

/** Traces a request, and tells of it. `need`: what would have to be read beside what the trace needs. */
export function reportOf(
  mesh: Mesh,
  id: string,
  request: TrafficRequest,
  setup: TraceSetup,
  need?: string | undefined,
): TraceReport {
  const trace = traceRequest(mesh, request, setup);
  const asRead = isOpen(trace) ? traceAsRead(mesh, request, setup) : undefined;
  return traceReport(id, request, need === undefined ? trace : { ...trace, needs: [need, ...trace.needs] }, asRead);
}

/** Whether it is sent on, and what the servers or the gateway make of it is not known. */
function isOpen({ outcome, gatewayAllowed, destinations }: Trace): boolean {
  if (outcome !== 'forwarded') return false;
  return (
    gatewayAllowed === 'unknown' ||
    destinations.some(({ endpoints }) =>
      endpoints.some(({ arrival }) => arrival.arrives === undefined || arrival.allowed === 'unknown'),
    )
  );
}

function traceAsRead(mesh: Mesh, request: TrafficRequest, setup: TraceSetup): Trace | undefined {
  const whole = mesh.asWhole;
  if (whole === mesh) return undefined;
  const from = whole.derive(workloadsByResource).get(request.from.resource);
  return from && traceRequest(whole, { ...request, from }, setup);
}

function workloadsByResource(mesh: Mesh): ReadonlyMap<Resource, Workload> {
  return new Map(mesh.workloads.map((workload) => [workload.resource, workload]));
}
