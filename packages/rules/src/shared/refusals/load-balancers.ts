import { type Field, isEmptyList, isPlaceholder, isUnset, lacksText, type Mesh, mappings, texts } from '@meshvet/core';
import { crdSays, quote, type Refusal } from './refusals.ts';

/** What is wrong with the load balancer of a traffic policy. Source: `validateLoadBalancer`, `ValidateLocalityLbSetting`. */
export function* balancerFaults(policy: Field, mesh: Mesh): Generator<Refusal> {
  const balancer = policy.at('loadBalancer');
  if (!balancer.isMapping) return;
  yield* hashFaults(balancer.at('consistentHash'), mesh);
  const [locality, zones] = [balancer.at('localityLbSetting'), balancer.at('zoneAwareLbSetting')];
  if (locality.hasValue && zones.hasValue)
    yield {
      at: zones,
      what: 'localityLbSetting and zoneAwareLbSetting stand side by side, and only one of them can',
      onKey: true,
    };
  const ejects = policy.at('outlierDetection').hasValue;
  yield* localityFaults(locality, ejects);
  yield* zoneFaults(zones, ejects);
  // Before 1.29 the schema asked for more than that.
  if (mesh.istioAtLeast('1.29')) yield* warmupFaults(balancer.at('warmup'));
}

function* hashFaults(hash: Field, mesh: Mesh): Generator<Refusal> {
  const cookie = hash.at('httpCookie');
  if (cookie.isMapping) {
    if (cookie.at('name').exists ? cookie.at('name').value === '' : lacksText(cookie, 'name') && !crdSays(mesh, '1.20'))
      yield { at: cookie.at('name'), what: 'the cookie has no name' };
    const seen = new Set<string>();
    for (const attribute of mappings(cookie.at('attributes'))) {
      const name = attribute.at('name').string();
      if (name === '') yield { at: attribute.at('name'), what: 'an attribute of the cookie has no name' };
      else if (name !== undefined && seen.has(name))
        yield { at: attribute.at('name'), what: `the attribute ${quote(name)} of the cookie stands twice` };
      if (name) seen.add(name);
    }
  }
  const ring = hash.at('minimumRingSize');
  if ((ring.number() ?? 0) > 0) {
    const newer = ['ringHash', 'maglev'].find((key) => hash.at(key).hasValue);
    if (newer) yield { at: ring, what: `minimumRingSize stands beside ${newer}, which replaces it`, onKey: true };
    yield {
      at: ring,
      what: 'minimumRingSize is deprecated in favour of ringHash.minimumRingSize',
      onKey: true,
      mild: true,
    };
  }
  const size = hash.at('maglev').at('tableSize');
  const number = size.number();
  if (number === undefined || !Number.isInteger(number) || number < 0) return;
  if (number === 0) yield { at: size, what: 'tableSize 0 leaves no table' };
  else if (number >= LARGEST_TABLE) yield { at: size, what: `tableSize ${number} is not below ${LARGEST_TABLE}` };
  else if (!isPrime(number)) yield { at: size, what: `tableSize ${number} is no prime` };
}

const LARGEST_TABLE = 5_000_011;

function isPrime(number: number): boolean {
  if (number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

function* localityFaults(setting: Field, ejects: boolean): Generator<Refusal> {
  if (!setting.isMapping) return;
  const [distribute, failover, priority] = [
    setting.at('distribute'),
    setting.at('failover'),
    setting.at('failoverPriority'),
  ];
  if (!isUnset(distribute) && !isUnset(failover)) {
    yield { at: failover, what: 'distribute and failover stand side by side, and only one of them can', onKey: true };
    return;
  }
  if (!isUnset(failover)) {
    const topology = topologyLabel(priority);
    if (topology) {
      yield {
        at: topology,
        what: `failover stands beside failoverPriority with ${quote(topology.string() ?? '')}, and only one of them says where requests go`,
      };
      return;
    }
  }
  const from: Field[] = [];
  for (const entry of mappings(distribute)) {
    const to = entry.at('to');
    const fault = shareFault(to);
    if (fault) {
      yield fault;
      return;
    }
    yield* placesFaults(
      to.entries().map(([key, field]) => ({ text: key, at: field, onKey: true })),
      true,
    );
    from.push(entry.at('from'));
  }
  yield* placesFaults(
    from.flatMap((at) => (at.string() === undefined ? [] : [{ text: at.string() as string, at, onKey: false }])),
    false,
  );
  yield* failoverFaults(setting, ejects);
}

function shareFault(to: Field): Refusal | undefined {
  if (!to.isMapping) return undefined;
  let total = 0;
  for (const [, share] of to.entries()) {
    const number = share.number();
    if (number === undefined || !Number.isInteger(number) || number < 0) return undefined;
    if (number < 1 || number > 100) return { at: share, what: `a share of ${number} is not between 1 and 100` };
    total += number;
  }
  return total === 100 ? undefined : { at: to, what: `the shares make ${total} and not 100`, onKey: true };
}

interface Place {
  readonly text: string;
  readonly at: Field;
  readonly onKey: boolean;
}

// Nobody has more places; each is held against all before it.
const MOST_PLACES = 300;

// A mapping has no order: there, each place may come before the other.
function* placesFaults(places: readonly Place[], unordered: boolean): Generator<Refusal> {
  const before: string[] = [];
  for (const { text, at, onKey } of places.slice(0, MOST_PLACES)) {
    if (isPlaceholder(text)) continue;
    const fault = placeFault(text);
    const other = before.find((one) => placeCovers(one, text) || (unordered && placeCovers(text, one)));
    if (fault !== undefined) yield { at, what: `locality ${quote(text)} ${fault}`, onKey };
    else if (other !== undefined) yield { at, what: `locality ${quote(text)} overlaps with ${quote(other)}`, onKey };
    if (fault === undefined) before.push(text);
  }
}

function placeFault(text: string): string | undefined {
  if (text === '*') return undefined;
  const stars = text.split('*').length - 1;
  if (stars > 1) return 'has more than one *';
  if (stars === 1 && !text.endsWith('*')) return 'has a * before its end';
  const [region, zone, subzone] = text.split('/');
  if (region === '') return 'has an empty region';
  if (zone === '') return 'has an empty zone';
  return subzone === '' ? 'has an empty subzone' : undefined;
}

// `europe/*` and `europe` hold all zones of the region.
function placeCovers(wide: string, narrow: string): boolean {
  if (wide === '*' || wide === narrow) return true;
  const [left, right] = [wide.replace(/\/?\*$/, ''), narrow.replace(/\/?\*$/, '')];
  return left === right || right.startsWith(`${left}/`);
}

function* failoverFaults(setting: Field, ejects: boolean): Generator<Refusal> {
  const [failover, priority] = [setting.at('failover'), setting.at('failoverPriority')];
  for (const field of [failover, priority]) {
    if (field.isList && !isEmptyList(field) && !ejects)
      yield {
        at: field,
        what: `${String(field.key)} does nothing without outlierDetection beside the load balancer, since nothing tells which endpoints fail`,
        onKey: true,
        mild: true,
      };
  }
  for (const entry of mappings(failover)) {
    const [from, to] = [entry.at('from'), entry.at('to')];
    const [a, b] = [from.string(), to.string()];
    if (a !== undefined && a === b) yield { at: to, what: `a failover leads from ${quote(a)} to itself` };
    for (const [field, text] of [
      [from, a],
      [to, b],
    ] as const) {
      if (text?.includes('/'))
        yield { at: field, what: `failover ${quote(text)} has a slash, and only regions stand here` };
      if (text?.includes('*'))
        yield { at: field, what: `failover ${quote(text)} has a *, and only names of regions stand here` };
    }
  }
}

/** The labels that tell where endpoints are, for locality. */
export const TOPOLOGY_LABELS: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.istio.io/subzone',
]);

function topologyLabel(priority: Field): Field | undefined {
  return texts(priority).find(({ text }) => {
    const equals = text.indexOf('=');
    return TOPOLOGY_LABELS.has(equals < 0 ? text : text.slice(0, equals));
  })?.item;
}

function* zoneFaults(setting: Field, ejects: boolean): Generator<Refusal> {
  if (!setting.isMapping) return;
  const topology = topologyLabel(setting.at('failoverPriority'));
  if (topology)
    yield {
      at: topology,
      what: `failoverPriority of zoneAwareLbSetting names ${quote(topology.string() ?? '')}, which the zones stand for already`,
    };
  yield* failoverFaults(setting, ejects);
}

function* warmupFaults(warmup: Field): Generator<Refusal> {
  if (!warmup.isMapping) return;
  const aggression = warmup.at('aggression');
  // What is below zero, the schema refuses.
  if (aggression.number() === 0) yield { at: aggression, what: 'aggression 0 is not above zero' };
}
