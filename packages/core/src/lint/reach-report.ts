import { classOf } from '../cluster/protocol.ts';
import type { Workload } from '../cluster/workloads.ts';
import { nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { groupBy } from '../source/grouping.ts';
import { registryOf } from '../traffic/registry.ts';
import type { RequestProtocol } from '../traffic/request.ts';
import { type RequestSpec, requestText } from '../traffic/request-spec.ts';
import type { TraceSetup } from '../traffic/trace-request.ts';
import { compareText } from './order.ts';
import { place, placeReport } from './trace-report.ts';
import type { ReachAnswer, ReachReport, TargetReport, TraceReport } from './trace-result.ts';
import { reportOf } from './traced.ts';

/** So many requests are traced for one table. */
export const MOST_TRACED = 50_000;

// So many requests are tried of one caller at one target: the plain one, and what policies speak of.
const MOST_TRIED = 8;

// So many needs are collected for one table.
const MOST_NEEDS = 1000;

type Asked = Omit<RequestSpec, 'from' | 'gateway'>;

interface Target extends TargetReport {
  readonly requests: readonly Asked[];
}

/**
 * Who can call what: each caller at each target, a port of a Service or ServiceEntry unless requests are given. undefined where there is nobody to call, or
 * nothing to be called.
 *
 * A port is asked with what its protocol says: `GET /`, a TCP connection, or a TLS one. A policy may speak of paths and methods: then
 * requests of the kind are tried too, and where they fare differently the answer is `partial`.
 */
export function reachReport(
  mesh: Mesh,
  setup: TraceSetup,
  asked: readonly Workload[],
  requests: readonly Asked[] | undefined,
  everybody: boolean,
): ReachReport | undefined {
  // A gateway sends on what comes from outside: what it reaches is a matter of its routes, and no one call tells it.
  const callers = everybody ? asked.filter(({ isGateway }) => !isGateway) : asked;
  const targets = requests ? requests.map(writtenTarget) : knownPorts(mesh);
  if (callers.length === 0 || targets.length === 0) return undefined;
  const shownTargets = targets.slice(0, MOST_TRACED);
  const plain = callers.length * shownTargets.length > MOST_TRACED / MOST_TRIED;
  const shownCallers = callers.slice(0, Math.max(1, Math.floor(MOST_TRACED / shownTargets.length)));
  const needs = new Set<string>();
  const classes = new Map<string, { workloads: Workload[]; answers: ReachAnswer[] }>();
  for (const caller of shownCallers) {
    const answers = shownTargets.map(({ requests }) =>
      reachOf(mesh, setup, needs, caller, plain ? requests.slice(0, 1) : requests),
    );
    const key = JSON.stringify(answers.map(substanceOf));
    const known = classes.get(key);
    if (known) known.workloads.push(caller);
    else classes.set(key, { workloads: [caller], answers });
  }
  return {
    callers: [...classes.values()].map(({ workloads }) => ({
      workloads: [...groupBy(workloads, ({ resource }) => nameOf(resource)).values()].map(([first]) =>
        placeReport((first as Workload).resource),
      ),
    })),
    targets: shownTargets.map(({ requests, ...target }) => ({
      ...target,
      tried: plain ? target.tried.slice(0, 1) : target.tried,
    })),
    answers: [...classes.values()].map(({ answers }) => answers),
    needs: [...needs],
    left: { callers: callers.length - shownCallers.length, targets: targets.length - shownTargets.length },
  };
}

function reachOf(
  mesh: Mesh,
  setup: TraceSetup,
  needs: Set<string>,
  from: Workload,
  requests: readonly Asked[],
): ReachAnswer {
  const reports = requests.map((asked) => {
    const request = { ...asked, from, gateway: false };
    return reportOf(mesh, asked.id, request, setup);
  });
  const [first, ...others] = reports as [TraceReport, ...TraceReport[]];
  const different = others.filter(({ verdict }) => verdict !== first.verdict);
  for (const report of reports) for (const need of needsOf(report)) if (needs.size < MOST_NEEDS) needs.add(need);
  const { answer, reason } = first;
  const mtls = speaksMtls(first);
  return {
    verdict: different.length > 0 ? 'partial' : first.verdict,
    certain: reports.every(({ certain }) => certain),
    answer,
    ...(mtls === undefined ? {} : { mtls }),
    ...(reason ? { reason } : {}),
    ...(different.length > 0
      ? {
          differing: [
            { request: first.id, verdict: first.verdict },
            ...different.map(({ id, verdict }) => ({ request: id, verdict })),
          ],
        }
      : {}),
  };
}

function needsOf({ needs, destinations = [] }: TraceReport): readonly string[] {
  return [...needs, ...destinations.flatMap(({ endpoints = [] }) => endpoints.flatMap((e) => e.needs))];
}

function speaksMtls({ destinations = [] }: TraceReport): boolean | undefined {
  const endpoints = destinations.flatMap(({ endpoints = [] }) => endpoints);
  if (endpoints.some(({ tls }) => tls !== 'istio' && tls !== 'unknown')) return false;
  return endpoints.length === 0 || endpoints.some(({ tls }) => tls === 'unknown') ? undefined : true;
}

// Two callers get the same where the same place decided the same; the words may name the caller.
function substanceOf({ verdict, certain, mtls, reason, differing }: ReachAnswer): unknown {
  return [verdict, certain, mtls, reason?.location?.file, reason?.location?.start, reason?.kind, differing];
}

function writtenTarget(asked: Asked): Target {
  const name = requestText(asked);
  return { name, protocol: null, tried: [name], requests: [{ ...asked, id: name }] };
}

/** Every port of every Service and of every host of a ServiceEntry, as long as it has one name and TCP goes to it. */
function knownPorts(mesh: Mesh): Target[] {
  const targets = new Map<string, Target>();
  const probes = policyProbes(mesh);
  for (const { host: fqdn, resource, service, ports, aliasOf } of registryOf(mesh).hosts) {
    const { namespace = '', name } = resource;
    if (fqdn.includes('*') || aliasOf !== undefined) continue;
    for (const { number, protocol, field, servicePort } of ports) {
      const key = service ? `${namespace}/${name}:${number}` : `${fqdn}:${number}`;
      const kind = classOf(protocol);
      if (kind === 'udp' || (servicePort && servicePort.protocol !== 'TCP') || targets.has(key)) continue;
      const tls = protocol === 'HTTPS' || protocol === 'TLS';
      const base: Omit<Asked, 'id' | 'method' | 'path'> = {
        host: service ? `${name}.${namespace}` : fqdn,
        port: number,
        protocol: requestProtocol(kind, protocol),
        headers: new Map(),
        tls,
        sni: fqdn,
      };
      const tries = base.protocol === 'tcp' ? [PLAIN] : [PLAIN, ...probes.in(namespace)].slice(0, MOST_TRIED);
      const requests = tries.map(({ method, path }): Asked => {
        const words = base.protocol === 'tcp' ? (tls ? 'TLS' : 'TCP') : `${method} ${path}`;
        return { ...base, method, path, id: words };
      });
      targets.set(key, { name: key, protocol, tried: requests.map(({ id }) => id), location: place(field), requests });
    }
  }
  return [...targets.values()].sort((a, b) => compareText(a.name, b.name));
}

function requestProtocol(kind: 'http' | 'tcp' | 'auto', protocol: string): RequestProtocol {
  if (kind === 'tcp') return 'tcp';
  return protocol === 'HTTP2' || protocol === 'GRPC' ? 'http2' : 'http';
}

interface Probe {
  readonly method: string;
  readonly path: string;
}

const PLAIN: Probe = { method: 'GET', path: '/' };

/** Requests of the kinds that policies speak of, by the namespace of the policy; those of the root namespace hold everywhere. */
function policyProbes(mesh: Mesh): { in(namespace: string): readonly Probe[] } {
  const root = mesh.installation.rootNamespace.value;
  const byNamespace = new Map<string, Map<string, Probe>>();
  for (const resource of mesh.ofType('security.istio.io/AuthorizationPolicy')) {
    if (resource.partial) continue;
    const namespace = resource.namespace ?? '';
    let probes = byNamespace.get(namespace);
    if (!probes) byNamespace.set(namespace, (probes = new Map()));
    for (const probe of probesOf(resource.body.at('spec'), MOST_TRIED - probes.size))
      probes.set(`${probe.method} ${probe.path}`, probe);
  }
  const of = (namespace: string) => [...(byNamespace.get(namespace)?.values() ?? [])];
  return { in: (namespace) => (namespace === root ? of(root) : [...of(namespace), ...of(root)]) };
}

function probesOf(spec: Field, most: number): Probe[] {
  const probes: Probe[] = [];
  for (const rule of spec.at('rules').items() as Field[]) {
    for (const to of rule.at('to').items() as Field[]) {
      const operation = to.at('operation');
      const paths = textsOf(operation.at('paths')).map(pathLike);
      const methods = textsOf(operation.at('methods')).filter((method) => /^[A-Z]+$/.test(method));
      for (const path of paths.length > 0 ? paths : ['/']) {
        for (const method of methods.length > 0 ? methods : ['GET']) {
          if (probes.length >= most) return probes;
          if (path !== PLAIN.path || method !== PLAIN.method) probes.push({ method, path });
        }
      }
    }
  }
  return probes;
}

function textsOf(list: Field): string[] {
  return (list.items() as Field[]).flatMap((item) => item.text() ?? []);
}

/** A path that a pattern of a policy matches: `*` at an end, or the segments `{*}` and `{**}` of a template. */
function pathLike(pattern: string): string {
  const path = pattern.replace(/\{\*\*?\}|\*/g, 'x');
  return path.startsWith('/') ? path : `/${path}`;
}
