import { describe, expect, test } from 'vitest';
import { defineRule } from '../rule/define-rule.ts';
import { findingsOf } from '../testing/index.ts';
import { hasLinkerd } from './linkerd-proxy.ts';

// A rule that says what it thinks of each workload, so that the table can be asked from outside.
const probe = defineRule({
  meta: {
    id: 'linkerd-probe',
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
    report(subject.podSpec, 'said', { answer: hasLinkerd(mesh, subject) });
  },
});

async function answer(namespace: string | undefined, pod: string | undefined, spec = '') {
  const annotations = (value: string | undefined) => (value === undefined ? '' : `linkerd.io/inject: "${value}"`);
  const object = namespace === undefined ? undefined : namespace === 'absent' ? '' : annotations(namespace);
  const file = `${
    object === undefined
      ? ''
      : `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, annotations: { ${object} } }\n---\n`
  }apiVersion: v1\nkind: Pod\nmetadata: { name: cart, namespace: shop, annotations: { ${annotations(pod)} } }\nspec: { ${spec} containers: [{ name: cart, image: cart }] }\n`;
  const [finding] = await findingsOf(probe, { 'a.yaml': file });
  return finding?.message;
}

// Golden: who is injected, by the annotations of namespace and pod. Source: linkerd2 `pkg/inject/report.go`.
describe('injection by Linkerd, by the annotations of namespace and pod', () => {
  test.each<[namespace: string | undefined, pod: string | undefined, expected: string]>([
    ['enabled', undefined, 'yes'],
    ['enabled', '', 'yes'],
    ['enabled', 'enabled', 'yes'],
    ['ingress', undefined, 'yes'],
    ['ingress', 'enabled', 'yes'],
    ['enabled', 'disabled', 'no'],
    ['ingress', 'disabled', 'no'],
    ['disabled', 'enabled', 'yes'],
    ['absent', 'ingress', 'yes'],
    ['', 'enabled', 'yes'],
    ['disabled', undefined, 'no'],
    ['absent', undefined, 'no'],
    ['absent', 'disabled', 'no'],
    ['true', undefined, 'no'],
    ['Enabled', 'enabled', 'no'],
    ['enabled', 'true', 'no'],
    ['absent', 'Enabled', 'no'],
    [undefined, undefined, 'unknown'],
    [undefined, 'enabled', 'yes'],
  ])('namespace %s, pod %s', async (namespace, pod, expected) => {
    expect(await answer(namespace, pod)).toBe(expected);
  });
});

test('pods on the network of the node are never injected', async () => {
  expect(await answer('enabled', 'enabled', 'hostNetwork: true,')).toBe('no');
});

test('a proxy that is written is proof', async () => {
  expect(
    await answer(
      undefined,
      undefined,
      'initContainers: [{ name: linkerd-proxy, image: proxy, restartPolicy: Always }],',
    ),
  ).toBe('yes');
});
