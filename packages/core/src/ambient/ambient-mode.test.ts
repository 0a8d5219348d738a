import { describe, expect, test } from 'vitest';
import { defineRule } from '../rule/define-rule.ts';
import { findingsOf } from '../testing/index.ts';
import { ambientOf } from './ambient-mode.ts';

// A rule that says what it thinks of each workload, so that the table can be asked from outside.
const probe = defineRule({
  meta: {
    id: 'ambient-probe',
    summary: 'Says.',
    why: 'Says.',
    fix: 'Says.',
    severity: 'info',
    subject: 'workload',
    sources: ['none'],
    messages: { said: '{answer}' },
  },
  examples: { bad: [], good: [] },
  check({ subject, mesh, report }) {
    report(subject.podSpec, 'said', { answer: ambientOf(mesh, subject) });
  },
});

interface Row {
  readonly namespace?: string;
  readonly pod?: string;
  readonly annotations?: string;
  readonly spec?: string;
  readonly version?: string;
  readonly where?: string;
}

async function answer({ namespace, pod = '', annotations = '', spec = '', version = '1.30', where = 'shop' }: Row) {
  const object =
    namespace === undefined
      ? ''
      : `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${where}, labels: { ${namespace} } }\n---\n`;
  const file = `${object}apiVersion: v1\nkind: Pod\nmetadata: { name: cart, namespace: ${where}, labels: { ${pod} }, annotations: { ${annotations} } }\nspec: { ${spec} containers: [{ name: cart, image: cart }] }\n`;
  const [finding] = await findingsOf(probe, { 'a.yaml': file }, { settings: { istioVersion: version } });
  return finding?.message;
}

const AMBIENT = 'istio.io/dataplane-mode: ambient';
const NONE = 'istio.io/dataplane-mode: none';

// Golden: who is enrolled, by label and release. Source: `cni/pkg/util/podutil.go`, by tag.
describe('ambient enrolment, by label and release', () => {
  test.each<[string, Row, string]>([
    ['an ambient namespace', { namespace: AMBIENT }, 'yes'],
    ['an ambient namespace of 1.18', { namespace: AMBIENT, version: '1.18' }, 'yes'],
    ['before 1.18', { namespace: AMBIENT, version: '1.17' }, 'no'],
    ['an ambient pod', { namespace: 'a: b', pod: AMBIENT }, 'yes'],
    ['an ambient pod of 1.22', { namespace: 'a: b', pod: AMBIENT, version: '1.22' }, 'yes'],
    ['a pod is not asked before 1.22', { namespace: 'a: b', pod: AMBIENT, version: '1.21' }, 'no'],
    ['none takes a pod out', { namespace: AMBIENT, pod: NONE }, 'no'],
    ['none takes nobody out before 1.22', { namespace: AMBIENT, pod: NONE, version: '1.21' }, 'yes'],
    ['another value takes nobody out', { namespace: AMBIENT, pod: 'istio.io/dataplane-mode: disabled' }, 'yes'],
    ['another value on the namespace', { namespace: 'istio.io/dataplane-mode: Ambient' }, 'no'],
    ['none on the namespace', { namespace: NONE }, 'no'],
    ['none on the namespace, ambient on the pod', { namespace: NONE, pod: AMBIENT }, 'yes'],
    ['the pod has a sidecar', { namespace: AMBIENT, annotations: 'sidecar.istio.io/status: "{}"' }, 'no'],
    ['the namespace injects a sidecar', { namespace: `${AMBIENT}, istio-injection: enabled` }, 'no'],
    [
      'it injects, and the pod refuses',
      { namespace: `${AMBIENT}, istio-injection: enabled`, pod: 'sidecar.istio.io/inject: "false"' },
      'yes',
    ],
    ['the default revision injects', { namespace: `${AMBIENT}, istio.io/rev: default` }, 'no'],
    ['a revision may be installed and inject', { namespace: `${AMBIENT}, istio.io/rev: canary` }, 'unknown'],
    ['the network of the node', { namespace: AMBIENT, spec: 'hostNetwork: true,' }, 'no'],
    ['kube-system', { namespace: AMBIENT, where: 'kube-system' }, 'no'],
    ['a namespace that nobody read', { pod: 'a: b' }, 'unknown'],
    ['a namespace that nobody read, and the pods ask', { pod: AMBIENT }, 'yes'],
  ])('%s', async (_, row, expected) => {
    expect(await answer(row)).toBe(expected);
  });
});
