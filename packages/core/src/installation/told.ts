import { isPlaceholder } from '../source/placeholder.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import type { LabelSelectorSettings } from './settings.ts';

/** A mapping of plain data. */
export type Mapping = Readonly<Record<string, unknown>>;

/** Something is written, and a later step fills it in: it may be anything. */
export const LATER: unique symbol = Symbol('later');
/** The type of `LATER`. */
export type Later = typeof LATER;
/** What a manifest says of something, if it does. */
export type MaybeLater<T> = T | Later | undefined;

/** A mapping, or an empty one in the place of anything else. */
export function mapping(value: unknown): Mapping {
  return isPlainMapping(value) ? value : {};
}

/** A mapping; undefined in the place of anything else. */
export function optional(value: unknown): Mapping | undefined {
  return isPlainMapping(value) ? value : undefined;
}

/** A mapping of which it is known that it is one, or not yet what it will be. */
export function mappingOrLater(value: unknown): MaybeLater<Mapping> {
  return value === LATER ? LATER : optional(value);
}

/** A value as it is written, or LATER in the place of a placeholder. */
export function laterIn(value: unknown): unknown {
  return typeof value === 'string' && isPlaceholder(value) ? LATER : value;
}

/** The value at a path; LATER where it, or something above it, is filled in later. */
export function at(values: MaybeLater<Mapping>, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value === LATER ? LATER : isPlainMapping(value) && Object.hasOwn(value, key) ? laterIn(value[key]) : undefined,
    values,
  );
}

/** A text that is not empty. */
export function text(value: unknown): MaybeLater<string> {
  return value === LATER ? LATER : typeof value === 'string' && value !== '' ? value : undefined;
}

/** A boolean, also one that is written as a text, as values of charts often are. */
export function flag(value: unknown): MaybeLater<boolean> {
  if (value === LATER) return LATER;
  return typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : undefined;
}

/** The number of a port. */
export function port(value: unknown): MaybeLater<number> {
  if (value === LATER) return LATER;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65535 ? value : undefined;
}

/** The keys of a mapping. */
export function keysOf(value: unknown): MaybeLater<readonly string[]> {
  return value === LATER ? LATER : isPlainMapping(value) ? Object.keys(value) : undefined;
}

/** Two lists as one. */
export function both(
  a: MaybeLater<readonly string[]>,
  b: MaybeLater<readonly string[]>,
): MaybeLater<readonly string[]> {
  if (a === LATER || b === LATER) return LATER;
  return a && b ? [...a, ...b] : (a ?? b);
}

/** Two mappings, the upper over the lower. */
export function laidOver(below: MaybeLater<Mapping>, above: MaybeLater<Mapping>): MaybeLater<Mapping> {
  if (below === LATER || above === LATER) return LATER;
  return below && above ? { ...below, ...above } : (above ?? below);
}

/**
 * A list of label selectors. One that Kubernetes would refuse is passed over, as the injector does; with a value of the wrong type the injector
 * cannot read its configuration at all, so that nothing is known.
 */
export function selectors(value: unknown): MaybeLater<readonly LabelSelectorSettings[]> {
  if (value === LATER) return LATER;
  if (!Array.isArray(value)) return undefined;
  const list: LabelSelectorSettings[] = [];
  for (const item of value) {
    const selector = selectorOf(item);
    if (selector === LATER) return LATER;
    if (selector) list.push(selector);
  }
  return list;
}

function selectorOf(value: unknown): MaybeLater<LabelSelectorSettings> {
  if (value === null) return undefined;
  const { matchLabels, matchExpressions } = mapping(value);
  const labels = matchLabels ?? {};
  const expressions = matchExpressions ?? [];
  if (!isPlainMapping(value) || !isPlainMapping(labels) || !Array.isArray(expressions)) return LATER;
  if (!Object.values(labels).every(isSettledText)) return LATER;
  const conditions: Expression[] = [];
  for (const item of expressions) {
    const { key, operator, values } = mapping(item);
    const list = values ?? [];
    if (!isSettledText(key) || !isSettledText(operator) || !Array.isArray(list) || !list.every(isSettledText))
      return LATER;
    const isOfValues = operator === 'In' || operator === 'NotIn';
    if (!isOfValues && operator !== 'Exists' && operator !== 'DoesNotExist') return undefined;
    if (isOfValues !== list.length > 0) return undefined;
    conditions.push({ key, operator, values: list });
  }
  return { matchLabels: labels as Readonly<Record<string, string>>, matchExpressions: conditions };
}

type Expression = NonNullable<LabelSelectorSettings['matchExpressions']>[number];

function isSettledText(value: unknown): value is string {
  return typeof value === 'string' && !isPlaceholder(value);
}
