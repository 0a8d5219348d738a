import { expect, test } from 'vitest';
import { makeMesh } from '../testing/make-mesh.ts';
import { SelectorIndex } from './selector-index.ts';
import { flatSelector, matches } from './selectors.ts';

async function found(selectors: readonly object[], labels: object) {
  const documents = [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels },
      spec: { containers: [{ name: 'c', image: 'c' }] },
    },
    ...selectors.map((selector, i) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `s${i}` },
      spec: { selector },
    })),
  ];
  const mesh = await makeMesh(documents.map((d) => JSON.stringify(d)).join('\n---\n'));
  const [pod] = mesh.workloads;
  if (!pod) throw new Error('no pod');
  const written = mesh.ofType('Service').map(({ body }) => flatSelector(body.at('spec').at('selector')));
  const near = new SelectorIndex(written, (selector) => selector).near(pod.podLabels);
  const places = (list: readonly unknown[]) => list.map((one) => written.indexOf(one as (typeof written)[number]));
  const all = written.filter((selector) => matches(selector, pod.podLabels) !== 'no');
  return { near: places(near), all: places(all) };
}

test('finds what selects by a label, what has no selector, and what cannot be read, in their order', async () => {
  const selectors: object[] = [
    { app: 'cart' },
    { app: 'web' },
    {},
    { tier: 'back', app: 'cart' },
    { tier: 'front' },
    { app: '${APP}' },
    { other: 'x' },
    { v: 1 },
    { __proto__: 'x', constructor: 'y' },
  ];
  const { near, all } = await found(selectors, { app: 'cart', tier: 'back', v: '1' });
  expect(near).toEqual([0, 2, 3, 5, 7]);
  expect(near).toEqual(all);
});

test('of a label that is filled in later all values', async () => {
  const selectors = [{ app: 'cart' }, { app: 'web' }, { tier: 'back' }];
  const { near, all } = await found(selectors, { app: '{{ .Values.app }}', tier: 'front' });
  expect(near).toEqual([0, 1]);
  expect(near).toEqual(all);
});
