import type { Mesh } from '../mesh/mesh.ts';
import { Draft } from './draft.ts';
import type { TrafficRequest } from './request.ts';
import type { RegexMatcher } from './string-match.ts';
import type { Trace } from './trace.ts';

export function traceAtGateway(_mesh: Mesh, _request: TrafficRequest, _regex: RegexMatcher): Trace {
  return new Draft().end('unknown', undefined);
}
