import { defineRule, type Field, fieldAt, nameOf, type Shape, type ValueProblem } from '@meshvet/core';
import { replaceString } from '../shared/edits/scalar-edit.ts';
import {
  basisText,
  faultsOf,
  listText,
  pathText,
  sinceText,
  standingOf,
  valueText,
} from '../shared/schema/schema-words.ts';

export const schemaValueInvalid = defineRule({
  meta: {
    id: 'schema-value-invalid',
    summary: 'A field holds a value that its kind does not accept: an unknown word, a wrong form, or out of range.',
    why: 'The API server refuses the resource, so what it should configure never takes effect.',
    fix: 'Write a value that the field accepts.',
    severity: 'error',
    subject: 'resource',
    sources: [
      'istio/istio manifests/charts/base/files/crd-all.gen.yaml',
      'kubernetes-sigs/gateway-api config/crd, by release and channel',
      'linkerd/linkerd2 charts/linkerd-crds, by release',
      'kubernetes: CustomResourceDefinitions, Validation',
    ],
    messages: {
      word: '{resource}: {field} is {written}; {accepted}{basis}.',
      later: '{resource}: {field} is {written}, which this release does not know: {since}.',
      form: '{resource}: {field} is {written}, which does not match {form}{basis}.',
      range: '{resource}: {field} is {written}; it has to be {limit}{basis}.',
      length: '{resource}: {field} {has}; it has to have {limit}{basis}.',
      repeated:
        '{resource}: {field} says once more what {first} says; {identity} may stand in the list only once{basis}.',
    },
  },
  examples: {
    bad: [
      {
        title: 'a misspelt mode, a port that is none, and a weight below zero',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy:
              tls: { mode: ISTIO_MUTAL } #~ word \`ISTIO_MUTAL\`
              loadBalancer: { simple: ROUND_ROBIN, warmup: { duration: 10s, minimumPercent: 120 } } #~ range \`120\`
        `,
      },
    ],
    good: [
      {
        title: 'words and numbers that are accepted',
        yaml: `
          apiVersion: networking.istio.io/v1
          kind: DestinationRule
          metadata: { name: cart, namespace: shop }
          spec:
            host: cart
            trafficPolicy:
              tls: { mode: ISTIO_MUTUAL }
              loadBalancer: { simple: ROUND_ROBIN, warmup: { duration: 10s, minimumPercent: 20 } }
        `,
      },
    ],
  },
  check({ subject: resource, mesh, report }) {
    const shape = mesh.shapeOf(resource);
    if (!shape || shape.faults.length === 0) return;
    const basis = basisText(shape);
    const whose = nameOf(resource);
    for (const fault of faultsOf(shape, 'value')) {
      const { value, problem, history } = fault;
      const field = fieldAt(resource.body, fault.path);
      const words = { resource: whose, field: pathText(fault.path), written: valueText(value), basis };
      const standing = standingOf(shape, fault);
      switch (problem.check) {
        case 'enum':
          if (history) report(field, 'later', { ...words, since: sinceText(history, shape) }, standing);
          else {
            const accepted = acceptedText(problem);
            const suggested = problem.suggestion === undefined ? [] : replaceString(field, problem.suggestion);
            report(field, 'word', { ...words, accepted }, suggested.length > 0 ? { ...standing, suggested } : standing);
          }
          break;
        case 'pattern':
          report(field, 'form', { ...words, form: patternText(problem.pattern) }, standing);
          break;
        case 'format':
          report(field, 'form', { ...words, form: `the format ${problem.format}` }, standing);
          break;
        case 'minimum':
        case 'maximum':
        case 'multipleOf':
          report(field, 'range', { ...words, limit: rangeText(problem.check, problem) }, standing);
          break;
        default:
          report(field, 'length', { ...words, ...sizeText(field, problem) }, standing);
      }
    }
    reportRepeated(shape, (fault, first, identity) => {
      const words = { resource: whose, field: pathText(fault.path), first: pathText(first), identity, basis };
      report(fieldAt(resource.body, fault.path), 'repeated', words, {
        ...standingOf(shape, fault),
        related: [{ at: fieldAt(resource.body, first), note: 'here first' }],
      });
    });
  },
});

/** The patterns of Istio's schemas, in words. */
const FORMS: Readonly<Record<string, string>> = {
  '(^$|^[a-f0-9]{64}$)': 'the form of a SHA-256 sum: 64 digits and letters from a to f, all small',
  '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$':
    'the form of an API group: small letters and digits, with dots and dashes between them',
  '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$': 'the form of a kind: letters first, then digits and dashes too',
  '^[-_A-Za-z0-9]+$': 'the form of a header name: letters, digits, dashes and underscores',
};

function patternText(pattern: string): string {
  return Object.hasOwn(FORMS, pattern)
    ? (FORMS[pattern] as string)
    : `the pattern ${pattern.slice(0, LONGEST_PATTERN)}`;
}

const LONGEST_PATTERN = 120;

type Duplicate = ReturnType<typeof faultsOf<'duplicate'>>[number];

function reportRepeated(
  shape: Shape,
  tell: (fault: Duplicate, first: Duplicate['first'], identity: string) => void,
): void {
  for (const fault of faultsOf(shape, 'duplicate'))
    tell(fault, fault.first, fault.keys.length === 0 ? 'a value' : `each ${fault.keys.join(' and ')}`);
}

function acceptedText(problem: Extract<ValueProblem, { check: 'enum' }>): string {
  const words = problem.accepted.filter((one): one is string => typeof one === 'string' && one !== '');
  if (problem.suggestion !== undefined) return `did you mean "${problem.suggestion}"? Accepted are ${listText(words)}`;
  return words.length > 0 ? `accepted are ${listText(words)}` : 'no such value is accepted';
}

function rangeText(check: string, { limit, exclusive }: { limit: number; exclusive: boolean }): string {
  if (check === 'multipleOf') return `a multiple of ${limit}`;
  if (check === 'minimum') return exclusive ? `more than ${limit}` : `${limit} or more`;
  return exclusive ? `less than ${limit}` : `${limit} or less`;
}

function sizeText(
  field: Field,
  { check, limit }: Extract<ValueProblem, { limit: number }>,
): { has: string; limit: string } {
  const { value } = field;
  const units = check.endsWith('Length') ? 'character' : check.endsWith('Items') ? 'item' : 'entry';
  const count = typeof value === 'string' ? [...value].length : Object.keys(value ?? {}).length;
  const least = check.startsWith('min') ? 'at least' : 'at most';
  const has =
    count === 0 ? (typeof value === 'string' ? 'is the empty text' : 'is empty') : `has ${amount(count, units)}`;
  return { has, limit: `${least} ${amount(limit, units)}` };
}

function amount(count: number, unit: string): string {
  if (count === 1) return `1 ${unit}`;
  return `${count} ${unit === 'entry' ? 'entries' : `${unit}s`}`;
}
