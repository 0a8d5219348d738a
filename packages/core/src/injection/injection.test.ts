import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { MeshConfigKeys } from '../config/config.ts';
import { settingsOf } from '../config/resolve-config.ts';
import { readInstallation } from '../installation/installation.ts';
import type { InjectorWebhook } from '../installation/webhook-entries.ts';
import { labelsOf, UNKNOWN_LABELS } from '../manifest/label-set.ts';
import { type Condition, meets } from '../manifest/selectors.ts';
import { type AdmissionInput, decideInjection, type Injection } from './injection.ts';
import { smallestChange } from './injection-change.ts';
import { askedWebhooks, installedWebhooks } from './injector-webhooks.ts';

const ABSENT = undefined;
type Value = string | undefined;

/** A namespace and a pod by the labels that the injector reads. */
interface Case {
  readonly namespace?: string;
  readonly injection?: Value;
  readonly revision?: Value;
  readonly inject?: Value;
  readonly podRevision?: Value;
  readonly annotation?: Value;
  readonly hostNetwork?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

function plain(entries: Readonly<Record<string, Value>>) {
  return labelsOf(Object.fromEntries(Object.entries(entries).filter((e): e is [string, string] => e[1] !== undefined)));
}

function inputOf(one: Case): AdmissionInput {
  return {
    namespace: one.namespace ?? 'shop',
    namespaceLabels: plain({ 'istio-injection': one.injection, 'istio.io/rev': one.revision }),
    podLabels: plain({ 'sidecar.istio.io/inject': one.inject, 'istio.io/rev': one.podRevision, ...one.labels }),
    podAnnotations: plain({ 'sidecar.istio.io/inject': one.annotation }),
    hostNetwork: one.hostNetwork ? 'yes' : 'no',
  };
}

function setupOf(config: MeshConfigKeys) {
  const settings = settingsOf(config);
  const installation = readInstallation(settings, [], new Map(), []);
  return { settings, installation, webhooks: installedWebhooks(settings, installation, []) };
}

function decide(one: Case, config: MeshConfigKeys = {}): Injection {
  return decideInjection(inputOf(one), setupOf({ revisions: ['default', 'canary'], ...config }));
}

/** "default", the revision that injects; or the outcome. */
function answer(injection: Injection): string {
  return injection.outcome === 'injected' ? (injection.revision ?? '') : injection.outcome;
}

const NO = 'not-injected';

describe('the decision table', () => {
  const values = (version: string) => {
    const lenient = version === '1.26';
    // A value that is neither: a yes in some words to 1.26, the policy since 1.27; the code of 1.10 knows no label.
    return [
      ['yes', 'default'],
      ['On', 'default'],
      ['False', lenient ? NO : 'default'],
      ['no', lenient ? NO : 'default'],
      ['disabled', lenient ? NO : 'default'],
    ] as const;
  };
  for (const istioVersion of ['1.10', '1.26', '1.27'])
    for (const enableNamespacesByDefault of [false, true]) {
      const config = { istioVersion, enableNamespacesByDefault };
      const row = (title: string, one: Case, expected: string) =>
        test(`${istioVersion}${enableNamespacesByDefault ? ', namespaces by default' : ''}: ${title}`, () => {
          expect(answer(decide(one, config))).toBe(expected);
        });
      for (const inject of [ABSENT, 'true', '']) {
        row(
          `row 1, inject ${inject}`,
          { injection: 'enabled', inject, revision: 'canary', podRevision: 'canary' },
          'default',
        );
      }
      row('row 2', { injection: 'enabled', inject: 'false' }, NO);
      for (const [inject, expected] of values(istioVersion)) {
        row(`row 3, inject ${inject}`, { injection: 'enabled', inject }, expected);
        row(`row 5 with inject ${inject}`, { revision: 'canary', inject }, expected === NO ? NO : 'canary');
        row(`row 9 with inject ${inject}`, { podRevision: 'canary', inject }, expected === NO ? NO : 'canary');
      }
      for (const injection of ['disabled', 'true', 'Enabled', 'yes', '']) {
        row(
          `row 4, istio-injection ${injection}`,
          { injection, inject: 'true', podRevision: 'canary', revision: 'canary' },
          NO,
        );
      }
      row('row 5, the revision of the pod is ignored', { revision: 'canary', podRevision: 'default' }, 'canary');
      row('row 6', { revision: 'canary', inject: 'false' }, NO);
      row('row 7', { revision: 'ghost', inject: 'true', podRevision: 'canary' }, NO);
      row('row 7, empty', { revision: '', inject: 'true' }, NO);
      row('row 8', { inject: 'false', podRevision: 'canary' }, NO);
      row('row 9', { podRevision: 'canary' }, 'canary');
      row('row 10', { inject: 'true' }, 'default');
      row('row 11', { inject: 'true', podRevision: 'ghost' }, NO);
      row('row 11, empty', { inject: 'true', podRevision: '' }, NO);
      for (const inject of ['yes', 'True', '1']) row(`row 12, inject ${inject}`, { inject }, NO);
      row('row 13', {}, enableNamespacesByDefault ? 'default' : NO);
      row('row 13 in a system namespace', { namespace: 'kube-public' }, NO);
      row('row 14', { inject: '' }, NO);
      row('hostNetwork', { injection: 'enabled', inject: 'true', hostNetwork: true }, NO);
      row('annotation "true" in row 4', { injection: 'disabled', annotation: 'true' }, NO);
      row('annotation "true" in row 13', { annotation: 'true' }, enableNamespacesByDefault ? 'default' : NO);
      row('annotation "false" in row 1', { injection: 'enabled', annotation: 'false' }, NO);
      row('annotation "false" in row 5', { revision: 'canary', annotation: 'false' }, NO);
      row('annotation "false" in row 9', { podRevision: 'canary', annotation: 'false' }, NO);
      // In 1.10 the code reads the annotation alone; later the label hides it, also an empty one.
      const hidden = istioVersion === '1.10' ? NO : 'default';
      row('annotation "false" in row 10', { inject: 'true', annotation: 'false' }, hidden);
      row(
        'annotation "false" behind an empty label',
        { injection: 'enabled', inject: '', annotation: 'false' },
        hidden,
      );
    }

  const old = (title: string, one: Case, expected: string, config: MeshConfigKeys = {}) =>
    test(`1.8: ${title}`, () => expect(answer(decide(one, { istioVersion: '1.8', ...config }))).toBe(expected));
  old('the namespace label', { injection: 'enabled' }, 'default');
  old('the label of the pod has no meaning', { injection: 'enabled', inject: 'false' }, 'default');
  old('the annotation decides', { injection: 'enabled', annotation: 'false' }, NO);
  old('a pod cannot join by itself', { inject: 'true', annotation: 'true' }, NO);
  old('a revision', { revision: 'canary' }, 'canary');
  old('the unnamed revision has no label of its own', { revision: 'default' }, NO);
  old('the old label beats a revision', { revision: 'canary', injection: 'disabled' }, NO);
  old('by default', {}, 'default', { enableNamespacesByDefault: true });
  old('by default, disabled', { injection: 'disabled' }, NO, { enableNamespacesByDefault: true });
  old('kube-node-lease was no system namespace yet', { namespace: 'kube-node-lease', injection: 'enabled' }, 'default');
  test('1.9: the label "false" keeps a pod out, and "true" does not bring it in', () => {
    expect(answer(decide({ injection: 'enabled', inject: 'false' }, { istioVersion: '1.9' }))).toBe(NO);
    expect(answer(decide({ inject: 'true' }, { istioVersion: '1.9' }))).toBe(NO);
  });
});

describe('what the installation adds', () => {
  it('injects nothing by the old labels where only named revisions are installed', () => {
    for (const one of [{ injection: 'enabled' }, { inject: 'true' }, {}]) {
      const injection = decide(one, { revisions: ['canary'], enableNamespacesByDefault: true });
      expect(answer(injection)).toBe(NO);
    }
    expect(decide({ injection: 'enabled' }, { revisions: ['canary'] }).cause).toBe('no-default-revision');
  });
  it('takes a tag for the revision that it stands for', () => {
    expect(answer(decide({ revision: 'prod' }, { revisions: ['1-20'], tags: { prod: '1-20' } }))).toBe('prod');
    expect(answer(decide({ injection: 'enabled' }, { revisions: ['1-20'], tags: { default: '1-20' } }))).toBe('1-20');
  });
  it('does not know a revision of which nothing is said', () => {
    const setup = setupOf({});
    const webhooks = [
      ...setup.webhooks,
      ...askedWebhooks(setup.settings, setup.installation, setup.webhooks, ['canary']),
    ];
    expect(decideInjection(inputOf({ revision: 'canary' }), { ...setup, webhooks }).outcome).toBe('unknown');
    const refused = decideInjection(inputOf({ revision: 'canary', inject: 'false' }), { ...setup, webhooks });
    expect(refused.outcome).toBe(NO);
  });
  it('does not know a namespace that was not read, except for pods that refuse', () => {
    const unread = {
      ...inputOf({}),
      namespaceLabels: UNKNOWN_LABELS,
      namespaceUnknown: 'no manifest of Namespace shop was read',
    };
    const setup = setupOf({});
    expect(decideInjection(unread, setup)).toMatchObject({
      outcome: 'unknown',
      unknownBecause: 'no manifest of Namespace shop was read',
    });
    expect(
      decideInjection({ ...unread, podLabels: labelsOf({ 'sidecar.istio.io/inject': 'false' }) }, setup).outcome,
    ).toBe(NO);
    expect(
      decideInjection({ ...unread, podAnnotations: labelsOf({ 'sidecar.istio.io/inject': 'false' }) }, setup).outcome,
    ).toBe(NO);
    // The namespace may veto.
    expect(
      decideInjection({ ...unread, podLabels: labelsOf({ 'sidecar.istio.io/inject': 'true' }) }, setup).outcome,
    ).toBe('unknown');
  });
  it('asks the selector lists only where the pod is silent, the refusing one first', () => {
    const installation = {
      neverInjectSelector: [{ matchLabels: { role: 'batch' } }],
      alwaysInjectSelector: [{ matchExpressions: [{ key: 'role', operator: 'Exists' as const }] }],
      autoInject: 'disabled' as const,
    };
    const config = { installation };
    expect(decide({ injection: 'enabled' }, config)).toMatchObject({ outcome: NO, cause: 'policy' });
    expect(decide({ injection: 'enabled', labels: { role: 'web' } }, config).outcome).toBe('injected');
    expect(decide({ injection: 'enabled', labels: { role: 'batch' } }, config)).toMatchObject({
      outcome: NO,
      cause: 'never-selector',
    });
    expect(decide({ injection: 'enabled', labels: { role: 'batch' }, inject: 'true' }, config).outcome).toBe(
      'injected',
    );
  });
  it('passes over an empty selector of a list', () => {
    expect(decide({ injection: 'enabled' }, { installation: { neverInjectSelector: [{}] } }).outcome).toBe('injected');
  });
  it('rejects a pod that the injector cannot render, if it is asked at all', () => {
    const rejections = [{ text: 'a wrong value' }];
    const setup = setupOf({});
    expect(decideInjection({ ...inputOf({ injection: 'enabled' }), rejections }, setup).outcome).toBe('rejected');
    expect(decideInjection({ ...inputOf({}), rejections }, setup).outcome).toBe(NO);
  });
  it('names what the injector refuses beside the change of labels', () => {
    const rejections = [{ text: 'a wrong value' }];
    const setup = setupOf({});
    const changeOf = (one: Case) => {
      const input = { ...inputOf(one), rejections };
      return smallestChange(input, decideInjection(input, setup), setup)?.text;
    };
    expect(changeOf({ injection: 'true' })).toBe(
      'label the namespace istio-injection: enabled, and correct what comes next: a wrong value',
    );
    expect(changeOf({ injection: 'enabled' })).toBe('correct what the injector refuses (a wrong value)');
  });
});

// A second telling of the table, by rows and not by selectors: neither knows the other.
function byTable(one: Case, version: number, byDefault: boolean, policy: string, installed: readonly string[]): string {
  const isOwned = installed.includes('default');
  if (one.hostNetwork) return NO;
  const system =
    version >= 9
      ? ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']
      : ['kube-system', 'kube-public'];
  if (system.includes(one.namespace ?? 'shop')) return NO;
  const { injection, revision, inject, podRevision, annotation } = one;
  const asks = version >= 12 && inject !== undefined ? inject : annotation;
  const isAccepted = () => {
    if (asks !== undefined && asks !== '') {
      if (version >= 27 && asks === 'true') return true;
      if (version >= 27 && asks === 'false') return false;
      if (version < 27) return ['y', 'yes', 'true', 'on'].includes(asks.toLowerCase());
    }
    return policy === 'enabled';
  };
  const by = (name: string) => (isAccepted() ? name : NO);
  if (version >= 9 && inject === 'false') return NO;
  if (version < 10) {
    if (injection === undefined && revision !== undefined && revision !== 'default' && installed.includes(revision))
      return by(revision);
    if (!isOwned) return NO;
    // By default, the chart asked for no revision, whatever the old label said.
    if (byDefault) return injection === 'disabled' || revision !== undefined ? NO : by('default');
    return injection === 'enabled' ? by('default') : NO;
  }
  if (injection !== undefined) return injection === 'enabled' && isOwned ? by('default') : NO;
  if (revision !== undefined) return installed.includes(revision) ? by(revision) : NO;
  if (podRevision !== undefined) return installed.includes(podRevision) ? by(podRevision) : NO;
  if (inject === 'true') return isOwned ? by('default') : NO;
  return inject === undefined && byDefault && isOwned ? by('default') : NO;
}

test('the webhooks of the chart and the table agree over the whole space of label values', () => {
  const injections = [ABSENT, 'enabled', 'disabled', 'true', 'Enabled', ''];
  const revisions = [ABSENT, 'default', 'canary', 'ghost', ''];
  const injects = [ABSENT, 'true', 'false', '', 'yes', 'True', 'False', '1', 'no'];
  const annotations = [ABSENT, 'true', 'false', '', 'on', 'No'];
  let checked = 0;
  const wrong: string[] = [];
  for (const minor of [8, 9, 10, 11, 12, 15, 16, 26, 27, 31])
    for (const installed of [['default', 'canary'], ['canary']])
      for (const byDefault of [false, true])
        for (const autoInject of ['enabled', 'disabled'] as const) {
          const setup = setupOf({
            istioVersion: `1.${minor}`,
            revisions: installed,
            enableNamespacesByDefault: byDefault,
            installation: { autoInject },
          });
          for (const injection of injections)
            for (const revision of revisions)
              for (const inject of injects)
                for (const podRevision of revisions)
                  for (const annotation of annotations) {
                    const one: Case = { injection, revision, inject, podRevision, annotation };
                    checked++;
                    const real = answer(decideInjection(inputOf(one), setup));
                    const told = byTable(one, minor, byDefault, autoInject, installed);
                    if (real !== told && wrong.length < 5)
                      wrong.push(`1.${minor} ${JSON.stringify(one)}: ${real}, table ${told}`);
                  }
        }
  expect(wrong).toEqual([]);
  expect(checked).toBe(648_000);
}, 120_000);

describe('laws', () => {
  const value = fc.constantFrom(ABSENT, 'true', 'false', '', 'enabled', 'disabled', 'canary', 'default', 'x');
  const aCase = fc.record({
    injection: value,
    revision: value,
    inject: value,
    podRevision: value,
    annotation: value,
    hostNetwork: fc.boolean(),
  });
  const aVersion = fc.integer({ min: 0, max: 31 }).map((minor) => `1.${minor}`);

  it('the order of webhooks never changes the decision', () => {
    fc.assert(
      fc.property(
        aCase,
        aVersion,
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        (one, istioVersion, byDefault, random) => {
          const setup = setupOf({
            istioVersion,
            revisions: ['default', 'canary', 'x'],
            enableNamespacesByDefault: byDefault,
          });
          const keyed = setup.webhooks.map((webhook): [number, InjectorWebhook] => [random.next().value ?? 0, webhook]);
          const shuffled = keyed.sort((a, b) => a[0] - b[0]).map(([, webhook]) => webhook);
          const first = decideInjection(inputOf(one), setup);
          const second = decideInjection(inputOf(one), { ...setup, webhooks: shuffled });
          expect([second.outcome, second.cause, second.facts.map((f) => f.text), second.revision]).toEqual([
            first.outcome,
            first.cause,
            first.facts.map((f) => f.text),
            first.revision,
          ]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('the order of labels never changes the decision', () => {
    fc.assert(
      fc.property(aCase, aVersion, (one, istioVersion) => {
        const reversed = Object.fromEntries(Object.entries(one).reverse()) as Case;
        expect(decide(reversed, { istioVersion })).toEqual(decide(one, { istioVersion }));
      }),
    );
  });

  it('the smallest change turns the answer', () => {
    fc.assert(
      fc.property(aCase, aVersion, fc.boolean(), (one, istioVersion, byDefault) => {
        const setup = setupOf({ istioVersion, revisions: ['default', 'canary'], enableNamespacesByDefault: byDefault });
        const input = inputOf(one);
        const decision = decideInjection(input, setup);
        const change = smallestChange(input, decision, setup);
        expect(change, JSON.stringify(decision)).toBeDefined();
        let after: Case = { ...one, hostNetwork: one.hostNetwork && !change?.text.includes('hostNetwork') };
        for (const { on, kind, key, value: to } of change?.labels ?? []) {
          const field =
            key === 'istio-injection'
              ? 'injection'
              : key === 'istio.io/rev'
                ? on === 'namespace'
                  ? 'revision'
                  : 'podRevision'
                : kind === 'label'
                  ? 'inject'
                  : 'annotation';
          after = { ...after, [field]: to };
        }
        const turned = decideInjection(inputOf(after), setup).outcome;
        expect(turned).toBe(decision.outcome === 'injected' ? 'not-injected' : 'injected');
      }),
      { numRuns: 2000 },
    );
  });

  it('the evaluator of selectors agrees with one that tries the definition', () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const word = fc.constantFrom('x', 'y', '');
    const condition = fc.record({
      key,
      operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist') as fc.Arbitrary<Condition['operator']>,
      values: fc.array(word, { maxLength: 3 }),
    });
    const labels = fc.dictionary(key, word);
    const holds = ({ key: name, operator, values }: Condition, map: Readonly<Record<string, string>>): boolean => {
      const has = Object.keys(map).includes(name);
      const isAmong = has && values.some((v) => v === map[name]);
      return { In: isAmong, NotIn: !isAmong, Exists: has, DoesNotExist: !has }[operator];
    };
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 4 }), labels, (conditions, map) => {
        expect(meets(conditions, labelsOf(map))).toBe(conditions.every((c) => holds(c, map)) ? 'yes' : 'no');
      }),
      { numRuns: 5000 },
    );
    // With some keys unsettled, a sure answer is one that holds whatever they turn out to be.
    fc.assert(
      fc.property(fc.array(condition, { maxLength: 3 }), labels, key, (conditions, map, open) => {
        const set = { ...labelsOf(map), mayChange: (name: string) => name === open };
        const { [open]: _, ...rest } = map;
        const worlds = [
          map,
          ...[undefined, 'x', 'y', '', 'z'].map((v) => (v === undefined ? rest : { ...rest, [open]: v })),
        ];
        const results = new Set(worlds.map((world) => conditions.every((c) => holds(c, world))));
        const told = meets(conditions, set);
        if (told !== 'unknown') expect([...results].every((r) => r === (told === 'yes')) || told === 'yes').toBe(true);
        if (told === 'no') expect(results.has(true)).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });
});
