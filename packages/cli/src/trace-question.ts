import { resolve } from 'node:path';
import {
  headerFault,
  hostFault,
  looksLikeUrl,
  methodFault,
  type ReachQuestion,
  type RequestSpec,
  readRequests,
  readRequestUrl,
  type TrafficQuestion,
  visibleText,
} from '@meshvet/core';
import type { FlagName, GivenFlags } from './arguments.ts';
import { failureWords, UsageError } from './errors.ts';
import type { Host } from './host.ts';
import { readInput } from './read-input.ts';
import { shownPath } from './shown-path.ts';

/** What `meshvet trace` is asked, and the paths among its operands. */
export interface TraceQuestion {
  readonly question: TrafficQuestion;
  readonly paths: readonly string[];
}

type Asked = Omit<RequestSpec, 'from' | 'gateway'>;

/** Flags that say how a URL is asked for. */
const OF_URL = ['method', 'header', 'http2', 'sni'] as const satisfies readonly FlagName[];

/** Reads operands and flags: an operand that is a URL is a request, all others are paths. */
export async function traceQuestion(
  operands: readonly string[],
  flags: GivenFlags,
  host: Host,
): Promise<TraceQuestion> {
  const urls = operands.filter(looksLikeUrl);
  const paths = operands.filter((operand) => !looksLikeUrl(operand));
  const namespace = flags.last('namespace');
  const file = flags.last('requests');
  const from = flags.last('from');
  const gateway = flags.last('gateway');
  const all = flags.last('all-from');
  refuseBoth(flags, 'from', 'gateway');
  if (all !== undefined) {
    for (const name of ['from', 'gateway', 'requests', ...OF_URL] as const) refuseBoth(flags, 'all-from', name);
    if (urls.length > 0) throw new UsageError('--all-from asks about all Services; for one URL it is --from');
    return { question: { namespace, reach: { from: all } }, paths };
  }
  if (file !== undefined) {
    for (const name of OF_URL) refuseBoth(flags, 'requests', name);
    if (urls.length > 0)
      throw new UsageError(`the requests are those of --requests; "${visibleText(urls[0] ?? '')}" is one more`);
    const requests = await requestsOf(file, { from: from ?? gateway, gateway: gateway !== undefined }, host);
    return { question: { namespace, requests }, paths };
  }
  if (urls.length === 0) {
    const flag = (['from', 'gateway', ...OF_URL] as const).find((name) => flags.has(name));
    if (flag === 'from')
      throw new UsageError('--from goes with a URL, as in http://cart/api; --all-from asks about all');
    if (flag) throw new UsageError(`--${flag} goes with a URL, as in http://cart/api`);
    return { question: { namespace, reach: {} }, paths };
  }
  const requests = requestsOfUrls(urls, flags);
  if (from === undefined && gateway === undefined) {
    const reach: ReachQuestion = { requests };
    return { question: { namespace, reach }, paths };
  }
  const caller = { from: (from ?? gateway) as string, gateway: gateway !== undefined };
  return { question: { namespace, requests: requests.map((request) => ({ ...request, ...caller })) }, paths };
}

function refuseBoth(flags: GivenFlags, a: FlagName, b: FlagName): void {
  if (flags.has(a) && flags.has(b)) throw new UsageError(`--${a} and --${b} do not go together`);
}

async function requestsOf(
  file: string,
  defaults: { readonly from: string | undefined; readonly gateway: boolean },
  host: Host,
): Promise<readonly RequestSpec[]> {
  const full = resolve(host.cwd, file);
  let input: ReturnType<typeof readInput>;
  try {
    input = readInput(host, full, shownPath(host, full));
  } catch (error) {
    throw new UsageError(`cannot read requests from "${visibleText(file)}": ${failureWords(error)}`);
  }
  const read = await readRequests(input, defaults);
  if ('requests' in read) return read.requests;
  throw faultsError(read.faults);
}

/** Faults of requests, a line each. */
export function faultsError(faults: readonly string[]): UsageError {
  const [first = ''] = faults;
  return faults.length === 1 ? new UsageError(first) : new UsageError('the requests cannot be asked', faults);
}

/** The requests that URLs and flags make. A flag holds for all URLs that it can hold for, and there has to be one. */
function requestsOfUrls(texts: readonly string[], flags: GivenFlags): readonly Asked[] {
  const urls = texts.map((text) => {
    const read = readRequestUrl(text);
    if ('url' in read) return read.url;
    throw new UsageError(`"${visibleText(text)}": ${read.fault}`);
  });
  const ofHttp = (['method', 'header', 'http2'] as const).find((name) => flags.has(name));
  if (ofHttp && urls.every(({ protocol }) => protocol === 'tcp'))
    throw new UsageError(`--${ofHttp} goes with http:// and https://`);
  const sni = flags.last('sni');
  if (sni !== undefined && !urls.some(({ tls }) => tls)) throw new UsageError('--sni goes with https:// and tls://');
  const badName = sni === undefined ? undefined : hostFault(sni);
  if (badName !== undefined) throw new UsageError(`--sni: ${badName}`);
  const method = methodOf(flags);
  const headers = headersOf(flags);
  return urls.map((url, index) => {
    const tcp = url.protocol === 'tcp';
    return {
      ...url,
      id: String(index + 1),
      protocol: flags.has('http2') && !tcp ? 'http2' : url.protocol,
      method: tcp ? 'GET' : method,
      headers: tcp ? new Map() : headers,
      sni: sni?.toLowerCase() ?? url.host,
    };
  });
}

function methodOf(flags: GivenFlags): string {
  const method = flags.last('method') ?? 'GET';
  const fault = methodFault(method);
  if (fault !== undefined) throw new UsageError(`--method "${visibleText(method)}": ${fault}`);
  return method;
}

/** Headers by name in small letters; of one name the last counts. */
function headersOf(flags: GivenFlags): Map<string, string> {
  const headers = new Map<string, string>();
  for (const text of flags.all('header')) {
    const colon = text.indexOf(':', 1);
    if (colon < 0) throw new UsageError(`--header: "${visibleText(text)}" is not NAME: VALUE, such as x-user: ann`);
    const name = text.slice(0, colon).trim().toLowerCase();
    const value = text.slice(colon + 1).trim();
    const fault = headerFault(name, value);
    if (fault !== undefined) throw new UsageError(`--header: ${visibleText(fault)}`);
    headers.set(name, value);
  }
  return headers;
}
