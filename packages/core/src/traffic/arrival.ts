// stand-in until helper's lands

import type { Workload } from '../cluster/workloads.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { TrafficRequest } from './request.ts';
import type { Arrival, UpstreamTls } from './trace.ts';
export interface Connection {
  readonly caller: Workload | undefined;
  readonly tls: UpstreamTls;
  readonly handledAs: 'http' | 'tcp';
  readonly request: TrafficRequest;
  readonly path: string;
  readonly authority: string;
  readonly headers: ReadonlyMap<string, string>;
}
export function arrivalAt(_mesh: Mesh, _server: Workload, _port: number, _connection: Connection): Arrival {
  return { arrives: true, allowed: true, steps: [], needs: [] };
}
export function gatewayAdmission(
  _mesh: Mesh,
  _gateway: Workload,
  _port: number,
  _request: TrafficRequest,
): Pick<Arrival, 'allowed' | 'steps' | 'needs'> {
  return { allowed: true, steps: [], needs: [] };
}
