import { didYouMean } from '../source/did-you-mean.ts';
import { Field } from '../source/field.ts';
import type { Span } from '../source/position.ts';
import type { Problem } from '../source/problem.ts';
import { readSingle } from '../source/read-single.ts';
import { type InputFile, SourceFile } from '../source/source-file.ts';
import type { RequestProtocol } from './request.ts';
import { headerFault, methodFault, type RequestSpec } from './request-spec.ts';
import { hostFault, pathFault, readRequestUrl } from './request-url.ts';

/** What a request of a file lacks is taken from here: what the flags of the command say. */
export interface RequestDefaults {
  readonly from?: string | undefined;
  readonly gateway?: boolean;
}

/** The requests of a file, or what is wrong with it: a line each, which begins with its place. */
export type ReadRequests = { readonly requests: readonly RequestSpec[] } | { readonly faults: readonly string[] };

// A file of nothing but mistakes is told by its first ones.
const MOST_FAULTS = 20;
/** More requests than this in one file are refused: the answers to them are a hundred megabytes already. */
export const MOST_REQUESTS = 20_000;

const MEMBERS = [
  'id',
  'from',
  'gateway',
  'url',
  'host',
  'port',
  'protocol',
  'path',
  'method',
  'headers',
  'tls',
  'sni',
] as const;
type Member = (typeof MEMBERS)[number];

/** What a URL says already. */
const IN_URL: readonly Member[] = ['host', 'port', 'protocol', 'path', 'tls'];

/** Reads a list of requests, JSON or YAML. All mistakes are told at once, in the order of the file. */
export async function readRequests(file: InputFile, defaults: RequestDefaults = {}): Promise<ReadRequests> {
  const source = new SourceFile(file.path, file.text);
  if (file.problem)
    return { faults: [`${file.path}: the file is ${file.problem === 'too-large' ? 'too large' : 'not UTF-8 text'}`] };
  const { document, problems } = await readSingle(source);
  const faults = new FaultList(source);
  for (const problem of problems) faults.tell(problem.span, problemWords(problem));
  if (!document || document.value === null || document.value === undefined) {
    if (problems.length === 0) faults.tell({ start: 0, end: 0 }, 'there is no request in it');
    return { faults: faults.lines() };
  }
  const root = new Field(document, document.value);
  if (!root.isList) faults.at(root, 'a list of requests is expected');
  const items = root.items() as Field[];
  if (root.isList && items.length === 0) faults.at(root, 'there is no request in it');
  if (items.length > MOST_REQUESTS) {
    faults.at(root, `${items.length} requests are more than ${MOST_REQUESTS}; give several files, one a run`);
    return { faults: faults.lines() };
  }
  const ids = new Set<string>();
  const requests: RequestSpec[] = [];
  for (const [index, item] of items.entries()) {
    if (faults.full) break;
    const request = readRequest(item, index, defaults, faults);
    if (!request) continue;
    if (ids.has(request.id)) faults.at(item.at('id'), `the id ${quoted(request.id)} stands there already`);
    ids.add(request.id);
    requests.push(request);
  }
  return faults.empty ? { requests } : { faults: faults.lines() };
}

class FaultList {
  readonly #source: SourceFile;
  readonly #faults: { readonly start: number; readonly words: string }[] = [];

  constructor(source: SourceFile) {
    this.#source = source;
  }

  get empty(): boolean {
    return this.#faults.length === 0;
  }

  get full(): boolean {
    return this.#faults.length > MOST_FAULTS;
  }

  at(field: Field, words: string): undefined {
    this.tell(field.span(), words);
  }

  tell({ start }: Span, words: string): void {
    if (!this.full) this.#faults.push({ start, words });
  }

  placeOf(field: Field): string {
    return this.#place(field.span().start);
  }

  lines(): string[] {
    const sorted = [...this.#faults].sort((a, b) => a.start - b.start);
    const shown = sorted.slice(0, MOST_FAULTS).map(({ start, words }) => `${this.#place(start)}: ${words}`);
    return sorted.length > MOST_FAULTS ? [...shown, `${this.#source.path}: and more of the kind`] : shown;
  }

  #place(offset: number): string {
    const { line, column } = this.#source.position(offset);
    return `${this.#source.path}:${line}:${column}`;
  }
}

function problemWords(problem: Problem): string {
  switch (problem.kind) {
    case 'syntax':
      return problem.data.reason;
    case 'duplicate-key':
      return `the key ${quoted(problem.data.key)} stands twice`;
    case 'merge-order':
      return `<< stands after the key ${quoted(problem.data.key)}, which it brings too`;
    case 'untyped':
    case 'after-end':
      return 'text after the end of the document';
    case 'bomb':
      return 'it grows without end';
    case 'too-large':
      return 'the file is too large';
  }
}

function readRequest(
  item: Field,
  index: number,
  defaults: RequestDefaults,
  faults: FaultList,
): RequestSpec | undefined {
  if (!item.isMapping) return faults.at(item, 'a request is a mapping with from and host');
  for (const [key, member] of item.entries()) {
    if (isMember(key)) continue;
    const near = didYouMean(key, MEMBERS);
    const hint = near === undefined ? `; there are ${MEMBERS.join(', ')}` : `, did you mean ${quoted(near)}?`;
    faults.tell(member.keySpan(), `${quoted(key)} is no member of a request${hint}`);
    return undefined;
  }
  const read = new Members(item, faults);
  const where = read.where();
  const from = read.text('from') ?? defaults.from;
  const gateway = read.flag('gateway') ?? (item.at('from').hasValue ? false : (defaults.gateway ?? false));
  const method = read.text('method', methodFault) ?? 'GET';
  const headers = read.headers();
  const sni = read.text('sni', hostFault);
  const id = read.text('id') ?? String(index + 1);
  if (read.broken || where === undefined) return undefined;
  if (from === undefined || from === '') return faults.at(item, 'it lacks from, the caller');
  if (sni !== undefined && !where.tls) return faults.at(item.at('sni'), 'sni goes with tls');
  if (where.protocol === 'tcp' && headers.size > 0)
    return faults.at(item.at('headers'), 'headers do not go with protocol tcp');
  return {
    ...where,
    id,
    place: faults.placeOf(item),
    from,
    gateway,
    method,
    headers,
    sni: sni?.toLowerCase() ?? where.host,
  };
}

type Where = Pick<RequestSpec, 'host' | 'port' | 'protocol' | 'path' | 'tls'>;

/** The members of one request, each told when it is not what it has to be. */
class Members {
  broken = false;
  readonly #item: Field;
  readonly #faults: FaultList;

  constructor(item: Field, faults: FaultList) {
    this.#item = item;
    this.#faults = faults;
  }

  /** Where the request goes: a URL, or its parts. */
  where(): Where | undefined {
    const url = this.text('url');
    if (url === undefined) return this.#parts();
    const twice = IN_URL.find((name) => this.#item.at(name).hasValue);
    if (twice) return this.#fault(twice, `the url says ${twice} already`);
    const read = readRequestUrl(url);
    return 'fault' in read ? this.#fault('url', `url: ${read.fault}`) : read.url;
  }

  #parts(): Where | undefined {
    const host = this.text('host', hostFault);
    const protocol = this.#protocol();
    const tls = this.#tls();
    const path = this.text('path', pathFault) ?? '/';
    const port = this.#port(protocol, tls);
    if (this.broken) return undefined;
    if (host === undefined) return this.#fault(undefined, 'it lacks host, or url');
    return { host: host.toLowerCase(), port, protocol, path, tls };
  }

  text(name: Member, check?: (text: string) => string | undefined): string | undefined {
    const field = this.#item.at(name);
    if (!field.exists) return undefined;
    const text = field.isMapping || field.isList || !field.hasValue ? undefined : (field.text() ?? String(field.value));
    if (text === undefined) return this.#fault(name, `${name} has to be a text`);
    const wrong = check?.(text);
    return wrong === undefined ? text : this.#fault(name, `${name}: ${wrong}`);
  }

  flag(name: Member): boolean | undefined {
    const field = this.#item.at(name);
    if (!field.exists) return undefined;
    return field.boolean() ?? this.#fault(name, `${name} has to be true or false`);
  }

  headers(): ReadonlyMap<string, string> {
    const headers = new Map<string, string>();
    const field = this.#item.at('headers');
    if (!field.exists) return headers;
    if (!field.isMapping) this.#fault('headers', 'headers has to be a mapping of names to values');
    for (const [key, value] of field.entries()) {
      const name = key.toLowerCase();
      const text = value.isMapping || value.isList ? undefined : (value.text() ?? String(value.value));
      const wrong = text === undefined ? `the value of ${quoted(name)} has to be a text` : headerFault(name, text);
      if (wrong !== undefined) {
        this.broken = true;
        this.#faults.at(value, wrong);
      }
      headers.set(name, text ?? '');
    }
    return headers;
  }

  #protocol(): RequestProtocol {
    const text = this.text('protocol') ?? 'http';
    if (text === 'http' || text === 'http2' || text === 'tcp') return text;
    const near = text === 'grpc' ? 'http2' : didYouMean(text, ['http', 'http2', 'tcp']);
    const hint = near === undefined ? '' : `, did you mean ${quoted(near)}?`;
    this.#fault('protocol', `protocol is http, http2 or tcp, not ${quoted(text)}${hint}`);
    return 'http';
  }

  /** `tls`, or true: the caller speaks it. */
  #tls(): boolean {
    const field = this.#item.at('tls');
    if (!field.exists) return false;
    if (field.value === 'tls') return true;
    const flag = field.boolean();
    if (flag === undefined) this.#fault('tls', 'tls is true, false or "tls"');
    return flag ?? false;
  }

  #port(protocol: RequestProtocol, tls: boolean): number {
    const field = this.#item.at('port');
    const port = field.number();
    if (port !== undefined && Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
    if (field.exists) this.#fault('port', 'port has to be a number from 1 to 65535');
    else if (protocol === 'tcp') this.#fault(undefined, 'it lacks port');
    return tls ? 443 : 80;
  }

  #fault(name: Member | undefined, words: string): undefined {
    this.broken = true;
    this.#faults.at(name === undefined ? this.#item : this.#item.at(name), words);
  }
}

function isMember(key: string): key is Member {
  return (MEMBERS as readonly string[]).includes(key);
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
}
