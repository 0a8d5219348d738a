import type { Mesh } from '../mesh/mesh.ts';
import { type Caller, Callers } from '../traffic/callers.ts';
import type { TrafficRequest } from '../traffic/request.ts';
import type { RequestSpec } from '../traffic/request-spec.ts';
import { type TraceSetup, traceRequest } from '../traffic/trace-request.ts';
import type { TrafficAnswer, TrafficQuestion } from './explain-traffic.ts';
import { reachReport } from './reach-report.ts';
import { traceReport } from './trace-report.ts';
import type { TraceReport } from './trace-result.ts';

// A workload may stand in a hundred overlays; of so many manifests the answers are looked at.
const MOST_VARIANTS = 16;

// A file of nothing but mistakes is told by its first ones.
const MOST_FAULTS = 20;

/** Answers a question about requests. Where a caller cannot be told, all of those are named and nothing else is answered. */
export async function answerTraffic(
  meshes: readonly Mesh[],
  question: TrafficQuestion,
): Promise<Omit<TrafficAnswer, 'result'>> {
  const callers = new Callers(meshes);
  const asked: { readonly spec: RequestSpec; readonly callers: readonly Caller[] }[] = [];
  const faults: string[] = [];
  for (const spec of question.requests ?? []) {
    const found = callers.find(spec.from, question.namespace);
    if ('callers' in found) asked.push({ spec, callers: found.callers });
    else if (faults.push(spec.place === undefined ? found.fault : `${spec.place}: ${found.fault}`) === MOST_FAULTS)
      break;
  }
  const { from, requests } = question.reach ?? {};
  const found = from === undefined ? undefined : callers.find(from, question.namespace);
  if (found && 'fault' in found) faults.push(found.fault);
  if (faults.length > 0 || (found && 'fault' in found)) return { traces: [], tables: [], faults };
  const setup = await traceSetup(meshes);
  const traces = asked.flatMap(({ spec, callers }) => tracesOf(spec, callers, setup));
  if (!question.reach) return { traces, tables: [], faults };
  const everybody = callers.all.filter(
    ({ workload: { resource } }) => question.namespace === undefined || resource.namespace === question.namespace,
  );
  const ofMesh = (mesh: Mesh) =>
    (found?.callers ?? everybody).filter((caller) => caller.mesh === mesh).map(({ workload }) => workload);
  const tables = meshes.flatMap((mesh) => reachReport(mesh, setup, ofMesh(mesh), requests, found === undefined) ?? []);
  return { traces, tables, faults };
}

/** The answers of all manifests of the caller, the same ones once. */
function tracesOf(spec: RequestSpec, callers: readonly Caller[], setup: TraceSetup): TraceReport[] {
  const different = new Map<string, TraceReport>();
  for (const { mesh, workload } of callers.slice(0, MOST_VARIANTS)) {
    const request = requestOf(spec, workload);
    const report = traceReport(spec.id, request, traceRequest(mesh, request, setup));
    const key = callers.length === 1 ? '' : substanceOf(report);
    const known = different.get(key);
    if (!known) different.set(key, report);
    else
      different.set(key, {
        ...known,
        request: { ...known.request, variants: [...(known.request.variants ?? []), report.request.from.location] },
      });
  }
  return [...different.values()];
}

// What somebody who calls would notice; that a step is written on another line makes no other answer.
function substanceOf({ request, steps, reason, needs, destinations, answer, ...rest }: TraceReport): string {
  const plain = destinations?.map(({ endpoints, ...destination }) => ({
    ...destination,
    endpoints: endpoints?.map(({ steps, needs, ...endpoint }) => endpoint),
  }));
  return JSON.stringify([rest, plain]);
}

/** A request of a workload. */
export function requestOf(spec: Omit<RequestSpec, 'from'>, from: TrafficRequest['from']): TrafficRequest {
  const { id, place, ...request } = spec;
  return { ...request, from };
}

const ROUTE_TYPES = [
  'networking.istio.io/VirtualService',
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
] as const;

/** The library for regular expressions is loaded where a route has one. */
async function traceSetup(meshes: readonly Mesh[]): Promise<TraceSetup> {
  const asks = meshes.some((mesh) =>
    ROUTE_TYPES.some((type) =>
      mesh
        .ofType(type)
        .some(({ document: { source, start, end } }) => /regex|RegularExpression/.test(source.text.slice(start, end))),
    ),
  );
  return asks ? { regex: (await import('../schema/re2.ts')).patternMatcher() } : {};
}
