import type { Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';
import type { TrafficRequest } from '../traffic/request.ts';
import { requestText } from '../traffic/request-spec.ts';
import type { Outcome, Step, Trace, TraceDestination, TraceEndpoint } from '../traffic/trace.ts';
import { locationOf, refOf } from './finding.ts';
import type { Location } from './result.ts';
import { isCertain, verdictOf } from './trace-answer.ts';
import type {
  DestinationReport,
  EndpointReport,
  PlaceReport,
  RequestReport,
  StepReport,
  Told,
  TraceReport,
} from './trace-result.ts';

/** Where the way ends before anything is sent or answered as asked: nobody has handled it as anything. */
const ENDS: ReadonlySet<Outcome> = new Set([
  'no-route',
  'https-redirect',
  'no-listener',
  'no-filter-chain',
  'protocol-error',
  'tls-required',
  'mtls-required',
]);

/**
 * A trace as plain JSON, with the answer in words. `asRead` is that of the same mesh in a closed world, where it may say more of what the
 * servers do: nobody writes down all policies that are not there.
 */
export function traceReport(id: string, request: TrafficRequest, trace: Trace, asRead?: Trace): TraceReport {
  const { route, handledAs } = trace;
  const gateway = trace.gatewayAllowed === 'unknown' ? asRead?.gatewayAllowed : undefined;
  const facts: Omit<TraceReport, 'verdict' | 'answer' | 'certain'> = {
    id,
    request: requestReport(request),
    outcome: trace.outcome,
    ...(handledAs === undefined || ENDS.has(trace.outcome) ? {} : { handledAs }),
    ...(trace.status === undefined ? {} : { status: trace.status }),
    ...(route && isVirtualService(route) && handledAs === 'http' ? { virtualService: fullName(route) } : {}),
    ...(trace.rule === undefined ? {} : { rule: trace.rule }),
    ...(route ? { route: placeReport(route) } : {}),
    ...(trace.destinations.length > 0
      ? { destinations: trace.destinations.map((d, i) => destinationReport(d, alike(d, asRead?.destinations[i]))) }
      : {}),
    ...(trace.timeout === undefined ? {} : { timeout: trace.timeout }),
    ...(trace.rewrite?.uri === undefined ? {} : { rewrite: trace.rewrite.uri }),
    ...(trace.rewrite?.authority === undefined ? {} : { rewriteAuthority: trace.rewrite.authority }),
    ...(trace.mirrors.length > 0 ? { mirrors: trace.mirrors } : {}),
    ...(trace.fault === undefined ? {} : { fault: trace.fault }),
    ...(trace.gatewayAllowed === undefined ? {} : { gatewayAllowed: trace.gatewayAllowed }),
    ...(typeof gateway === 'boolean' ? { gatewayAllowedAsRead: gateway } : {}),
    steps: trace.steps.map(stepReport),
    needs: [...new Set(trace.needs)],
  };
  const { verdict, answer, reason } = verdictOf(facts);
  const { id: name, request: asked, ...rest } = facts;
  return {
    id: name,
    request: asked,
    verdict,
    certain: isCertain(facts),
    answer,
    ...(reason ? { reason } : {}),
    ...rest,
  };
}

function requestReport(request: TrafficRequest): RequestReport {
  const { from, headers, ...rest } = request;
  const { gateway, host, port, protocol, path, method, tls, sni } = rest;
  return {
    text: requestText(rest),
    from: placeReport(from.resource),
    gateway,
    host,
    port,
    protocol,
    path,
    method,
    headers: Object.fromEntries(headers),
    tls,
    sni,
  };
}

/** A resource and the place of its name. */
export function placeReport(resource: Resource): PlaceReport {
  const { name, body } = resource;
  return { resource: refOf(resource), location: place(name === '' ? body.at('kind') : body.at('metadata').at('name')) };
}

/** The same destination of another trace. */
function alike(destination: TraceDestination, other: TraceDestination | undefined): TraceDestination | undefined {
  const { host, port, subset, missing } = destination;
  const same = other?.host === host && other.port === port && other.subset === subset && other.missing === missing;
  return same ? other : undefined;
}

function destinationReport(destination: TraceDestination, asRead: TraceDestination | undefined): DestinationReport {
  const { host, port, subset, weight, missing, endpoints, endpointsKnown } = destination;
  return {
    host,
    port,
    subset,
    weight,
    ...(missing ? { missing } : {}),
    ...(missing || endpointsKnown ? {} : { endpointsUnknown: true }),
    ...(missing ? {} : { endpoints: endpoints.map((e) => endpointReport(e, asRead)) }),
  };
}

function endpointReport(endpoint: TraceEndpoint, asRead: TraceDestination | undefined): EndpointReport {
  const { name, port, tls, arrival } = endpoint;
  const arrives: Told = arrival.arrives ?? 'unknown';
  const isOpen = arrives === 'unknown' || arrival.allowed === 'unknown';
  const other = isOpen ? asRead?.endpoints.find((e) => e.name === name && e.port === port && e.tls === tls) : undefined;
  const known = other && sureOf(other);
  return {
    workload: name,
    port,
    tls: tls ?? 'unknown',
    arrives,
    ...(arrival.allowed === undefined ? {} : { allowed: arrival.allowed }),
    ...(known ? { asRead: known } : {}),
    // The steps have to lead to what the answer says.
    steps: (known ? other : endpoint).arrival.steps.map(stepReport),
    needs: arrival.needs,
  };
}

function sureOf({ arrival: { arrives, allowed } }: TraceEndpoint): EndpointReport['asRead'] {
  if (arrives === undefined || allowed === 'unknown') return undefined;
  return allowed === undefined ? { arrives } : { arrives, allowed };
}

function stepReport({ kind, text, field, passedOver = [] }: Step): StepReport {
  return {
    kind,
    text,
    ...(field ? { location: place(field) } : {}),
    ...(passedOver.length === 0
      ? {}
      : {
          passedOver: passedOver.map(({ resource, field: at, why }) => ({
            resource: refOf(resource),
            location: at ? place(at) : placeReport(resource).location,
            why,
          })),
        }),
  };
}

/** Where a field is written. */
export function place(field: Field): Location {
  return locationOf(field.document.source, field.span(), field.pointer);
}

function isVirtualService(resource: Resource): boolean {
  return resource.type === 'networking.istio.io/VirtualService';
}

function fullName({ namespace, name }: Resource): string {
  return `${namespace ?? ''}/${name}`;
}
