import { describe, expect, it, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { settingsOf } from '../config/resolve-config.ts';
import { type InjectorWebhook, readWebhooks, webhookSelects } from '../installation/webhook-entries.ts';
import { labelsOf } from '../manifest/label-set.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { yaml } from '../testing/yaml.ts';
import { words } from './injection.ts';
import { chartWebhooks, writtenWebhooks } from './injector-webhooks.ts';

function entries(
  istioVersion: string,
  revision = 'default',
  isDefault = true,
  byDefault: 'yes' | 'no' | 'unknown' = 'no',
) {
  return chartWebhooks(revision, { isDefault, byDefault }, settingsOf({ istioVersion }));
}

function told({ name, namespaceSelector, objectSelector }: InjectorWebhook): string {
  const prefix = name.replace('sidecar-injector.istio.io', '') || '-';
  return `${prefix} ${namespaceSelector?.map(words).join(', ')} | ${objectSelector?.map(words).join(', ')}`;
}

describe('the entries of the charts', () => {
  const NEW = [
    'rev.namespace. istio.io/rev=default, istio-injection absent | sidecar.istio.io/inject other than false',
    'rev.object. istio.io/rev absent, istio-injection absent | sidecar.istio.io/inject other than false, istio.io/rev=default',
    'namespace. istio-injection=enabled | sidecar.istio.io/inject other than false',
    'object. istio.io/rev absent, istio-injection absent | sidecar.istio.io/inject=true, istio.io/rev absent',
  ];
  const AUTO = 'auto. istio.io/rev absent, istio-injection absent';
  const SILENT = '| sidecar.istio.io/inject absent, istio.io/rev absent';
  const SYSTEM = 'kubernetes.io/metadata.name not in (kube-system, kube-public, kube-node-lease, local-path-storage)';
  test.each([
    ['1.0', 'no', ['- istio-injection=enabled | ']],
    ['1.0', 'yes', ['- istio-injection other than disabled | ']],
    ['1.2', 'yes', ['- name other than istio-system, istio-injection other than disabled | ']],
    [
      '1.6',
      'yes',
      ['- name other than istio-system, istio-injection other than disabled, istio-env absent, istio.io/rev absent | '],
    ],
    ['1.8', 'no', ['- istio-injection=enabled | ']],
    ['1.9', 'no', ['- istio-injection=enabled | sidecar.istio.io/inject other than false']],
    ['1.10', 'no', NEW],
    ['1.15', 'yes', [...NEW, `${AUTO} ${SILENT}`]],
    ['1.16', 'yes', [...NEW, `${AUTO}, ${SYSTEM} ${SILENT}`]],
    ['1.30', 'no', NEW],
  ] as const)('Istio %s, namespaces by default: %s', (version, byDefault, expected) => {
    expect(entries(version, 'default', true, byDefault).map(told)).toEqual(expected);
  });
  it('makes entries of a revision since 1.6, and of the unnamed one since 1.10', () => {
    expect(entries('1.5', 'canary', false)).toEqual([]);
    expect(entries('1.6', 'canary', false).map(told)).toEqual(['- istio.io/rev=canary, istio-injection absent | ']);
    expect(entries('1.9', 'default', false)).toEqual([]);
    expect(entries('1.10', 'canary', false)).toHaveLength(2);
    expect(entries('1.10', 'canary', false).map((w) => w.configuration)[0]).toBe('istio-sidecar-injector-canary');
    expect(entries('1.10').map((w) => w.configuration)[0]).toBe('istio-sidecar-injector');
  });
  it('leaves the entry for silent pods open where nobody knows of it', () => {
    expect(entries('1.30', 'default', true, 'unknown').map((w) => w.active)).toEqual([
      'yes',
      'yes',
      'yes',
      'yes',
      'unknown',
    ]);
    expect(entries('1.8', 'default', true, 'unknown').map((w) => w.active)).toEqual(['yes', 'unknown']);
  });

  // Istio's own test of its selectors (TestWebhookSelector), retold: which service is called for each pair of label sets.
  const LABELS = {
    none: {},
    rev: { 'istio.io/rev': 'canary' },
    enabled: { 'istio-injection': 'enabled' },
    both: { 'istio-injection': 'enabled', 'istio.io/rev': 'canary' },
    disabled: { 'istio-injection': 'disabled' },
    disabledRev: { 'istio-injection': 'disabled', 'istio.io/rev': 'canary' },
    inject: { 'sidecar.istio.io/inject': 'true' },
    injectRev: { 'sidecar.istio.io/inject': 'true', 'istio.io/rev': 'canary' },
    refuse: { 'sidecar.istio.io/inject': 'false' },
    refuseRev: { 'sidecar.istio.io/inject': 'false', 'istio.io/rev': 'canary' },
  } as const;
  type Named = keyof typeof LABELS;
  const called: Partial<Record<Named, Partial<Record<Named, string>>>> = {
    none: { none: '', rev: 'canary', inject: 'default', injectRev: 'canary' },
    rev: { none: 'canary', rev: 'canary', inject: 'canary', injectRev: 'canary' },
    enabled: { none: 'default', rev: 'default', inject: 'default', injectRev: 'default' },
    both: { none: 'default', rev: 'default', inject: 'default', injectRev: 'default' },
    disabled: { none: '', rev: '', inject: '', injectRev: '' },
    disabledRev: { none: '', rev: '', inject: '', injectRev: '' },
  };
  for (const byDefault of ['no', 'yes'] as const)
    for (const [above, pods] of Object.entries(called))
      for (const [own, expected] of [...Object.entries(pods), ['refuse', ''], ['refuseRev', '']])
        test(`namespace ${above}, pods ${own}, namespaces by default ${byDefault}`, () => {
          const webhooks = [...entries('1.20', 'default', true, byDefault), ...entries('1.20', 'canary', false)];
          const hits = webhooks.filter(
            (w) => webhookSelects(w, labelsOf(LABELS[above as Named]), labelsOf(LABELS[own as Named])) === 'yes',
          );
          const auto = byDefault === 'yes' && above === 'none' && own === 'none' ? 'default' : expected;
          expect(hits.map((w) => w.revision)).toEqual(auto === '' ? [] : [auto]);
        });
});

const RULES = 'rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods] }]';

function configuration(webhooks: string, name = 'own', labels = '{}'): string {
  return `apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: { name: ${name}, labels: ${labels} }\nwebhooks:\n${webhooks}`;
}

async function read(webhooks: string, labels?: string) {
  return (await makeMesh(configuration(webhooks, 'own', labels))).resources.flatMap(readWebhooks);
}

describe('webhooks of the manifests', () => {
  test.each([
    ['its name', '- { name: rev.namespace.sidecar-injector.istio.io }', 'istio'],
    [
      'the name, at an address',
      '- { name: sidecar-injector.istio.io, clientConfig: { url: "https://istiod.example/inject" } }',
      'istio',
    ],
    [
      'the service',
      '- { name: own.example, clientConfig: { service: { name: istiod-canary, path: /inject } } }',
      'istio',
    ],
    [
      'the service of old',
      '- { name: own.example, clientConfig: { service: { name: istio-sidecar-injector, path: /inject } } }',
      'istio',
    ],
    [
      'its cluster',
      '- { name: own.example, clientConfig: { service: { name: istiod, path: /inject/cluster/a/net/b } } }',
      'istio',
    ],
    ['the name of Linkerd', '- { name: linkerd-proxy-injector.linkerd.io }', 'linkerd'],
    ['nothing', '- { name: own.example, clientConfig: { service: { name: istiod, path: /mutate } } }', undefined],
    ['nothing at all', '- { name: own.example }', undefined],
    ['no mapping', '- 3', undefined],
  ])('knows an injector by %s', async (_, webhook, injector) => {
    expect((await read(webhook)).map((w) => w.injector)).toEqual(injector ? [injector] : []);
  });

  const NAME = 'name: sidecar-injector.istio.io';
  test.each([
    ['create', RULES, 'yes'],
    [
      'anything',
      'rules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"], scope: Namespaced }]',
      'yes',
    ],
    [
      'all resources',
      'rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: ["*"], scope: "*" }]',
      'yes',
    ],
    ['updates', 'rules: [{ operations: [UPDATE], apiGroups: [""], apiVersions: [v1], resources: [pods] }]', 'no'],
    ['services', 'rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [services] }]', 'no'],
    [
      'what runs in pods',
      'rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: ["pods/*"] }]',
      'no',
    ],
    [
      'another group',
      'rules: [{ operations: [CREATE], apiGroups: [apps], apiVersions: [v1], resources: [pods] }]',
      'no',
    ],
    [
      'cluster scope',
      'rules: [{ operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods], scope: Cluster }]',
      'no',
    ],
    ['nothing', 'rules: []', 'no'],
    ['pods under a condition', `${RULES}, matchConditions: [{ name: a, expression: "true" }]`, 'unknown'],
    [
      'what a later step names',
      'rules: [{ operations: ["${A}"], apiGroups: [""], apiVersions: [v1], resources: [pods] }]',
      'yes',
    ],
  ])('is called for %s: %s', async (_, rules, active) => {
    expect((await read(`- { ${NAME}, ${rules} }`)).map((w) => w.active)).toEqual([active]);
  });

  test.each([
    ['nothing written', '', []],
    ['null', 'namespaceSelector: null', []],
    ['an empty mapping', 'namespaceSelector: {}', []],
    ['empty parts', 'namespaceSelector: { matchLabels: null, matchExpressions: [] }', []],
    ['a placeholder', 'namespaceSelector: "${S}"', undefined],
    ['a placeholder for labels', 'namespaceSelector: { matchLabels: "${S}" }', undefined],
    ['a placeholder for expressions', 'namespaceSelector: { matchExpressions: "${S}" }', undefined],
    [
      'a placeholder for values',
      'namespaceSelector: { matchExpressions: [{ key: a, operator: In, values: "${S}" }] }',
      undefined,
    ],
    [
      'an operator that there is not',
      'namespaceSelector: { matchExpressions: [{ key: a, operator: Is, values: [b] }] }',
      undefined,
    ],
    ['In without values', 'namespaceSelector: { matchExpressions: [{ key: a, operator: In, values: [] }] }', undefined],
    [
      'Exists with values',
      'namespaceSelector: { matchExpressions: [{ key: a, operator: Exists, values: [b] }] }',
      undefined,
    ],
  ])('reads a selector: %s', async (_, selector, expected) => {
    expect((await read(`- { ${NAME}, ${selector} }`))[0]?.namespaceSelector).toEqual(expected);
  });

  it('knows the revision by its selector, the label, the service, in this order', async () => {
    const asked = 'namespaceSelector: { matchLabels: { istio.io/rev: prod } }';
    const service = 'clientConfig: { service: { name: istiod-1-20, path: /inject } }';
    expect((await read(`- { ${NAME}, ${asked}, ${service} }`, '{ istio.io/rev: r }'))[0]?.revision).toBe('prod');
    expect((await read(`- { ${NAME}, ${service} }`, '{ istio.io/rev: r }'))[0]?.revision).toBe('r');
    expect((await read(`- { ${NAME}, ${service} }`))[0]?.revision).toBe('1-20');
    expect((await read(`- { ${NAME} }`))[0]?.revision).toBe('default');
  });

  it('gives them in the order in which the API server calls them', async () => {
    const one = (name: string, team: string) =>
      configuration(`- { ${NAME}, ${RULES}, namespaceSelector: { matchLabels: { team: ${team} } } }`, name);
    const mesh = await makeMesh([one('b', 'x'), one('a', 'y')].join('\n---\n'));
    expect(writtenWebhooks('istio', mesh.resources).map((w) => w.configuration)).toEqual(['a', 'b']);
  });

  it('is certain only of what all manifests of one configuration say', async () => {
    const one = (revision: string) =>
      configuration(
        [
          `- { name: rev.namespace.sidecar-injector.istio.io, ${RULES}, namespaceSelector: { matchLabels: { istio.io/rev: ${revision} } } }`,
          `- { name: namespace.sidecar-injector.istio.io, ${RULES}, namespaceSelector: { matchLabels: { istio-injection: enabled } } }`,
        ].join('\n'),
        'istio-sidecar-injector',
        '{ istio.io/rev: default }',
      );
    const mesh = await makeMesh({ 'a/w.yaml': one('blue'), 'b/w.yaml': one('green') });
    expect(
      writtenWebhooks('istio', mesh.resources).map((w) => `${w.name.split('.')[0]} ${w.revision} ${w.active}`),
    ).toEqual(['namespace default yes', 'rev blue unknown', 'rev green unknown']);
  });

  it('looks at so many, and leaves the rest open', async () => {
    const many = Array.from({ length: 300 }, (_, i) =>
      configuration(`- { ${NAME}, ${RULES}, namespaceSelector: { matchLabels: { team: t${i} } } }`, `w${i}`),
    );
    const written = writtenWebhooks('istio', (await makeMesh(many.join('\n---\n'))).resources);
    expect(written.length).toBeLessThan(300);
    expect(written.at(-1)).toMatchObject({ active: 'unknown', namespaceSelector: [], objectSelector: [] });
  });
});

const namespace = (name: string, labels: string) =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}, labels: ${labels} }`;
const deployment = (place: string, labels = '{ app: cart }') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: cart, namespace: ${place} }\nspec: { template: { metadata: { labels: ${labels} }, spec: { containers: [{ name: c, image: i }] } } }`;

async function injections(documents: readonly string[], config: MeshConfigKeys = {}) {
  const mesh = await makeMesh(documents.join('\n---\n'), config);
  return new Map(mesh.workloads.map((w) => [w.resource.namespace ?? '', mesh.admission(w).istio]));
}

describe('pods and the webhooks of the manifests', () => {
  // As an article prints it: it says that either label will do, but the entry excludes namespaces with istio-injection.
  const PRINTED = yaml`
    apiVersion: admissionregistration.k8s.io/v1
    kind: MutatingWebhookConfiguration
    metadata: { name: istio-sidecar-injector }
    webhooks:
      - admissionReviewVersions: [v1beta1, v1]
        clientConfig:
          service: { name: istiod, namespace: istio-system, path: /inject, port: 443 }
        failurePolicy: Fail
        matchPolicy: Equivalent
        name: rev.namespace.sidecar-injector.istio.io
        namespaceSelector:
          matchExpressions:
            - { key: istio.io/rev, operator: In, values: [default] }
            - { key: istio-injection, operator: DoesNotExist }
        objectSelector:
          matchExpressions:
            - { key: sidecar.istio.io/inject, operator: NotIn, values: ["false"] }
        reinvocationPolicy: Never
        rules:
          - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods], scope: "*" }
  `;
  it('evaluates the printed one: the revision only', async () => {
    const documents = [
      PRINTED,
      namespace('rev', '{ istio.io/rev: default }'),
      namespace('old', '{ istio-injection: enabled }'),
      namespace('both', '{ istio.io/rev: default, istio-injection: enabled }'),
      namespace('none', '{}'),
      ...['rev', 'old', 'both', 'none'].map((name) => deployment(name)),
    ];
    const [webhook] = (await makeMesh(PRINTED)).resources.flatMap(readWebhooks) as [InjectorWebhook];
    const selected = (labels: Record<string, string>) =>
      webhookSelects(webhook, labelsOf(labels), labelsOf({ app: 'cart' }));
    expect(selected({ 'istio.io/rev': 'default' })).toBe('yes');
    expect(selected({ 'istio-injection': 'enabled' })).toBe('no');
    expect(selected({ 'istio.io/rev': 'default', 'istio-injection': 'enabled' })).toBe('no');
    expect(selected({})).toBe('no');
    const closed = await injections(documents, { closedWorld: true });
    expect([...closed].map(([name, { outcome, cause }]) => `${name} ${outcome} ${cause}`)).toEqual([
      'rev injected namespace-revision',
      'old not-injected no-default-revision',
      'both not-injected no-default-revision',
      'none not-injected no-label',
    ]);
    // Other entries may be installed where not everything was read: the old label may have its owner.
    const open = await injections(documents);
    expect([...open].map(([name, { outcome }]) => `${name} ${outcome}`)).toEqual([
      'rev injected',
      'old unknown',
      'both unknown',
      'none not-injected',
    ]);
    expect(closed.get('rev')?.facts.map((f) => f.text)).toEqual([
      'namespace rev has label istio.io/rev=default',
      'webhook rev.namespace.sidecar-injector.istio.io of istio-sidecar-injector selects them',
    ]);
  });

  const TEAM = configuration(
    `- { name: sidecar-injector.istio.io, ${RULES}, namespaceSelector: { matchLabels: { team: a } }, objectSelector: { matchExpressions: [{ key: mesh, operator: Exists }] } }`,
  );
  it('goes by labels of ones own, and says what the nearest one misses', async () => {
    const documents = [
      TEAM,
      namespace('a', '{ team: a }'),
      namespace('b', '{ istio-injection: enabled }'),
      namespace('c', '{ team: a }'),
      deployment('a', '{ app: cart, mesh: "1" }'),
      deployment('b', '{ app: cart, mesh: "1" }'),
      deployment('c'),
    ];
    const answers = await injections(documents, { closedWorld: true });
    expect(answers.get('a')).toMatchObject({ outcome: 'injected', cause: 'webhook' });
    expect(answers.get('b')?.facts).toMatchObject([
      {
        text: 'no webhook selects the pods; the nearest, sidecar-injector.istio.io of own, wants namespace label team=a',
      },
    ]);
    expect(answers.get('c')?.facts[0]?.text).toMatch(/wants pod label mesh$/);
  });
  it('does not say that nobody owns the old label where somebody asks for more', async () => {
    const more = configuration(
      `- { name: namespace.sidecar-injector.istio.io, ${RULES}, namespaceSelector: { matchLabels: { istio-injection: enabled, team: a } } }\n- { name: rev.namespace.sidecar-injector.istio.io, ${RULES}, namespaceSelector: { matchLabels: { istio.io/rev: r } } }`,
    );
    const { facts, cause } = (
      await injections([more, namespace('a', '{ istio-injection: enabled }'), deployment('a')])
    ).get('a') as { facts: readonly { text: string }[]; cause: string };
    expect(cause).toBe('webhook');
    expect(facts.at(-1)?.text).toMatch(/wants namespace label team=a$/);
  });
  it('names all revisions that would inject', async () => {
    const one = (name: string, revision: string) =>
      configuration(
        `- { name: namespace.sidecar-injector.istio.io, ${RULES}, namespaceSelector: { matchLabels: { istio-injection: enabled } } }`,
        name,
        `{ istio.io/rev: ${revision} }`,
      );
    const documents = [
      namespace('a', '{ istio-injection: enabled }'),
      deployment('a'),
      one('z', 'blue'),
      one('y', 'green'),
    ];
    for (const order of [documents, [...documents].reverse()]) {
      const answer = (await injections(order)).get('a');
      expect(answer).toMatchObject({ outcome: 'injected', revision: 'green', revisions: ['green', 'blue'] });
    }
  });
  it('says so where one that was read takes every namespace', async () => {
    const all = configuration(`- { name: sidecar-injector.istio.io, ${RULES} }`);
    const answer = (await injections([all, namespace('a', '{}'), deployment('a')])).get('a');
    expect(answer).toMatchObject({ outcome: 'injected', cause: 'by-default' });
    expect(answer?.facts[0]?.text).toBe('the injector of revision default takes namespaces without a label too');
  });
  it('is not taken in by one that was put out of use', async () => {
    const old = configuration(
      `- { name: namespace.sidecar-injector.istio.io, ${RULES}, namespaceSelector: { matchLabels: { istio-injection: enabled, istio.io/deactivated: never-match } } }`,
    );
    const documents = [old, namespace('a', '{ istio-injection: enabled }'), deployment('a')];
    expect((await injections(documents)).get('a')?.outcome).toBe('unknown');
    expect((await injections(documents, { closedWorld: true })).get('a')?.outcome).toBe('not-injected');
  });
  it('prefers the revision of the pods where the values say so', async () => {
    const values = JSON.stringify({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'istiod', namespace: 'istio-system' },
      spec: {
        chart: { spec: { chart: 'istiod' } },
        values: { revision: 'blue', sidecarInjectorWebhook: { revisionLabelPreference: 'pod' } },
      },
    });
    const documents = [namespace('a', '{ istio.io/rev: blue }'), deployment('a', '{ app: cart, istio.io/rev: green }')];
    const config = { revisions: ['blue', 'green'] };
    expect((await injections(documents, config)).get('a')?.revision).toBe('blue');
    expect((await injections([values, ...documents], config)).get('a')?.revision).toBe('green');
  });
  it('goes by the charts where the config says so', async () => {
    const documents = [TEAM, namespace('a', '{ istio-injection: enabled }'), deployment('a')];
    expect((await injections(documents, { closedWorld: true })).get('a')?.outcome).toBe('not-injected');
    const config = { installation: { webhooks: 'chart' as const } };
    expect((await injections(documents, config)).get('a')?.outcome).toBe('injected');
  });
});
