import { describe, expect, it, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { settingsOf } from '../config/resolve-config.ts';
import { labelsOf, UNKNOWN_LABELS } from '../manifest/label-set.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { decideLinkerd, type LinkerdInput } from './linkerd.ts';

const KEY = 'linkerd.io/inject';
type Value = string | undefined;

function inputOf(above: Value, own: Value, more: Partial<LinkerdInput> = {}): LinkerdInput {
  const one = (value: Value) => labelsOf(value === undefined ? {} : { [KEY]: value });
  return {
    namespace: 'shop',
    namespaceLabels: labelsOf({}),
    namespaceAnnotations: one(above),
    podLabels: labelsOf({}),
    podAnnotations: one(own),
    hostNetwork: 'no',
    existingProxy: undefined,
    ...more,
  };
}

function decide(above: Value, own: Value, more: Partial<LinkerdInput> = {}, config: MeshConfigKeys = {}) {
  return decideLinkerd(inputOf(above, own, more), { settings: settingsOf(config) });
}

const ABSENT = undefined;

describe('the table of the annotation', () => {
  const row = (above: Value, own: Value, expected: string) =>
    test(`namespace ${above ?? 'silent'}, pods ${own ?? 'silent'}: ${expected}`, () => {
      const { outcome, mode } = decide(above, own);
      expect(mode ?? outcome).toBe(expected);
    });
  for (const above of ['enabled', 'ingress']) {
    row(above, ABSENT, above);
    row(above, '', above);
    row(above, 'enabled', 'enabled');
    row(above, 'ingress', 'ingress');
    row(above, 'disabled', 'not-injected');
  }
  for (const above of ['disabled', ABSENT, '']) {
    row(above, 'enabled', 'enabled');
    row(above, 'ingress', 'ingress');
    row(above, ABSENT, 'not-injected');
    row(above, 'disabled', 'not-injected');
  }
  for (const wrong of ['true', 'Enabled', 'yes', 'false']) {
    row(wrong, 'enabled', 'not-injected');
    row(wrong, ABSENT, 'not-injected');
    row('enabled', wrong, 'not-injected');
    row(ABSENT, wrong, 'not-injected');
  }
  it('knows the ingress mode since 2.9; before, the value means nothing', () => {
    expect(decide('ingress', ABSENT, {}, { linkerdVersion: '2.9' })).toMatchObject({
      outcome: 'injected',
      mode: 'ingress',
    });
    expect(decide('ingress', ABSENT, {}, { linkerdVersion: '2.8' })).toMatchObject({
      outcome: 'not-injected',
      cause: 'invalid-value',
    });
    expect(decide('ingress', 'enabled', {}, { linkerdVersion: '2.8' }).outcome).toBe('not-injected');
    expect(decide('enabled', 'ingress', {}, { linkerdVersion: '2.8' }).cause).toBe('invalid-value');
  });
  it('says what vetoes', () => {
    expect(decide('true', 'enabled').facts).toEqual([{ text: 'namespace shop has annotation linkerd.io/inject=true' }]);
    expect(decide('enabled', 'disabled').facts).toEqual([
      { text: 'the pods have annotation linkerd.io/inject=disabled' },
    ]);
  });
});

describe('what keeps pods out that ask', () => {
  const proxy = { text: 'the manifest carries container istio-proxy' };
  it('names hostNetwork, a proxy that is there, and the token before 2.12', () => {
    expect(decide('enabled', ABSENT, { hostNetwork: 'yes' }).cause).toBe('host-network');
    expect(decide('enabled', ABSENT, { hostNetwork: 'unknown' }).outcome).toBe('unknown');
    expect(decide(ABSENT, ABSENT, { hostNetwork: 'unknown' }).outcome).toBe('not-injected');
    expect(decide('enabled', ABSENT, { existingProxy: proxy })).toMatchObject({
      cause: 'existing-proxy',
      facts: [proxy],
    });
    const withoutToken = { text: 'automountServiceAccountToken is false' };
    expect(decide('enabled', ABSENT, { withoutToken }, { linkerdVersion: '2.11' }).cause).toBe('token');
    expect(decide('enabled', ABSENT, { withoutToken }, { linkerdVersion: '2.12' }).outcome).toBe('injected');
  });
  it('knows the selectors of the webhook', () => {
    for (const namespace of ['kube-system', 'cert-manager'])
      expect(decide('enabled', 'enabled', { namespace }).cause).toBe('system-namespace');
    // A Kustomization may move them out of there.
    expect(decide('enabled', 'enabled', { namespace: 'kube-system', isNamespaceOpen: true }).outcome).toBe('injected');
    const out = labelsOf({ 'config.linkerd.io/admission-webhooks': 'disabled' });
    expect(decide('enabled', 'enabled', { namespaceLabels: out }).cause).toBe('webhook');
    const other = labelsOf({ 'config.linkerd.io/admission-webhooks': 'enabled' });
    expect(decide('enabled', 'enabled', { namespaceLabels: other }).outcome).toBe('injected');
    for (const key of ['linkerd.io/control-plane-component', 'linkerd.io/cni-resource'])
      expect(decide('enabled', 'enabled', { podLabels: labelsOf({ [key]: 'x' }) }).cause).toBe('webhook');
  });
  it('leaves what was not read open', () => {
    const unread = { namespaceAnnotations: UNKNOWN_LABELS, namespaceUnknown: 'no manifest of Namespace shop was read' };
    expect(decide(ABSENT, ABSENT, unread)).toMatchObject({
      outcome: 'unknown',
      facts: [{ text: unread.namespaceUnknown }],
    });
    expect(decide(ABSENT, 'disabled', unread).outcome).toBe('not-injected');
    expect(decide(ABSENT, 'nonsense', unread).outcome).toBe('not-injected');
    expect(decide(ABSENT, 'enabled', unread).outcome).toBe('injected');
  });
});

describe('in a mesh', () => {
  const namespace = (annotations: object, labels = {}) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', annotations, labels } });
  const deployment = (annotations: object, spec: object = {}) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'cart', namespace: 'shop', annotations: { [KEY]: 'enabled' } },
      spec: {
        template: {
          metadata: { labels: { app: 'cart', [KEY]: 'enabled' }, annotations },
          spec: { containers: [{ name: 'cart', image: 'cart' }], ...spec },
        },
      },
    });
  const linkerdOf = async (...documents: string[]) => {
    const mesh = await makeMesh(documents.join('\n---\n'));
    const [workload] = mesh.workloads;
    if (!workload) throw new Error('no workload');
    return mesh.admission(workload);
  };
  it('heeds the annotation of the pod template only: no label, and not that of the Deployment', async () => {
    expect((await linkerdOf(namespace({}), deployment({}))).linkerd.outcome).toBe('not-injected');
    const { membership } = await linkerdOf(namespace({}), deployment({ [KEY]: 'enabled' }));
    expect(membership).toMatchObject({ answer: 'yes', mode: 'linkerd' });
  });
  it('declines where it finds a proxy, by its name whatever the image, or by the image of Linkerd', async () => {
    for (const container of [
      { name: 'istio-proxy', image: 'auto' },
      { name: 'linkerd-proxy', image: 'mirror/proxy' },
      { name: 'p', image: 'cr.l5d.io/linkerd/proxy:stable' },
    ]) {
      const containers = [{ name: 'cart', image: 'cart' }, container];
      const { linkerdAlone } = await linkerdOf(namespace({ [KEY]: 'enabled' }), deployment({}, { containers }));
      expect(linkerdAlone.cause, container.image).toBe('existing-proxy');
    }
    const initContainers = [{ name: 'linkerd-init', image: 'x' }];
    const { linkerd } = await linkerdOf(namespace({ [KEY]: 'enabled' }), deployment({}, { initContainers }));
    expect(linkerd.cause).toBe('existing-proxy');
  });
  it('comes after Istio where both are asked', async () => {
    const { istio, linkerd, linkerdAlone, membership } = await linkerdOf(
      namespace({ [KEY]: 'enabled' }, { 'istio-injection': 'enabled' }),
      deployment({}),
    );
    expect(istio.outcome).toBe('injected');
    expect(linkerd.cause).toBe('existing-proxy');
    expect(linkerdAlone.outcome).toBe('injected');
    expect(membership.mode).toBe('sidecar');
  });
  const webhook = (selectors: object) =>
    JSON.stringify({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'linkerd-proxy-injector-webhook-config' },
      webhooks: [
        {
          name: 'linkerd-proxy-injector.linkerd.io',
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods', 'services'] }],
          ...selectors,
        },
      ],
    });
  it('goes by the selectors of a webhook that was read', async () => {
    const only = webhook({ namespaceSelector: { matchLabels: { mesh: 'linkerd' } } });
    const wish = namespace({ [KEY]: 'enabled' });
    expect((await linkerdOf(wish, deployment({}), only)).linkerd.cause).toBe('webhook');
    const labelled = namespace({ [KEY]: 'enabled' }, { mesh: 'linkerd' });
    expect((await linkerdOf(labelled, deployment({}), only)).linkerd.outcome).toBe('injected');
    const conditional = webhook({ matchConditions: [{ name: 'a', expression: 'true' }] });
    expect((await linkerdOf(wish, deployment({}), conditional)).linkerd.outcome).toBe('unknown');
    // The stock selector of namespaces that was changed no longer holds.
    const excluded = namespace({ [KEY]: 'enabled' }, { 'config.linkerd.io/admission-webhooks': 'disabled' });
    expect((await linkerdOf(excluded, deployment({}), webhook({}))).linkerd.outcome).toBe('injected');
  });
});
