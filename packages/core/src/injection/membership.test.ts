import { describe, expect, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { makeMesh } from '../testing/make-mesh.ts';

interface Row {
  readonly namespace?: Record<string, string>;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly hostNetwork?: boolean;
}

async function answer(row: Row, config: MeshConfigKeys = {}) {
  const documents: object[] = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'cart', namespace: 'shop' },
      spec: {
        template: {
          metadata: { labels: { app: 'cart', ...row.labels }, annotations: row.annotations ?? {} },
          spec: { hostNetwork: row.hostNetwork ?? false, containers: [{ name: 'cart', image: 'cart' }] },
        },
      },
    },
  ];
  if (row.namespace)
    documents.push({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: row.namespace } });
  const mesh = await makeMesh(documents.map((d) => JSON.stringify(d)).join('\n---\n'), config);
  const [workload] = mesh.workloads;
  if (!workload) throw new Error('no workload');
  return mesh.membership(workload).answer;
}

const inj = (value: string) => ({ 'sidecar.istio.io/inject': value });
const enabled = { 'istio-injection': 'enabled' };

// Rows of the decision that labels alone make, stock chart, for releases on both sides of each change.
describe('membership', () => {
  const table: [name: string, row: Row, expected: Record<string, string>][] = [
    ['enabled namespace', { namespace: enabled }, { '1.8': 'yes', '1.10': 'yes', '1.26': 'yes', '1.27': 'yes' }],
    ['enabled namespace, pod "false"', { namespace: enabled, labels: inj('false') }, { '1.10': 'no', '1.27': 'no' }],
    [
      'before 1.9 the label of the pod means nothing',
      { namespace: enabled, labels: inj('false') },
      { '1.8': 'yes', '1.9': 'no' },
    ],
    [
      'enabled namespace, pod "no"',
      { namespace: enabled, labels: inj('no') },
      { '1.11': 'yes', '1.26': 'no', '1.27': 'yes' },
    ],
    ['enabled namespace, pod "Yes"', { namespace: enabled, labels: inj('Yes') }, { '1.26': 'yes', '1.27': 'yes' }],
    ['enabled namespace, empty value', { namespace: enabled, labels: inj('') }, { '1.26': 'yes', '1.27': 'yes' }],
    [
      'any other value vetoes',
      { namespace: { 'istio-injection': 'true' }, labels: inj('true') },
      { '1.10': 'no', '1.27': 'no' },
    ],
    [
      'disabled namespace',
      { namespace: { 'istio-injection': 'disabled' }, labels: inj('true') },
      { '1.10': 'no', '1.27': 'no' },
    ],
    ['default revision', { namespace: { 'istio.io/rev': 'default' } }, { '1.10': 'yes', '1.27': 'yes' }],
    [
      'another revision is not known',
      { namespace: { 'istio.io/rev': 'canary' } },
      { '1.10': 'unknown', '1.27': 'unknown' },
    ],
    ['an empty revision is none', { namespace: { 'istio.io/rev': '' } }, { '1.27': 'no' }],
    ['injection beats revision', { namespace: { ...enabled, 'istio.io/rev': '' } }, { '1.27': 'yes' }],
    ['unlabelled namespace', { namespace: {} }, { '1.8': 'no', '1.10': 'no', '1.27': 'no' }],
    [
      'unlabelled namespace, pod "true"',
      { namespace: {}, labels: inj('true') },
      { '1.9': 'no', '1.10': 'yes', '1.27': 'yes' },
    ],
    ['unlabelled namespace, pod "yes"', { namespace: {}, labels: inj('yes') }, { '1.27': 'no' }],
    [
      'unlabelled namespace, annotation "true"',
      { namespace: {}, annotations: inj('true') },
      { '1.8': 'no', '1.27': 'no' },
    ],
    [
      'enabled namespace, annotation "false"',
      { namespace: enabled, annotations: inj('false') },
      { '1.8': 'no', '1.27': 'no' },
    ],
    [
      'a label hides the annotation',
      { namespace: enabled, labels: inj('true'), annotations: inj('false') },
      { '1.11': 'no', '1.12': 'yes' },
    ],
    ['a namespace that was not read', {}, { '1.8': 'unknown', '1.27': 'unknown' }],
    ['no namespace, pod "false"', { labels: inj('false') }, { '1.8': 'unknown', '1.9': 'no', '1.27': 'no' }],
    ['hostNetwork', { namespace: enabled, labels: inj('true'), hostNetwork: true }, { '1.0': 'no', '1.27': 'no' }],
    [
      'ambient namespace',
      { namespace: { 'istio.io/dataplane-mode': 'ambient' } },
      { '1.17': 'no', '1.18': 'yes', '1.27': 'yes' },
    ],
    [
      'ambient namespace, pod "none"',
      { namespace: { 'istio.io/dataplane-mode': 'ambient' }, labels: { 'istio.io/dataplane-mode': 'none' } },
      { '1.21': 'yes', '1.22': 'no' },
    ],
    [
      'ambient pod',
      { namespace: {}, labels: { 'istio.io/dataplane-mode': 'ambient' } },
      { '1.21': 'no', '1.22': 'yes' },
    ],
    [
      'no sidecar wanted in an ambient namespace: ambient all the same',
      { namespace: { 'istio.io/dataplane-mode': 'ambient' }, labels: inj('false') },
      { '1.27': 'yes' },
    ],
  ];
  for (const [name, row, expected] of table) {
    for (const [version, want] of Object.entries(expected)) {
      test(`${name}, Istio ${version}: ${want}`, async () => {
        expect(await answer(row, { istioVersion: version })).toBe(want);
      });
    }
  }

  test('enableNamespacesByDefault takes pods without labels, and only those', async () => {
    expect(await answer({ namespace: {} }, { enableNamespacesByDefault: true })).toBe('yes');
    expect(await answer({ namespace: {}, labels: inj('') }, { enableNamespacesByDefault: true })).toBe('no');
  });

  test('revisions that are told decide', async () => {
    const namespace = { 'istio.io/rev': 'canary' };
    expect(await answer({ namespace }, { revisions: ['canary'] })).toBe('yes');
    expect(await answer({ namespace }, { revisions: ['stable'] })).toBe('no');
  });

  test('expectMesh: all takes unknown for yes, and leaves no alone', async () => {
    expect(await answer({}, { expectMesh: 'all' })).toBe('yes');
    expect(await answer({ namespace: {} }, { expectMesh: 'all' })).toBe('no');
  });

  test('an unread namespace stays unknown in a closed world', async () => {
    expect(await answer({}, { closedWorld: true })).toBe('unknown');
  });
});
