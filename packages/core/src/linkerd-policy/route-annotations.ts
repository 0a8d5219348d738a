import { atLeast } from '../installation/version.ts';
import type { Labels } from '../manifest/labels.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';

/** A retry or timeout of an annotation that Linkerd cannot read. */
export interface RouteAnnotationProblem {
  readonly key: string;
  readonly field: Field;
  /** A clause: `"10" has no unit ...`. */
  readonly reason: string;
}

const DURATIONS: ReadonlySet<string> = new Set([
  'timeout.linkerd.io/request',
  'timeout.linkerd.io/response',
  'timeout.linkerd.io/idle',
  'retry.linkerd.io/timeout',
]);
const GRPC: ReadonlySet<string> = new Set([
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** Keys that say how calls of a Service, or by a route of one, are tried again and given up. Since 2.16. */
const KEYS: readonly string[] = [
  ...DURATIONS,
  'retry.linkerd.io/limit',
  'retry.linkerd.io/http',
  'retry.linkerd.io/grpc',
];

/**
 * The annotations of retries and timeouts that cannot be read: a time is one whole number with one unit. A route with such a one is refused or left out, a Service
 * goes without it. Source: linkerd2 `policy-controller/k8s/index/src/outbound/index.rs` (parse_duration, parse_timeouts), `outbound/index/http.rs`
 * (parse_http_retry), `grpc.rs` (parse_grpc_retry).
 */
export function routeAnnotationProblems(mesh: Mesh, annotations: Labels): readonly RouteAnnotationProblem[] {
  if (!atLeast(mesh.settings.linkerdVersion, '2.16')) return [];
  return KEYS.flatMap((key) => {
    if (!annotations.has(key) || annotations.mayChange(key)) return [];
    const field = annotations.at(key);
    const value = field.string();
    const reason = value === undefined || value.length > 1000 ? undefined : problemOf(key, value);
    return reason === undefined ? [] : [{ key, field, reason }];
  });
}

function problemOf(key: string, value: string): string | undefined {
  if (DURATIONS.has(key))
    return /^\s*(?:0+|\d{1,15}(?:ms|s|m|h|d))\s*$/.test(value)
      ? undefined
      : `"${value}" is no whole number with a unit, ms, s, m, h or d`;
  if (key.endsWith('/limit'))
    return /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? undefined : `"${value}" is no number of retries`;
  const wrong = value
    .split(',')
    .find((part) => !(key.endsWith('/http') ? isStatus(part) : GRPC.has(part.toLowerCase())));
  if (wrong === undefined) return undefined;
  return key.endsWith('/http')
    ? `"${wrong}" is neither a status, nor a range of some such as 500-504, 5xx or gateway-error`
    : `"${wrong}" is not ${[...GRPC].join(', ')}`;
}

function isStatus(part: string): boolean {
  const small = part.toLowerCase();
  if (small === '5xx' || small === 'gateway-error') return true;
  const match = /^(\d{3})(?:-(\d{3}))?$/.exec(part);
  const isCode = (text: string) => Number(text) >= 100 && Number(text) < 600;
  return match !== null && isCode(match[1] as string) && (match[2] === undefined || isCode(match[2]));
}
