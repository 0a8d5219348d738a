import { ignoredNamespaces } from '../cluster/namespaces.ts';
import type { Installation, Known } from '../installation/installation.ts';
import { istioAtLeast, type LabelSelectorSettings, type MeshSettings } from '../installation/settings.ts';
import { type InjectorWebhook, ownsDefault, webhookSelects } from '../installation/webhook-entries.ts';
import { type LabelSet, withLabel, withUnknownValues } from '../manifest/label-set.ts';
import type { Answer } from '../manifest/lookup.ts';
import { type Condition, meets, meetsOne } from '../manifest/selectors.ts';
import type { Field } from '../source/field.ts';

/** Label by which a namespace or a pod joins the ambient mesh. */
export const DATAPLANE_KEY = 'istio.io/dataplane-mode';
/** Label (once annotation) by which a pod asks for a sidecar, or refuses it. */
export const INJECT_KEY = 'sidecar.istio.io/inject';
/** Label that names the revision of the control plane. */
export const REVISION_KEY = 'istio.io/rev';
/** Label of a namespace whose pods get a sidecar. */
export const INJECTION_KEY = 'istio-injection';
/** Annotation that chooses what is injected. Since 1.9. */
export const TEMPLATES_KEY = 'inject.istio.io/templates';

/**
 * What becomes of a pod when it is created. `rejected` is worse than not injected: the injector answers with an error, and since its webhook
 * fails closed the pod is not created at all.
 */
export type Outcome = 'injected' | 'not-injected' | 'rejected' | 'unknown';

/** What decided, in one word; the rules and the words of `meshvet why` go by it. */
export type Cause =
  | 'host-network'
  | 'system-namespace'
  /** The value of the namespace's `istio-injection`. */
  | 'namespace-label'
  /** The revision that the namespace names. */
  | 'namespace-revision'
  | 'pod-label'
  | 'pod-revision'
  | 'pod-annotation'
  /** Neither the namespace nor the pods carry a label of the mesh. */
  | 'no-label'
  | 'by-default'
  /** Nobody owns `istio-injection` and `sidecar.istio.io/inject`: only named revisions are installed. */
  | 'no-default-revision'
  | 'never-selector'
  | 'always-selector'
  | 'policy'
  /** Webhooks of the input that select otherwise than the charts. */
  | 'webhook'
  /** What the injector refuses to render. */
  | 'rejected'
  /** No manifest of the namespace, a value that a later step fills in, variants that differ. */
  | 'not-known';

/** One fact of a decision: in words, and where it is written. */
export interface Fact {
  /** One clause: "namespace shop has label istio-injection=enabled". */
  readonly text: string;
  readonly field?: Field;
}

/** The answer of Istio's injector for a pod template, with the chain that led there. */
export interface Injection {
  readonly outcome: Outcome;
  readonly cause: Cause;
  /** In the order in which they were weighed; the last one decided. Never empty. */
  readonly facts: readonly Fact[];
  /** The revision that injects, where one does. */
  readonly revision: string | undefined;
  /** All revisions whose webhooks select the pods: more than one is an overlap, and each of them would inject. */
  readonly revisions: readonly string[];
  /** What is injected: `sidecar` unless the pods choose. */
  readonly templates: readonly string[];
  /** Whether the outcome holds for a condition that nobody can check here; why not, in a clause. */
  readonly unknownBecause: string | undefined;
}

/** All that the injector looks at. */
export interface AdmissionInput {
  readonly namespace: string;
  /** Whether the pods may land in a namespace of another name: none is written, or a later step gives it. */
  readonly isNamespaceOpen?: boolean;
  /** `UNKNOWN_LABELS` where the Namespace was not read. */
  readonly namespaceLabels: LabelSet;
  /** Where to point for the namespace and for the pods; a key below it is looked up. */
  readonly namespaceField?: (key: string) => Field | undefined;
  readonly podLabels: LabelSet;
  readonly podLabelField?: (key: string) => Field | undefined;
  readonly podAnnotations: LabelSet;
  readonly podAnnotationField?: (key: string) => Field | undefined;
  readonly hostNetwork: Answer;
  readonly hostNetworkField?: Field;
  /** Why the Namespace is not known, in a clause; undefined when it is. */
  readonly namespaceUnknown?: string;
  /** What would have to be read to know it, as an order: "add the manifest of Namespace shop to what is checked". */
  readonly namespaceNeeds?: string;
  /** What makes the injector refuse the pod, if it is asked. */
  readonly rejections?: readonly Fact[];
}

/** What the decision needs of the mesh. */
export interface AdmissionSetup {
  readonly settings: MeshSettings;
  readonly installation: Installation;
  readonly webhooks: readonly InjectorWebhook[];
  /** Those of the webhooks that may select pods of the namespace in question; all, unless somebody asked before. */
  readonly candidates?: readonly InjectorWebhook[];
  /** Those of Linkerd, as far as manifests of them were read; none stand for the chart's. */
  readonly linkerdWebhooks?: readonly InjectorWebhook[];
}

// Set by the controllers of Kubernetes on the pods that they make; their values come from the cluster.
const CONTROLLER_LABELS: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/controller-uid',
  'job-name',
  'controller-uid',
]);

/**
 * Whether Istio's injector puts a proxy into a pod. Three stages, all of which have to agree: some webhook selects the pod, the injector's own
 * code accepts it, and the template can be rendered. Source: the webhooks of the charts; `injectRequired` in `pkg/kube/inject/inject.go` and
 * `pkg/kube/inject/validate.go`, by tag from 1.0 to 1.31.
 */
export function decideInjection(pod: AdmissionInput, setup: AdmissionSetup): Injection {
  const refused = refusedAlways(pod, setup);
  if (refused) return refused;
  const selection = select(pod, setup.candidates ?? setup.webhooks);
  const verdict = judge(pod, setup);
  const templates = templatesOf(pod);
  const base = { templates, revision: selection.revisions[0], revisions: selection.revisions };
  if (selection.answer === 'no')
    return { ...base, outcome: 'not-injected', ...explainMiss(pod, setup), unknownBecause: undefined };
  if (verdict.answer === 'no')
    return {
      ...base,
      outcome: 'not-injected',
      cause: verdict.cause,
      facts: [...selection.facts, verdict.fact],
      unknownBecause: undefined,
    };
  const open =
    selection.answer === 'unknown'
      ? selection.open
      : verdict.answer === 'unknown'
        ? verdict.fact.text
        : pod.hostNetwork === 'unknown'
          ? 'hostNetwork is filled in later'
          : undefined;
  if (open !== undefined) {
    const field =
      selection.answer === 'unknown'
        ? undefined
        : verdict.answer === 'unknown'
          ? verdict.fact.field
          : pod.hostNetworkField;
    const fact: Fact = { text: open, ...fieldOf(field) };
    return { ...base, outcome: 'unknown', cause: 'not-known', facts: [...selection.facts, fact], unknownBecause: open };
  }
  const [rejection] = pod.rejections ?? [];
  const facts =
    verdict.explicit && verdict.cause !== selection.cause ? [...selection.facts, verdict.fact] : selection.facts;
  if (rejection)
    return { ...base, outcome: 'rejected', cause: 'rejected', facts: [...facts, rejection], unknownBecause: undefined };
  return { ...base, outcome: 'injected', cause: selection.cause, facts, unknownBecause: undefined };
}

/** What no label can change: the node's network, and namespaces that the injector leaves alone. */
function refusedAlways(pod: AdmissionInput, { settings }: AdmissionSetup): Injection | undefined {
  const none = { revision: undefined, revisions: [], templates: templatesOf(pod), unknownBecause: undefined };
  if (pod.hostNetwork === 'yes') {
    const fact: Fact = { text: 'the pods use hostNetwork', ...fieldOf(pod.hostNetworkField) };
    return { outcome: 'not-injected', cause: 'host-network', facts: [fact], ...none };
  }
  if (!pod.isNamespaceOpen && ignoredNamespaces(settings).has(pod.namespace)) {
    return {
      outcome: 'not-injected',
      cause: 'system-namespace',
      facts: [{ text: `the injector leaves namespace ${pod.namespace} alone` }],
      ...none,
    };
  }
  return undefined;
}

interface Selection {
  readonly answer: Answer;
  readonly cause: Cause;
  /** The labels that a webhook asked for, and the webhook. */
  readonly facts: readonly Fact[];
  readonly revisions: readonly string[];
  /** What would have to be known, when the answer is unknown. */
  readonly open: string;
}

/** Whether some webhook selects the pod. */
function select(pod: AdmissionInput, webhooks: readonly InjectorWebhook[]): Selection {
  const { namespaceLabels, podLabels } = surrounded(pod);
  const hits: InjectorWebhook[] = [];
  const open: InjectorWebhook[] = [];
  for (const webhook of webhooks) {
    const answer = webhookSelects(webhook, namespaceLabels, podLabels);
    if (answer === 'yes') hits.push(webhook);
    else if (answer === 'unknown') open.push(webhook);
  }
  const [first] = hits;
  if (first) {
    const revisions = [...new Set(hits.map((w) => w.revision))];
    return { answer: 'yes', cause: causeOfHit(first), facts: factsOfHit(pod, first), revisions, open: '' };
  }
  const [maybe] = open;
  if (!maybe) return { answer: 'no', cause: 'no-label', facts: [], revisions: [], open: '' };
  const revisions = [...new Set(open.map((w) => w.revision))];
  return {
    answer: 'unknown',
    cause: 'not-known',
    facts: [],
    revisions: revisions.length === 1 ? revisions : [],
    open: whyOpen(pod, open),
  };
}

/** The labels as admission sees them: with those that Kubernetes itself sets. */
function surrounded(pod: AdmissionInput): { namespaceLabels: LabelSet; podLabels: LabelSet } {
  return { namespaceLabels: namedLabels(pod), podLabels: withUnknownValues(pod.podLabels, CONTROLLER_LABELS) };
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** The labels of a namespace with that which the API server gives to each (since Kubernetes 1.21): its name. */
export function namedLabels({
  namespace,
  isNamespaceOpen,
  namespaceLabels,
}: Pick<AdmissionInput, 'namespace' | 'isNamespaceOpen' | 'namespaceLabels'>): LabelSet {
  return isNamespaceOpen
    ? withUnknownValues(namespaceLabels, new Set([NAME_LABEL]))
    : withLabel(namespaceLabels, NAME_LABEL, namespace);
}

// The selectors tell which label brought the pod in: what must be there goes before what must not.
function causeOfHit({ namespaceSelector, objectSelector }: InjectorWebhook): Cause {
  const asked = wanted(namespaceSelector)[0] ?? wanted(objectSelector)[0];
  if (asked === undefined) return 'by-default';
  if (asked.key === INJECTION_KEY) return 'namespace-label';
  if (asked.key === REVISION_KEY)
    return wanted(namespaceSelector).includes(asked) ? 'namespace-revision' : 'pod-revision';
  return asked.key === INJECT_KEY ? 'pod-label' : 'webhook';
}

function wanted(selector: readonly Condition[] | undefined): readonly Condition[] {
  return (selector ?? []).filter((c) => c.operator === 'In' || c.operator === 'Exists');
}

function factsOfHit(pod: AdmissionInput, webhook: InjectorWebhook): Fact[] {
  const facts = [
    ...wanted(webhook.namespaceSelector).map((c) => namespaceFact(pod, c.key)),
    ...wanted(webhook.objectSelector).map((c) => podFact(pod, c.key)),
  ];
  if (facts.length === 0) {
    const note = webhook.field && !webhook.name.startsWith('auto.') ? '' : ' (enableNamespacesByDefault)';
    facts.push({ text: `the injector of revision ${webhook.revision} takes namespaces without a label too${note}` });
  }
  return webhook.field
    ? [...facts, { text: `webhook ${webhook.name} of ${webhook.configuration} selects them`, field: webhook.field }]
    : facts;
}

function whyOpen(pod: AdmissionInput, open: readonly InjectorWebhook[]): string {
  const inactive = open.find((w) => w.active === 'unknown');
  if (pod.namespaceUnknown !== undefined) return pod.namespaceUnknown;
  if (inactive) return inactive.note;
  return 'some labels are filled in later';
}

interface Verdict {
  readonly answer: Answer;
  readonly cause: Cause;
  readonly fact: Fact;
  /** Whether the pod, or a selector, decided, and not the policy. */
  readonly explicit: boolean;
}

/** What the code of the injector says of a pod that a webhook brought to it: the pod's own wish, the selector lists, the policy. */
function judge(pod: AdmissionInput, { settings, installation }: AdmissionSetup): Verdict {
  const { autoInject } = installation;
  // With any other word for a policy the code injects nothing.
  if (autoInject.value !== 'enabled' && autoInject.value !== 'disabled')
    return {
      answer: 'no',
      cause: 'policy',
      fact: known(`the policy of the injector is "${autoInject.value}", which injects nothing`, autoInject),
      explicit: false,
    };
  const wish = wishOfPod(pod, settings);
  if (wish.answer !== 'default') return { answer: wish.answer, cause: wish.cause, fact: wish.fact, explicit: true };
  const listed = istioAtLeast(settings, '1.1') ? bySelectors(pod, installation) : undefined;
  if (listed) return { ...listed, explicit: true };
  const answer: Answer = autoInject.certain ? (autoInject.value === 'enabled' ? 'yes' : 'no') : 'unknown';
  return {
    answer,
    cause: 'policy',
    fact: known(`the policy of the injector is ${autoInject.value}`, autoInject),
    explicit: false,
  };
}

interface PodWish {
  readonly answer: Answer | 'default';
  readonly cause: Cause;
  readonly fact: Fact;
}

/** The label counts in the code since 1.12, where it hides the annotation; before, the annotation alone. */
function wishOfPod(pod: AdmissionInput, settings: MeshSettings): PodWish {
  const byLabel =
    istioAtLeast(settings, '1.12') && (pod.podLabels.has(INJECT_KEY) || pod.podLabels.mayChange(INJECT_KEY));
  const labels = byLabel ? pod.podLabels : pod.podAnnotations;
  const cause: Cause = byLabel ? 'pod-label' : 'pod-annotation';
  const noun = byLabel ? 'label' : 'annotation';
  const fact = byLabel ? podFact(pod, INJECT_KEY) : annotationFact(pod, INJECT_KEY);
  if (labels.mayChange(INJECT_KEY))
    return {
      answer: 'unknown',
      cause: 'not-known',
      fact: { text: `${noun} ${INJECT_KEY} of the pods may be set later` },
    };
  if (!labels.has(INJECT_KEY)) return { answer: 'default', cause, fact };
  const value = labels.get(INJECT_KEY);
  if (value === undefined)
    return {
      answer: 'unknown',
      cause: 'not-known',
      fact: { text: `the value of ${noun} ${INJECT_KEY} is filled in later`, ...fieldOf(fact.field) },
    };
  return { answer: wishOf(value, settings), cause, fact };
}

/**
 * What the code of the injector makes of a value of `sidecar.istio.io/inject`. Since 1.27 only "true" and "false" count; before, four words
 * were a yes in any case of letters, and everything else was a no.
 */
export function wishOf(value: string, settings: MeshSettings): 'yes' | 'no' | 'default' {
  if (value === '') return 'default';
  if (istioAtLeast(settings, '1.27')) return value === 'true' ? 'yes' : value === 'false' ? 'no' : 'default';
  return /^(?:y|yes|true|on)$/i.test(value) ? 'yes' : 'no';
}

/** The lists of selectors, the refusing one first. An empty selector of such a list is passed over. */
function bySelectors(pod: AdmissionInput, installation: Installation): Omit<Verdict, 'explicit'> | undefined {
  const { podLabels } = surrounded(pod);
  const lists = [
    [installation.neverInjectSelector, 'no', 'never-selector', 'neverInjectSelector'],
    [installation.alwaysInjectSelector, 'yes', 'always-selector', 'alwaysInjectSelector'],
  ] as const;
  for (const [list, verdict, cause, name] of lists) {
    const answer = anyMatches(list, podLabels);
    if (answer === 'yes')
      return { answer: verdict, cause, fact: known(`${name} of the injector matches the labels of the pods`, list) };
    if (answer === 'unknown')
      return {
        answer: 'unknown',
        cause: 'not-known',
        fact: { text: `whether ${name} of the injector matches the pods is not known` },
      };
  }
  return undefined;
}

// The conditions of a selector of plain data.
function conditionsOf({ matchLabels = {}, matchExpressions = [] }: LabelSelectorSettings): Condition[] {
  return [
    ...Object.entries(matchLabels).map(([key, value]): Condition => ({ key, operator: 'In', values: [value] })),
    ...matchExpressions.map(({ key, operator, values = [] }): Condition => ({ key, operator, values })),
  ];
}

function anyMatches({ value, certain }: Known<readonly LabelSelectorSettings[]>, labels: LabelSet): Answer {
  if (!certain) return 'unknown';
  let answer: Answer = 'no';
  for (const selector of value) {
    const conditions = conditionsOf(selector);
    if (conditions.length === 0) continue;
    const one = meets(conditions, labels);
    if (one === 'yes') return 'yes';
    if (one === 'unknown') answer = 'unknown';
  }
  return answer;
}

/** Why no webhook selects a pod: the label that stands in the way, the strongest first. */
function explainMiss(pod: AdmissionInput, { webhooks, settings }: AdmissionSetup): { cause: Cause; facts: Fact[] } {
  const { namespaceLabels, podLabels } = pod;
  const before110 = !istioAtLeast(settings, '1.10');
  // Webhooks of the input may ask for anything; the nearest of them tells what is missing.
  const custom = webhooks.filter((w) => w.field && !asksOnlyForIstioLabels(w));
  if (custom.length > 0 && custom.length === webhooks.length)
    return { cause: 'webhook', facts: [nearestMiss(pod, custom)] };
  if (podLabels.get(INJECT_KEY) === 'false' && istioAtLeast(settings, '1.9'))
    return { cause: 'pod-label', facts: [podFact(pod, INJECT_KEY)] };
  const idle = webhooks.find(
    (w) => w.active === 'no' && webhookSelects({ ...w, active: 'yes' }, namespaceLabels, podLabels) !== 'no',
  );
  if (idle)
    return {
      cause: 'webhook',
      facts: [
        {
          text: `webhook ${idle.name} of ${idle.configuration} has no rule for new pods, so it is never called`,
          ...fieldOf(idle.field),
        },
      ],
    };
  if (namespaceLabels.has(INJECTION_KEY)) {
    const fact = namespaceFact(pod, INJECTION_KEY);
    if (namespaceLabels.get(INJECTION_KEY) !== 'enabled') return { cause: 'namespace-label', facts: [fact] };
    return webhooks.some(ownsDefault)
      ? { cause: 'webhook', facts: [fact, nearestMiss(pod, webhooks)] }
      : { cause: 'no-default-revision', facts: [fact, { text: NOBODY_OWNS }] };
  }
  // Labels of revisions came with 1.6.
  if (namespaceLabels.has(REVISION_KEY) && istioAtLeast(settings, '1.6')) {
    const isInstalled = webhooks.some((w) => w.revision === namespaceLabels.get(REVISION_KEY));
    const note = isInstalled ? ', which no webhook takes' : ', and no such revision is installed';
    return { cause: 'namespace-revision', facts: [withNote(namespaceFact(pod, REVISION_KEY), note)] };
  }
  if (before110) return { cause: 'no-label', facts: [namespaceFact(pod, INJECTION_KEY)] };
  if (podLabels.has(REVISION_KEY)) {
    const isInstalled = webhooks.some((w) => w.revision === podLabels.get(REVISION_KEY));
    const note = isInstalled ? ', which no webhook takes' : ', and no such revision is installed';
    return { cause: 'pod-revision', facts: [withNote(podFact(pod, REVISION_KEY), note)] };
  }
  if (podLabels.has(INJECT_KEY)) {
    if (podLabels.get(INJECT_KEY) === 'true' && webhooks.some(ownsDefault))
      return { cause: 'webhook', facts: [podFact(pod, INJECT_KEY), nearestMiss(pod, webhooks)] };
    if (podLabels.get(INJECT_KEY) === 'true')
      return { cause: 'no-default-revision', facts: [podFact(pod, INJECT_KEY), { text: NOBODY_OWNS }] };
    return {
      cause: 'pod-label',
      facts: [
        withNote(podFact(pod, INJECT_KEY), ', which asks for nothing where the namespace has no label of the mesh'),
      ],
    };
  }
  // The label of ambient mode is one of the mesh, and asks for no sidecar.
  const what = [namespaceLabels, podLabels].some((labels) => labels.has(DATAPLANE_KEY))
    ? 'that asks for a sidecar'
    : 'of the mesh';
  return {
    cause: 'no-label',
    facts: [
      {
        text: `neither Namespace ${pod.namespace} nor the pods carry a label ${what}`,
        ...fieldOf(pod.namespaceField?.('')),
      },
    ],
  };
}

const NOBODY_OWNS = 'no installed revision is the default, and only the default one heeds that label';

function asksOnlyForIstioLabels({ namespaceSelector, objectSelector }: InjectorWebhook): boolean {
  const own = [INJECTION_KEY, REVISION_KEY, INJECT_KEY, NAME_LABEL];
  return [...(namespaceSelector ?? []), ...(objectSelector ?? [])].every((c) => own.includes(c.key));
}

// The words are for people, who do not read more of them.
const MOST_NEAR = 20;

function nearestMiss(pod: AdmissionInput, webhooks: readonly InjectorWebhook[]): Fact {
  const { namespaceLabels, podLabels } = surrounded(pod);
  let nearest: { webhook: InjectorWebhook; misses: string[] } | undefined;
  for (const webhook of webhooks.slice(0, MOST_NEAR)) {
    const misses = [
      ...(webhook.namespaceSelector ?? [])
        .filter((c) => meetsOne(c, namespaceLabels) === 'no')
        .map((c) => `namespace label ${words(c)}`),
      ...(webhook.objectSelector ?? [])
        .filter((c) => meetsOne(c, podLabels) === 'no')
        .map((c) => `pod label ${words(c)}`),
    ];
    if (!nearest || misses.length < nearest.misses.length) nearest = { webhook, misses };
  }
  const { webhook, misses } = nearest as { webhook: InjectorWebhook; misses: string[] };
  return {
    text: `no webhook selects the pods; the nearest, ${webhook.name} of ${webhook.configuration}, wants ${misses.join(' and ') || 'pods to be created'}`,
    ...fieldOf(webhook.field),
  };
}

/** A condition as people say it: "team in (a, b)". */
export function words({ key, operator, values }: Condition): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(', ')})`;
    case 'NotIn':
      return values.length === 1 ? `${key} other than ${values[0]}` : `${key} not in (${values.join(', ')})`;
    case 'Exists':
      return `${key}`;
    case 'DoesNotExist':
      return `${key} absent`;
  }
}

/** The templates that a pod asks for: blanks around the commas do not count. */
function templatesOf({ podAnnotations }: AdmissionInput): readonly string[] {
  const text = podAnnotations.get(TEMPLATES_KEY);
  const names = text === undefined ? [] : text.split(',').map((name) => name.trim());
  return names.length === 0 ? ['sidecar'] : names;
}

function namespaceFact(pod: AdmissionInput, key: string): Fact {
  return labelFact(`namespace ${pod.namespace} has`, 'label', pod.namespaceLabels, key, pod.namespaceField?.(key));
}

function podFact(pod: AdmissionInput, key: string): Fact {
  return labelFact('the pods have', 'label', pod.podLabels, key, pod.podLabelField?.(key));
}

function annotationFact(pod: AdmissionInput, key: string): Fact {
  return labelFact('the pods have', 'annotation', pod.podAnnotations, key, pod.podAnnotationField?.(key));
}

function labelFact(subject: string, noun: string, labels: LabelSet, key: string, field: Field | undefined): Fact {
  const text = labels.has(key)
    ? `${subject} ${noun} ${key}=${labels.get(key) || '""'}`
    : `${subject} no ${noun} ${key}`;
  return { text, ...fieldOf(field) };
}

function withNote(fact: Fact, note: string): Fact {
  return { ...fact, text: fact.text + note };
}

function known(text: string, { source, field }: Known<unknown>): Fact {
  return { text: source === undefined ? text : `${text} (${source})`, ...fieldOf(field) };
}

function fieldOf(field: Field | undefined): { field?: Field } {
  return field ? { field } : {};
}
