import type { Field } from '../source/field.ts';
import type { LabelSet } from './label-set.ts';
import type { Answer } from './lookup.ts';

/** One condition on labels. Semantics: Kubernetes `metav1.LabelSelectorRequirement`. */
export interface Condition {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

/** One condition of a label selector that is written in a manifest. */
export interface Requirement extends Condition {
  /** Where it is written. */
  readonly field: Field;
}

/** A label selector; undefined requirements mean one that could not be read (a placeholder, a wrong type). */
export interface Selector {
  readonly field: Field;
  /** undefined when some part of it is filled in later or has no meaning. */
  readonly requirements: readonly Requirement[] | undefined;
}

/** A flat selector, `key: value`, as Services and ReplicationControllers have. */
export function flatSelector(field: Field): Selector {
  const requirements = field.entries().map(([key, value]) => equals(key, value));
  return { field, requirements: all(requirements) };
}

/** A selector with matchLabels and matchExpressions. */
export function labelSelector(field: Field): Selector {
  const labels = field.at('matchLabels');
  const expressions = field.at('matchExpressions');
  // What stands in the place of a mapping or a list (`${SELECTOR}`) must not pass for an empty one, which matches everything.
  const isOther =
    (field.hasValue && !field.isMapping) ||
    (labels.hasValue && !labels.isMapping) ||
    (expressions.hasValue && !expressions.isList);
  if (isOther) return { field, requirements: undefined };
  const flat = labels.entries().map(([key, value]) => equals(key, value));
  return { field, requirements: all([...flat, ...(expressions.items() as Field[]).map(expression)]) };
}

/**
 * Whether a selector matches labels. `NotIn` matches when the key is absent; an empty selector matches everything
 * (what an empty Service selector means is the Service's own affair).
 */
export function matches(selector: Selector, labels: LabelSet): Answer {
  return selector.requirements ? meets(selector.requirements, labels) : 'unknown';
}

/** Whether labels meet all of some conditions; none at all are met by everything. */
export function meets(conditions: readonly Condition[], labels: LabelSet): Answer {
  let answer: Answer = 'yes';
  for (const condition of conditions) {
    const one = meetsOne(condition, labels);
    if (one === 'no') return 'no';
    if (one === 'unknown') answer = 'unknown';
  }
  return answer;
}

/** Whether labels meet one condition. */
export function meetsOne({ key, operator, values }: Condition, labels: LabelSet): Answer {
  const written = labels.has(key);
  const value = labels.get(key);
  if (written && value === undefined)
    return operator === 'Exists' ? 'yes' : operator === 'DoesNotExist' ? 'no' : 'unknown';
  const sure: Answer = holds(operator, values, value) ? 'yes' : 'no';
  return labels.mayChange(key) && !(sure === 'yes' && written) ? 'unknown' : sure;
}

function holds(operator: Condition['operator'], values: readonly string[], value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

function equals(key: string, field: Field): Requirement | undefined {
  const value = field.text();
  return value === undefined ? undefined : { key, operator: 'In', values: [value], field };
}

function expression(field: Field): Requirement | undefined {
  const key = field.at('key').text();
  const operator = field.at('operator').text();
  const list = field.at('values');
  const values = (list.items() as Field[]).map((value) => value.text());
  if (key === undefined || values.includes(undefined) || (list.hasValue && !list.isList)) return undefined;
  if (operator !== 'In' && operator !== 'NotIn' && operator !== 'Exists' && operator !== 'DoesNotExist')
    return undefined;
  // Kubernetes refuses a selector whose operator and values do not go together.
  if ((operator === 'In' || operator === 'NotIn') !== values.length > 0) return undefined;
  return { key, operator, values: values as string[], field };
}

function all(requirements: readonly (Requirement | undefined)[]): readonly Requirement[] | undefined {
  return requirements.includes(undefined) ? undefined : (requirements as readonly Requirement[]);
}
