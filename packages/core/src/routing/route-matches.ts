import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import type { Route, VirtualService } from './routes.ts';
import { settledRoutes } from './routes-to-judge.ts';

/** A rule of a VirtualService that gets no request, or a match of it that does. */
export interface LostMatches {
  readonly route: Route;
  /** How a message names the rule: "b" by its name, else "#1". */
  readonly title: string;
  readonly index: number;
  /** The matches that earlier ones take everything from, in order. */
  readonly lost: readonly LostMatch[];
  /** None of the rule's matches gets a request; then `lost` may be empty, for a rule without matches. */
  readonly unreachable: boolean;
  /** The rule without matches that stands before this one, if there is one. */
  readonly after: TakenBy | undefined;
  readonly matchless: boolean;
}

/** A match that earlier ones leave nothing. */
export interface LostMatch {
  readonly field: Field;
  readonly index: number;
  readonly by: TakenBy;
  /** It says just the same; otherwise the earlier one is wider. */
  readonly same: boolean;
  /** istioctl tells it as well: it compares prefixes of paths, and little else. */
  readonly told: boolean;
}

/** The rule, and its match where it has any, that takes the requests. */
export interface TakenBy {
  readonly title: string;
  readonly field: Field;
  readonly index: number;
  /** It has no match at all. */
  readonly matchless: boolean;
}

// No hand writes more; a hostile file would hold thousands against thousands.
const MOST_ROUTES = 1000;
const MOST_MATCHES = 400;
const MOST_WIDE = 120;

/**
 * What each rule of a VirtualService loses to those before it. The first rule that matches takes the request, in http and tcp; of tls
 * matches the most specific name does, so only equal ones are lost there. A rule that delegates gives back what its delegate leaves.
 */
export function lostMatches(mesh: Mesh, virtualService: VirtualService): readonly LostMatches[] {
  const known = mesh.derive(knownLosses);
  let lost = known.get(virtualService);
  if (!lost) known.set(virtualService, (lost = findLost(virtualService)));
  return lost;
}

// One rule tells of whole routes, another of single matches.
function knownLosses(): Map<VirtualService, readonly LostMatches[]> {
  return new Map();
}

function findLost(virtualService: VirtualService): readonly LostMatches[] {
  const routes = settledRoutes(virtualService);
  return (['http', 'tcp', 'tls'] as const).flatMap((kind) => {
    const list = virtualService.spec.at(kind);
    return list.isList ? ofKind(routes.filter((route) => route.kind === kind).slice(0, MOST_ROUTES)) : [];
  });
}

interface Seen {
  readonly match: Match;
  readonly by: TakenBy;
}

function ofKind(routes: readonly Route[]): readonly LostMatches[] {
  const all: LostMatches[] = [];
  const equal = new Map<string, TakenBy>();
  const wide: Seen[] = [];
  let matchless: TakenBy | undefined;
  let count = 0;
  for (const [index, route] of routes.entries()) {
    const title = titleOf(route, index);
    const written = route.field.at('match');
    // Something that a later step fills in may match anything, or nothing.
    if (!route.field.isMapping || (written.hasValue && !written.isList)) continue;
    const fields = written.items() as Field[];
    const delegates = route.field.at('delegate').hasValue;
    if (fields.length === 0) {
      const whole =
        matchless ?? (route.kind === 'http' ? wide.find(({ match }) => isEverything(match))?.by : undefined);
      if (whole) all.push({ route, title, index, lost: [], unreachable: true, after: whole, matchless: true });
      if (!delegates) matchless ??= { title, field: placeOfRule(route), index, matchless: true };
      continue;
    }
    if (matchless) {
      all.push({ route, title, index, lost: [], unreachable: true, after: matchless, matchless: false });
      continue;
    }
    const lost: LostMatch[] = [];
    for (const [position, field] of fields.entries()) {
      if (++count > MOST_MATCHES) return all;
      const match = readMatch(field, route.kind);
      if (!match) continue;
      const by: TakenBy = { title, field: placeOfMatch(field), index, matchless: false };
      const before = equal.get(match.key);
      const wider = before ? undefined : wide.find((seen) => matchCovers(seen.match, match));
      if (before) lost.push({ field, index: position, by: before, same: true, told: true });
      else if (wider)
        lost.push({ field, index: position, by: wider.by, same: false, told: isToldByPrefix(wider.match, match) });
      if (before || delegates) continue;
      equal.set(match.key, by);
      if (!wider && route.kind === 'http' && match.understood && wide.length < MOST_WIDE) wide.push({ match, by });
    }
    if (lost.length > 0)
      all.push({
        route,
        title,
        index,
        lost,
        unreachable: lost.length === fields.length && lost.every(({ by }) => by.index !== index),
        after: undefined,
        matchless: false,
      });
  }
  return all;
}

function titleOf(route: Route, index: number): string {
  const name = route.kind === 'http' ? route.field.at('name').string() : undefined;
  return name ? `"${name}"` : `#${index}`;
}

/** Where a rule is pointed at that has no match: its name, else what it does with a request. */
export function placeOfRule({ field }: Route): Field {
  const name = field.at('name');
  if (name.string()) return name;
  return ACTIONS.map((key) => field.at(key)).find((action) => action.hasValue) ?? field;
}

const ACTIONS = ['route', 'redirect', 'directResponse', 'delegate'];

/** The scalar of a match that its reader looks at first: the path, the port, the first name. */
export function placeOfMatch(field: Field): Field {
  const [, uri] = field.at('uri').entries()[0] ?? [];
  const places = [uri, field.at('sniHosts').items()[0] as Field | undefined, field.at('port')];
  return places.find((place) => place?.hasValue) ?? field;
}

/** One text as a match tests it: undefined kind is a test for presence. */
interface Test {
  readonly kind: 'exact' | 'prefix' | 'regex' | 'present';
  readonly text: string;
}

/** A match of a rule, read so that it can be held against another. */
export interface Match {
  /** All that is written, but the name, in one order. */
  readonly key: string;
  /** Whether every condition is one that is known here. */
  readonly understood: boolean;
  readonly uri: Test | undefined;
  readonly foldsCase: boolean;
  /** Conditions on one text each: scheme, method, authority, headers, query parameters. */
  readonly tests: ReadonlyMap<string, Test>;
  /** Conditions that only hold when they are the same: port, namespace, labels, headers that must not be. */
  readonly equals: ReadonlyMap<string, string>;
  readonly gateways: ReadonlySet<string> | undefined;
}

const KNOWN: ReadonlySet<string> = new Set([
  'name',
  'uri',
  'scheme',
  'method',
  'authority',
  'headers',
  'port',
  'sourceLabels',
  'gateways',
  'queryParams',
  'ignoreUriCase',
  'withoutHeaders',
  'sourceNamespace',
  'statPrefix',
]);

/** Reads a match; undefined where a later step fills in some of it. */
export function readMatch(field: Field, kind: Route['kind']): Match | undefined {
  if (!field.isMapping && field.hasValue) return undefined;
  const key = canonical(field, kind === 'http' ? 'name' : undefined, 0);
  if (key === undefined) return undefined;
  const tests = new Map<string, Test>();
  const equals = new Map<string, string>();
  let understood = kind === 'http';
  const put = (name: string, at: Field) => {
    const test = readTest(at);
    if (test) tests.set(name, test);
    else understood = false;
  };
  for (const [name, value] of field.entries()) {
    if (!KNOWN.has(name)) understood = false;
    if (!value.hasValue) continue;
    if (name === 'scheme' || name === 'method' || name === 'authority') put(name, value);
    if (name === 'headers') for (const [header, one] of value.entries()) put(`header ${header.toLowerCase()}`, one);
    if (name === 'queryParams') for (const [parameter, one] of value.entries()) put(`parameter ${parameter}`, one);
    if (name === 'withoutHeaders')
      for (const [header, one] of value.entries())
        equals.set(`without ${header.toLowerCase()}`, canonical(one, undefined, 0) ?? '');
    if (name === 'sourceLabels')
      for (const [label, one] of value.entries()) equals.set(`label ${label}`, one.text() ?? '');
    if (name === 'port' || name === 'sourceNamespace') equals.set(name, value.text() ?? '');
  }
  const uri = field.at('uri').hasValue ? readTest(field.at('uri')) : undefined;
  if (field.at('uri').hasValue && !uri) understood = false;
  const gateways = field.at('gateways').items();
  return {
    key,
    understood,
    // Every path begins with a slash.
    uri: uri && (uri.kind === 'present' || (uri.kind === 'prefix' && uri.text === '/')) ? undefined : uri,
    foldsCase: field.at('ignoreUriCase').boolean() === true,
    tests,
    equals,
    gateways: gateways.length > 0 ? new Set(gateways.map((g) => g.string() ?? '')) : undefined,
  };
}

// undefined for what is no such test, or holds several.
function readTest(field: Field): Test | undefined {
  if (!field.hasValue) return { kind: 'present', text: '' };
  const entries = field.entries();
  if (!field.isMapping || entries.length > 1) return undefined;
  const [kind, value] = entries[0] ?? [];
  const text = value?.string();
  if (kind === undefined || text === '') return { kind: 'present', text: '' };
  return text !== undefined && (kind === 'exact' || kind === 'prefix' || kind === 'regex') ? { kind, text } : undefined;
}

/** Whether all that passes the second test passes the first. */
function implies(wide: Test, narrow: Test, fold = false): boolean {
  if (wide.kind === 'present') return true;
  const [a, b] = fold ? [wide.text.toLowerCase(), narrow.text.toLowerCase()] : [wide.text, narrow.text];
  if (wide.kind === 'regex') return wide.text === '.*' || (narrow.kind === 'regex' && wide.text === narrow.text);
  if (wide.kind === 'exact') return narrow.kind === 'exact' && a === b;
  return (narrow.kind === 'exact' || narrow.kind === 'prefix') && b.startsWith(a);
}

/** Whether every request of the second matches the first: each condition of the first follows from one of the second. */
export function matchCovers(wide: Match, narrow: Match): boolean {
  if (wide.uri) {
    if (!narrow.uri || (narrow.foldsCase && !wide.foldsCase)) return false;
    if (!implies(wide.uri, narrow.uri, wide.foldsCase && wide.uri.kind !== 'regex')) return false;
  }
  for (const [name, test] of wide.tests) {
    const own = narrow.tests.get(name);
    if (!own || !implies(test, own)) return false;
  }
  for (const [name, value] of wide.equals) if (narrow.equals.get(name) !== value) return false;
  if (!wide.gateways) return true;
  if (!narrow.gateways) return false;
  for (const gateway of narrow.gateways) if (!wide.gateways.has(gateway)) return false;
  return true;
}

/** Whether a match demands nothing of a request. */
export function isEverything({ uri, tests, equals, gateways }: Match): boolean {
  return !uri && tests.size === 0 && equals.size === 0 && !gateways;
}

// What istioctl compares: two different prefixes, one port, and a method, where none stands for GET.
function isToldByPrefix(wide: Match, narrow: Match): boolean {
  const [a, b] = [wide, narrow].map(({ key }) => JSON.parse(key) as Readonly<Record<string, unknown>>) as [
    Readonly<Record<string, unknown>>,
    Readonly<Record<string, unknown>>,
  ];
  const prefix = (one: unknown) => (one as { prefix?: unknown } | undefined)?.prefix;
  if (!prefix(a.uri) || !prefix(b.uri) || prefix(a.uri) === prefix(b.uri) || (a.port ?? 0) !== (b.port ?? 0))
    return false;
  const method = wide.tests.get('method') ?? GET;
  const own = narrow.tests.get('method') ?? GET;
  if (method.kind !== 'regex' && !(own.kind === method.kind && own.text.startsWith(method.text))) return false;
  return ['headers', 'queryParams', 'withoutHeaders'].every((name) => sizeOf(a[name]) === sizeOf(b[name]));
}

const GET: Test = { kind: 'exact', text: 'GET' };

function sizeOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

const DEEPEST = 8;

// What is written as JSON with sorted keys; undefined where a text of it is filled in later.
function canonical(field: Field, without: string | undefined, depth: number): string | undefined {
  if (depth > DEEPEST) return undefined;
  if (field.isMapping) {
    const parts: string[] = [];
    for (const [key, value] of field.entries().sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (key === without || !value.exists) continue;
      const part = canonical(value, undefined, depth + 1);
      if (part === undefined) return undefined;
      parts.push(`${JSON.stringify(key)}:${part}`);
    }
    return `{${parts.join(',')}}`;
  }
  if (field.isList) {
    const parts = (field.items() as Field[]).map((item) => canonical(item, undefined, depth + 1));
    return parts.includes(undefined) ? undefined : `[${parts.join(',')}]`;
  }
  if (!field.hasValue) return 'null';
  const number = field.number();
  if (number !== undefined) return JSON.stringify(number);
  const text = field.text();
  return text === undefined ? undefined : JSON.stringify(text);
}
