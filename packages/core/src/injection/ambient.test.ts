import { describe, expect, test } from 'vitest';
import { settingsOf } from '../config/resolve-config.ts';
import { type LabelSet, labelsOf, UNKNOWN_LABELS } from '../manifest/label-set.ts';
import { decideEnrolment } from './ambient.ts';
import type { AdmissionInput } from './injection.ts';

const KEY = 'istio.io/dataplane-mode';

interface Case {
  readonly namespace?: string;
  readonly above?: string;
  readonly own?: string;
  readonly annotations?: Record<string, string>;
  readonly hostNetwork?: AdmissionInput['hostNetwork'];
}

const one = (value: string | undefined): LabelSet => labelsOf(value === undefined ? {} : { [KEY]: value });

function inputOf({ namespace = 'shop', above, own, annotations = {}, hostNetwork = 'no' }: Case): AdmissionInput {
  return {
    namespace,
    namespaceLabels: one(above),
    podLabels: one(own),
    podAnnotations: labelsOf(annotations),
    hostNetwork,
  };
}

function enrolment(input: Case | AdmissionInput, istioVersion: string) {
  const full = 'podLabels' in input ? input : inputOf(input);
  return decideEnrolment(full, settingsOf({ istioVersion }));
}

// The rows of enrolment, each on both sides of the release that changed it.
const table: [name: string, one: Case, expected: Record<string, string>][] = [
  [
    'an ambient namespace',
    { above: 'ambient' },
    { '1.17': 'no', '1.18': 'yes', '1.21': 'yes', '1.22': 'yes', '1.30': 'yes' },
  ],
  ['an ambient pod', { own: 'ambient' }, { '1.17': 'no', '1.21': 'no', '1.22': 'yes', '1.30': 'yes' }],
  ['an ambient pod in a namespace that is none', { above: 'none', own: 'ambient' }, { '1.21': 'no', '1.22': 'yes' }],
  ['a pod that opts out', { above: 'ambient', own: 'none' }, { '1.21': 'yes', '1.22': 'no', '1.30': 'no' }],
  ['none on a namespace is as no label', { above: 'none' }, { '1.18': 'no', '1.30': 'no' }],
  ['no label', {}, { '1.18': 'no', '1.30': 'no' }],
  ['hostNetwork', { above: 'ambient', hostNetwork: 'yes' }, { '1.22': 'yes', '1.23': 'no' }],
  [
    'hostNetwork that is filled in later',
    { above: 'ambient', hostNetwork: 'unknown' },
    { '1.22': 'yes', '1.23': 'unknown' },
  ],
  ['hostNetwork that is filled in later, and no label', { hostNetwork: 'unknown' }, { '1.23': 'no' }],
  ['the namespace that the CNI plugin leaves alone', { namespace: 'kube-system', above: 'ambient' }, { '1.30': 'no' }],
  ['a sidecar', { above: 'ambient', annotations: { 'sidecar.istio.io/status': '{}' } }, { '1.18': 'no', '1.30': 'no' }],
  ['a sidecar on an ambient pod', { own: 'ambient', annotations: { 'sidecar.istio.io/status': '' } }, { '1.30': 'no' }],
  [
    'the old way out',
    { above: 'ambient', annotations: { 'ambient.istio.io/redirection': 'disabled' } },
    { '1.18': 'no', '1.21': 'no', '1.22': 'yes' },
  ],
  [
    'another value of the old way out',
    { above: 'ambient', annotations: { 'ambient.istio.io/redirection': 'enabled' } },
    { '1.18': 'yes', '1.22': 'yes' },
  ],
];
for (const value of ['sidecar', 'Ambient', 'enabled', 'true', '']) {
  table.push([`${value || '""'} on a namespace`, { above: value }, { '1.18': 'no', '1.30': 'no' }]);
  table.push([
    `${value || '""'} on a pod in an ambient namespace`,
    { above: 'ambient', own: value },
    { '1.21': 'yes', '1.30': 'yes' },
  ]);
  table.push([`${value || '""'} on a pod elsewhere`, { own: value }, { '1.30': 'no' }]);
}

describe('enrolment in ambient mode', () => {
  for (const [name, row, expected] of table)
    for (const [version, answer] of Object.entries(expected))
      test(`${name}, Istio ${version}: ${answer}`, () => {
        const { answer: told, facts } = enrolment(row, version);
        expect(told).toBe(answer);
        expect(facts).toHaveLength(1);
      });

  test('a namespace that was not read leaves it open, unless the pod decides', () => {
    const unread = (own?: string): AdmissionInput => ({
      ...inputOf(own === undefined ? {} : { own }),
      namespaceLabels: UNKNOWN_LABELS,
      namespaceUnknown: 'no manifest of Namespace shop was read',
    });
    expect(enrolment(unread(), '1.30')).toMatchObject({
      answer: 'unknown',
      facts: [{ text: 'no manifest of Namespace shop was read' }],
    });
    expect(enrolment(unread('ambient'), '1.30').answer).toBe('yes');
    expect(enrolment(unread('none'), '1.30').answer).toBe('no');
    expect(enrolment(unread('sidecar'), '1.30').answer).toBe('unknown');
    expect(enrolment(unread('ambient'), '1.21').answer).toBe('unknown');
  });

  test('a namespace of another name than kube-system after all is not left alone', () => {
    const moved = { ...inputOf({ namespace: 'kube-system', own: 'ambient' }), isNamespaceOpen: true };
    expect(enrolment(moved, '1.30').answer).toBe('yes');
  });

  test('labels that are filled in later leave it open', () => {
    const later: LabelSet = { has: () => true, get: () => undefined, mayChange: () => false };
    expect(enrolment({ ...inputOf({}), namespaceLabels: later }, '1.30').answer).toBe('unknown');
    expect(enrolment({ ...inputOf({ above: 'ambient' }), podLabels: later }, '1.30').answer).toBe('unknown');
    const annotated = {
      ...inputOf({ above: 'ambient' }),
      podAnnotations: { ...later, has: (k: string) => k.startsWith('ambient') },
    };
    expect(enrolment(annotated, '1.21').answer).toBe('unknown');
    expect(enrolment({ ...annotated, namespaceLabels: one(undefined) }, '1.21').answer).toBe('no');
  });
});
