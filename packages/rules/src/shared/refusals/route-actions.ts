import { type Field, isUnset, lacks, lacksText, mappings, texts } from '@meshvet/core';
import { isToken } from './header-names.ts';
import { listed, quote, type Refusal } from './refusals.ts';

/** What is wrong with the redirect of a route; Istio names the first only. */
export function redirectFault(route: Field): Refusal | undefined {
  const redirect = route.at('redirect');
  if (!redirect.isMapping) return undefined;
  const [uri, prefix] = [redirect.at('uri'), redirect.at('prefixRewrite')];
  if (!isUnset(uri) && !isUnset(prefix))
    return { at: prefix, what: 'a redirect has both uri and prefixRewrite', onKey: true };
  if (!isUnset(prefix)) {
    const other = mappings(route.at('match')).find(
      (match) => match.at('uri').at('exact').hasValue || match.at('uri').at('regex').hasValue,
    );
    if (other)
      return {
        at: prefix,
        what: 'prefixRewrite replaces a prefix, and a match of the route asks for the uri otherwise than by prefix',
        onKey: true,
      };
  }
  if (lacksText(redirect, 'uri', 'prefixRewrite', 'authority', 'redirectCode', 'port', 'derivePort', 'scheme'))
    return { at: redirect, what: 'a redirect says nothing of where it leads', onKey: true };
  const code = redirect.at('redirectCode');
  const number = code.number();
  if (number !== undefined && number !== 0 && Number.isInteger(number) && (number < 300 || number > 399))
    return { at: code, what: `redirectCode ${number} is no status of a redirect, which are 300 to 399` };
  const scheme = redirect.at('scheme').string();
  if (scheme && scheme !== 'http' && scheme !== 'https')
    return { at: redirect.at('scheme'), what: `scheme ${quote(scheme)} is neither http nor https` };
  return undefined;
}

/** What is wrong with the rewrite of a route; Istio names the first only. */
export function rewriteFault(route: Field): Refusal | undefined {
  const rewrite = route.at('rewrite');
  if (!rewrite.isMapping) return undefined;
  const expression = rewrite.at('uriRegexRewrite');
  if (!isUnset(rewrite.at('uri')) && expression.isMapping)
    return { at: expression, what: 'a rewrite has both uri and uriRegexRewrite', onKey: true };
  if (lacksText(rewrite, 'uri', 'authority', 'uriRegexRewrite'))
    return { at: rewrite, what: 'a rewrite says nothing of what it writes', onKey: true };
  if (!expression.isMapping) return undefined;
  const missing = ['match', 'rewrite'].find((key) => lacksText(expression, key));
  if (missing === undefined) return undefined;
  return {
    at: expression.at(missing).exists ? expression.at(missing) : expression,
    what: `uriRegexRewrite has no ${missing}`,
    onKey: true,
  };
}

// Bytes of a body that Istio warns of and refuses.
const LARGE_BODY = 100 * 1024;
const LARGEST_BODY = 1024 * 1024;

export function* responseFaults(route: Field): Generator<Refusal> {
  const response = route.at('directResponse');
  const status = response.at('status');
  const number = status.number();
  if (number !== undefined && Number.isInteger(number) && (number < 200 || number > 600))
    yield { at: status, what: `status ${number} is none of an answer, which are 200 to 600` };
  const body = response.at('body').at('string');
  const bytes = body.string() === undefined ? 0 : utf8Length(body.string() as string);
  if (bytes > LARGEST_BODY) yield { at: body, what: 'the body of an answer is larger than 1 MiB', onKey: true };
  else if (bytes > LARGE_BODY)
    yield {
      at: body,
      what: 'the body of an answer is larger than 100 KiB, and every proxy holds it in memory',
      onKey: true,
      mild: true,
    };
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  '*',
]);

export function* corsFaults(route: Field): Generator<Refusal> {
  const policy = route.at('corsPolicy');
  for (const origin of policy.at('allowOrigins').items() as Field[]) {
    if (origin.value === null || (origin.isMapping && ['exact', 'prefix'].some((key) => origin.at(key).value === '')))
      yield { at: origin, what: 'an origin of allowOrigins is empty' };
  }
  for (const { item, text } of texts(policy.at('allowMethods')))
    if (!METHODS.has(text))
      yield { at: item, what: `allowMethods ${quote(text)} is no method of HTTP in capitals, and not "*"` };
  for (const key of ['allowHeaders', 'exposeHeaders'])
    for (const { item, text } of texts(policy.at(key)))
      if (!isToken(text))
        yield {
          at: item,
          what: text === '' ? `a header of ${key} has no name` : `${key} ${quote(text)} is no name of a header`,
        };
}

// Names and numbers of google.golang.org/grpc/codes.
const GRPC_STATUSES: ReadonlySet<string> = new Set(
  'OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED'.split(
    ' ',
  ),
);

export function* faultFaults(route: Field): Generator<Refusal> {
  const fault = route.at('fault');
  if (!fault.isMapping) return;
  const [abort, delay] = [fault.at('abort'), fault.at('delay')];
  if (lacks(fault, 'abort', 'delay')) yield { at: fault, what: 'a fault has neither abort nor delay', onKey: true };
  if (abort.isMapping) {
    const status = abort.at('httpStatus');
    const number = status.number();
    if (number !== undefined && Number.isInteger(number) && (number < 200 || number > 600))
      yield { at: status, what: `httpStatus ${number} is none of an answer, which are 200 to 600` };
    const grpc = abort.at('grpcStatus').string();
    if (grpc !== undefined && !GRPC_STATUSES.has(grpc))
      yield {
        at: abort.at('grpcStatus'),
        what: `grpcStatus ${quote(grpc)} is no name of a status of gRPC, such as UNAVAILABLE`,
      };
    if (abort.at('http2Error').hasValue)
      yield { at: abort.at('http2Error'), what: 'http2Error is not implemented', onKey: true };
    if (lacks(abort, 'httpStatus', 'grpcStatus', 'http2Error'))
      yield {
        at: abort,
        what: 'an abort says neither httpStatus nor grpcStatus, and aborts nothing',
        onKey: true,
        mild: true,
      };
  }
  if (delay.at('exponentialDelay').hasValue)
    yield { at: delay.at('exponentialDelay'), what: 'exponentialDelay is not implemented', onKey: true };
}

// Envoy's own conditions of a retry, for HTTP and gRPC.
const CONDITIONS: ReadonlySet<string> = new Set(
  '5xx gateway-error reset reset-before-request connect-failure retriable-4xx refused-stream retriable-status-codes retriable-headers envoy-ratelimited http3-post-connect-failure cancelled deadline-exceeded internal resource-exhausted unavailable'.split(
    ' ',
  ),
);
// Those of Go's net/http.
const STATUSES: ReadonlySet<number> = new Set([
  100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308, 400,
  401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 425,
  426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
]);

export function* retryFaults(route: Field): Generator<Refusal> {
  const retries = route.at('retries');
  if (!retries.isMapping) return;
  const attempts = retries.at('attempts');
  if (attempts.value === 0 || lacks(retries, 'attempts')) {
    const beside = ['perTryTimeout', 'retryOn', 'retryRemoteLocalities'].filter((key) => !isUnset(retries.at(key)));
    if (beside.length > 0)
      yield {
        at: attempts.exists ? attempts : retries.at(beside[0] as string),
        what: `retries has ${listed(beside)} and no attempts, and makes none`,
        onKey: !attempts.exists,
      };
  }
  const on = retries.at('retryOn');
  const text = on.string();
  if (!text) return;
  const wrong = text
    .split(',')
    .find((item) => !CONDITIONS.has(item) && !(/^[+-]?\d{1,9}$/.test(item) && STATUSES.has(Number(item))));
  if (wrong === undefined) return;
  const why =
    wrong === ''
      ? 'an entry is empty'
      : CONDITIONS.has(wrong.trim()) || /^\s*\d+\s*$/.test(wrong)
        ? 'a blank belongs to the condition, and the list takes none'
        : `${quote(wrong)} is no condition of a retry`;
  yield { at: on, what: `retryOn ${quote(text)}: ${why}` };
}
