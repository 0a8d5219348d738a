import { findingsOf, testRule, yaml } from '@meshvet/core/testing';
import { expect, test } from 'vitest';
import { injectPodRevisionIgnored } from './inject-pod-revision-ignored.ts';

const namespace = (labels: string) => yaml`
  apiVersion: v1
  kind: Namespace
  metadata: { name: shop, labels: { ${labels} } }
`;
const deployment = (label: string, mark = '', selector = 'app: cart') => yaml`
  ---
  apiVersion: apps/v1
  kind: Deployment
  metadata: { name: cart, namespace: shop }
  spec:
    selector: { matchLabels: { ${selector} } }
    template:
      metadata:
        labels:
          app: cart
          ${label} ${mark}
      spec: { containers: [{ name: cart, image: "cart:1" }] }
`;

testRule(injectPodRevisionIgnored, {
  bad: {
    'istio-injection wins': `${namespace('istio-injection: enabled')}${deployment('istio.io/rev: canary', '#~ byLabel `canary`')}`,
    'istio-injection wins over both': `${namespace('istio-injection: enabled, istio.io/rev: canary')}${deployment('istio.io/rev: canary', '#~ byLabel')}`,
    'of which revisions there are need not be known': `${namespace('istio.io/rev: a')}${deployment('istio.io/rev: b', '#~ byRevision')}`,
    'revisions of the config': {
      yaml: `${namespace('istio.io/rev: a')}${deployment('istio.io/rev: b', '#~ byRevision')}`,
      settings: { revisions: ['a', 'b'] },
    },
  },
  good: {
    'before 1.10 nobody reads the label of pods': {
      yaml: `${namespace('istio-injection: enabled')}${deployment('istio.io/rev: canary')}`,
      settings: { istioVersion: '1.9' },
    },
    'the namespace names the same one': `${namespace('istio.io/rev: canary')}${deployment('istio.io/rev: canary')}`,
    'the revision has the name of the default one': `${namespace('istio-injection: enabled')}${deployment('istio.io/rev: default')}`,
    'the default revision is that one': {
      yaml: `${namespace('istio-injection: enabled')}${deployment('istio.io/rev: canary')}`,
      settings: { defaultRevision: 'canary', revisions: ['canary'] },
    },
    'a tag of the same revision': {
      yaml: `${namespace('istio.io/rev: prod')}${deployment('istio.io/rev: 1-30-0')}`,
      settings: { revisions: ['1-30-0'], tags: { prod: '1-30-0' } },
    },
    'the pods decide in a namespace that says nothing': `${namespace('team: a')}${deployment('istio.io/rev: canary')}`,
    'the namespace was not read': deployment('istio.io/rev: canary'),
    'nobody is injected there': `${namespace('istio-injection: disabled')}${deployment('istio.io/rev: canary')}`,
  },
});

test('the label goes where nothing selects by it', async () => {
  const edits = async (selector: string) => {
    const text = `${namespace('istio-injection: enabled')}${deployment('istio.io/rev: canary', '', selector)}`;
    const [finding] = await findingsOf(injectPodRevisionIgnored, { 'a.yaml': text });
    return finding?.edits?.length ?? 0;
  };
  expect(await edits('app: cart')).toBe(1);
  expect(await edits('app: cart, istio.io/rev: canary')).toBe(0);
});
