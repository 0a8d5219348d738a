import { fileOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { InputFile } from '../source/source-file.ts';
import { meaningOfGateway } from '../traffic/assumed-gateways.ts';
import { type Caller, Callers } from '../traffic/callers.ts';
import type { RequestSpec } from '../traffic/request-spec.ts';
import type { TraceSetup } from '../traffic/trace-request.ts';
import { reachReport } from './reach-report.ts';
import type { Location } from './result.ts';
import { placeReport } from './trace-report.ts';
import type { TraceReport } from './trace-result.ts';
import { reportOf, requestOf } from './traced.ts';
import type { TrafficAnswer, TrafficQuestion } from './traffic-question.ts';

// A workload may stand in a hundred overlays; of so many manifests the answers are looked at.
const MOST_VARIANTS = 16;

/** A question in which gateways are named as workloads, and the manifests that stand for those which were not read. */
export interface MeantQuestion {
  readonly question: TrafficQuestion;
  readonly files: readonly InputFile[];
  /** By the names of these files. */
  readonly assumed: ReadonlyMap<string, AssumedPlace>;
}

/** What is told of a workload in place of its manifest. */
interface AssumedPlace {
  readonly location: Location;
  /** What would have to be read. */
  readonly why: string;
}

/** Finds the workloads behind the names of gateways. Where projects are meshes of their own, a gateway has to be named as it is. */
export function withGateways(meshes: readonly Mesh[], question: TrafficQuestion): MeantQuestion {
  const [mesh, more] = meshes;
  const files = new Map<string, InputFile>();
  const assumed = new Map<string, AssumedPlace>();
  const asked = question.requests ?? [];
  if (!mesh || more || !asked.some(({ gateway }) => gateway)) return { question, files: [], assumed };
  const callers = new Callers(meshes);
  const known = new Map<string, string>();
  const nameOf = (text: string): string => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const isWorkload = 'callers' in callers.find(text, question.namespace);
    const meaning = isWorkload ? undefined : meaningOfGateway(mesh, callers, text, question.namespace);
    if (meaning?.assumed && files.size < MOST_ASSUMED) {
      const { file, madeOf, why } = meaning.assumed;
      const path = files.size === 0 ? file.path : `${file.path} ${files.size + 1}`;
      files.set(meaning.workload, { ...file, path });
      assumed.set(path, { location: placeReport(madeOf).location, why });
    }
    const name = meaning?.workload ?? text;
    known.set(text, name);
    return name;
  };
  const requests = asked.map((spec) => (spec.gateway ? { ...spec, from: nameOf(spec.from) } : spec));
  return { question: { ...question, requests }, files: [...files.values()], assumed };
}

const MOST_ASSUMED = 50;

// A file of nothing but mistakes is told by its first ones.
const MOST_FAULTS = 20;

/** Answers a question about requests. Where a caller cannot be told, all of those are named and nothing else is answered. */
export async function answerTraffic(
  meshes: readonly Mesh[],
  question: TrafficQuestion,
  assumed: ReadonlyMap<string, AssumedPlace>,
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
  const traces = asked.flatMap(({ spec, callers }) => tracesOf(spec, callers, setup, assumed));
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
function tracesOf(
  spec: RequestSpec,
  callers: readonly Caller[],
  setup: TraceSetup,
  assumed: ReadonlyMap<string, AssumedPlace>,
): TraceReport[] {
  const different = new Map<string, TraceReport>();
  for (const { mesh, workload } of callers.slice(0, MOST_VARIANTS)) {
    const request = requestOf(spec, workload);
    const stand = assumed.get(fileOf(workload.resource));
    const report = standing(reportOf(mesh, spec.id, request, setup, stand?.why), stand);
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

/** No file has the manifest of a gateway that is assumed: the place to look at is that of its Gateway. */
function standing(report: TraceReport, stand: AssumedPlace | undefined): TraceReport {
  if (!stand) return report;
  const { request } = report;
  return { ...report, request: { ...request, from: { ...request.from, location: stand.location } } };
}

// What somebody who calls would notice; that a step is written on another line makes no other answer.
function substanceOf({ request, steps, reason, needs, destinations, answer, ...rest }: TraceReport): string {
  const plain = destinations?.map(({ endpoints, ...destination }) => ({
    ...destination,
    endpoints: endpoints?.map(({ steps, needs, ...endpoint }) => endpoint),
  }));
  return JSON.stringify([rest, plain]);
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
