import { istioAtLeast } from '../installation/settings.ts';
import { withLabel } from '../manifest/label-set.ts';
import { decideEnrolment, OLD_REDIRECTION_KEY } from './ambient.ts';
import {
  type AdmissionInput,
  type AdmissionSetup,
  DATAPLANE_KEY,
  decideInjection,
  type Fact,
  INJECT_KEY,
  INJECTION_KEY,
  type Injection,
  REVISION_KEY,
} from './injection.ts';

/** One label or annotation to set or to take away. */
export interface LabelChange {
  readonly on: 'pods' | 'namespace';
  readonly kind: 'label' | 'annotation';
  readonly key: string;
  /** undefined takes the key away. */
  readonly value: string | undefined;
}

/** The smallest change that turns a decision: labels to change, or a field of the pods to take away, or what has to be read first. */
export interface InjectionChange {
  /** What to do, as an order: "label the pods sidecar.istio.io/inject: \"true\"". */
  readonly text: string;
  readonly labels: readonly LabelChange[];
}

/**
 * The smallest change of labels after which the injector decides the other way: pods before the namespace, one label before two. It is found by
 * asking the decision again with each of them, so it is right whatever the webhooks ask for. undefined when none of them turns it.
 */
export function smallestChange(
  pod: AdmissionInput,
  decision: Injection,
  { candidates: _, ...setup }: AdmissionSetup,
): InjectionChange | undefined {
  switch (decision.outcome) {
    case 'injected':
      return firstThatTurns(pod, setup, toLeave(setup), 'not-injected');
    case 'rejected':
      return { text: `correct what the injector refuses (${(decision.facts.at(-1) as Fact).text})`, labels: [] };
    case 'unknown':
      return pod.namespaceNeeds === undefined ? undefined : { text: pod.namespaceNeeds, labels: [] };
    case 'not-injected':
      return toBeInjected(pod, decision, setup);
  }
}

/**
 * What brings pods back into ambient mode that opted out of it: their label, or before 1.22 the annotation, taken away. undefined where they
 * did not, or their namespace is not in ambient mode.
 */
export function rejoinAmbient(pod: AdmissionInput, { settings }: AdmissionSetup): InjectionChange | undefined {
  const { podLabels, podAnnotations } = pod;
  const change: LabelChange | undefined = podLabels.has(DATAPLANE_KEY)
    ? onPods('label', DATAPLANE_KEY, undefined)
    : podAnnotations.has(OLD_REDIRECTION_KEY)
      ? onPods('annotation', OLD_REDIRECTION_KEY, undefined)
      : undefined;
  if (!change || decideEnrolment(pod, settings).answer !== 'no') return undefined;
  const back = decideEnrolment(changed(pod, change), settings).answer === 'yes';
  return back ? { text: orderOf(change), labels: [change] } : undefined;
}

/** What the injector would refuse is another mistake than the labels, and is named beside them. */
function toBeInjected(pod: AdmissionInput, decision: Injection, setup: AdmissionSetup): InjectionChange | undefined {
  const [refusal] = pod.rejections ?? [];
  const change = labelsToJoin({ ...pod, rejections: [] }, decision, setup);
  return change && refusal
    ? { ...change, text: `${change.text}, and correct what comes next: ${refusal.text}` }
    : change;
}

function labelsToJoin(pod: AdmissionInput, decision: Injection, setup: AdmissionSetup): InjectionChange | undefined {
  if (decision.cause === 'system-namespace') return undefined;
  if (decision.cause !== 'host-network') return firstThatTurns(pod, setup, toJoin(pod, setup), 'injected');
  const without: AdmissionInput = { ...pod, hostNetwork: 'no' };
  if (decideInjection(without, setup).outcome === 'injected') return { text: 'take hostNetwork away', labels: [] };
  const more = firstThatTurns(without, setup, toJoin(without, setup), 'injected');
  return more && { text: `take hostNetwork away and ${more.text}`, labels: more.labels };
}

function firstThatTurns(
  pod: AdmissionInput,
  setup: AdmissionSetup,
  candidates: readonly (readonly LabelChange[])[],
  wanted: Injection['outcome'],
): InjectionChange | undefined {
  const hit = candidates.find((labels) => decideInjection(labels.reduce(changed, pod), setup).outcome === wanted);
  return hit && { text: hit.map(orderOf).join(' and '), labels: hit };
}

function toLeave({ settings }: AdmissionSetup): LabelChange[][] {
  return [
    [istioAtLeast(settings, '1.9') ? onPods('label', INJECT_KEY, 'false') : onPods('annotation', INJECT_KEY, 'false')],
  ];
}

function toJoin(pod: AdmissionInput, { settings, installation }: AdmissionSetup): LabelChange[][] {
  const { podLabels, podAnnotations, namespaceLabels } = pod;
  const byPods: LabelChange[] = istioAtLeast(settings, '1.10') ? [onPods('label', INJECT_KEY, 'true')] : [];
  if (podLabels.has(INJECT_KEY)) byPods.unshift(onPods('label', INJECT_KEY, undefined));
  if (podAnnotations.has(INJECT_KEY))
    byPods.push(onPods('annotation', INJECT_KEY, undefined), onPods('annotation', INJECT_KEY, 'true'));
  if (podLabels.has(REVISION_KEY)) byPods.push(onPods('label', REVISION_KEY, undefined));
  const byNamespace: LabelChange[] = [{ on: 'namespace', kind: 'label', key: INJECTION_KEY, value: 'enabled' }];
  if (namespaceLabels.has(INJECTION_KEY))
    byNamespace.push({ on: 'namespace', kind: 'label', key: INJECTION_KEY, value: undefined });
  if (namespaceLabels.has(REVISION_KEY))
    byNamespace.push({ on: 'namespace', kind: 'label', key: REVISION_KEY, value: undefined });
  const revisions = [installation.defaultRevision.value, ...installation.revisions.map((r) => r.value)].filter(
    (r) => r !== undefined,
  );
  for (const value of [...new Set(revisions)].slice(0, MOST_REVISIONS)) {
    if (istioAtLeast(settings, '1.10')) byPods.push(onPods('label', REVISION_KEY, value));
    byNamespace.push({ on: 'namespace', kind: 'label', key: REVISION_KEY, value });
  }
  // Before 1.10 a pod may be kept out by two labels of its namespace and by its own label and annotation, all at once.
  return upTo(istioAtLeast(settings, '1.10') ? 3 : 4, [...byPods, ...byNamespace]);
}

// Each one more multiplies the choices to try; nobody runs so many at once.
const MOST_REVISIONS = 4;

/** All choices of one, two and so on that touch different keys, the small ones first, each size in the order given. */
function upTo(most: number, changes: readonly LabelChange[]): LabelChange[][] {
  const grow = (sets: readonly LabelChange[][]): LabelChange[][] =>
    sets.flatMap((set) => {
      const last = set.at(-1) as LabelChange;
      const rest = changes.slice(changes.indexOf(last) + 1);
      return rest.filter((one) => !set.some((other) => isSameKey(one, other))).map((one) => [...set, one]);
    });
  let last = changes.map((one) => [one]);
  const choices = [...last];
  for (let size = 2; size <= most; size++) {
    last = grow(last);
    choices.push(...last);
  }
  return choices;
}

function isSameKey(a: LabelChange, b: LabelChange): boolean {
  return a.on === b.on && a.kind === b.kind && a.key === b.key;
}

function changed(pod: AdmissionInput, { on, kind, key, value }: LabelChange): AdmissionInput {
  if (on === 'namespace') return { ...pod, namespaceLabels: withLabel(pod.namespaceLabels, key, value) };
  if (kind === 'label') return { ...pod, podLabels: withLabel(pod.podLabels, key, value) };
  return { ...pod, podAnnotations: withLabel(pod.podAnnotations, key, value) };
}

function onPods(kind: LabelChange['kind'], key: string, value: string | undefined): LabelChange {
  return { on: 'pods', kind, key, value };
}

function orderOf({ on, kind, key, value }: LabelChange): string {
  const whose = on === 'pods' ? 'the pods' : 'the namespace';
  if (value === undefined) return `take ${kind} ${key} away from ${whose}`;
  return kind === 'label'
    ? `label ${whose} ${key}: ${/^(?:true|false)$/.test(value) ? `"${value}"` : value}`
    : `annotate ${whose} ${key}: "${value}"`;
}
