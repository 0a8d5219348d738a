import type { MeshSettings } from '../installation/settings.ts';
import { atLeast } from '../installation/version.ts';
import { type InjectorWebhook, webhookSelects } from '../installation/webhook-entries.ts';
import type { LabelSet } from '../manifest/label-set.ts';
import type { Answer } from '../manifest/lookup.ts';
import { type Condition, meets } from '../manifest/selectors.ts';
import type { Field } from '../source/field.ts';
import { type Cause, type Fact, namedLabels, type Outcome } from './injection.ts';

/** Annotation by which a namespace or a pod asks for Linkerd's proxy, or refuses it. */
export const LINKERD_INJECT_KEY = 'linkerd.io/inject';

/** The answer of Linkerd's injector for a pod template. */
export interface LinkerdInjection {
  readonly outcome: Exclude<Outcome, 'rejected'>;
  readonly cause: Cause | 'existing-proxy' | 'no-annotation' | 'invalid-value' | 'token';
  readonly facts: readonly Fact[];
  /** `ingress` mode routes by the header that an ingress controller sets. Since 2.9. */
  readonly mode: 'enabled' | 'ingress' | undefined;
}

/** All that Linkerd's injector looks at. */
export interface LinkerdInput {
  readonly namespace: string;
  readonly isNamespaceOpen?: boolean;
  readonly namespaceLabels: LabelSet;
  readonly namespaceAnnotations: LabelSet;
  readonly namespaceAnnotationField?: (key: string) => Field | undefined;
  readonly namespaceUnknown?: string;
  readonly podLabels: LabelSet;
  readonly podAnnotations: LabelSet;
  readonly podAnnotationField?: (key: string) => Field | undefined;
  readonly hostNetwork: Answer;
  readonly hostNetworkField?: Field;
  /** A container of Linkerd's or Istio's proxy that is there already, also one that Istio injects first: its webhooks sort before. */
  readonly existingProxy: Fact | undefined;
  /** Where the token of the service account is not mounted; Linkerd needs it before tokens are projected (2.12). */
  readonly withoutToken?: Fact | undefined;
}

const NAMESPACE_SELECTOR: readonly Condition[] = [
  { key: 'config.linkerd.io/admission-webhooks', operator: 'NotIn', values: ['disabled'] },
];
const OBJECT_SELECTOR: readonly Condition[] = [
  { key: 'linkerd.io/control-plane-component', operator: 'DoesNotExist', values: [] },
  { key: 'linkerd.io/cni-resource', operator: 'DoesNotExist', values: [] },
];
const IGNORED: ReadonlySet<string> = new Set(['kube-system', 'cert-manager']);

/**
 * Whether Linkerd's injector puts a proxy into a pod. Only the annotation counts, of the namespace or the pod template; the pod's beats the
 * namespace's, but a namespace with a value that means nothing vetoes all. Source: `pkg/inject/inject.go`, `pkg/inject/report.go`, the chart's
 * `proxy-injector-rbac.yaml`.
 */
export function decideLinkerd(
  pod: LinkerdInput,
  { settings, linkerdWebhooks = [] }: { settings: MeshSettings; linkerdWebhooks?: readonly InjectorWebhook[] },
): LinkerdInjection {
  const written = linkerdWebhooks.length > 0 ? selectedBy(pod, linkerdWebhooks) : undefined;
  const missed = written ? written.missed : missedByChart(pod);
  if (missed) return missed;
  const wish = wishOf(pod, settings);
  if (wish.outcome === 'not-injected') return wish;
  const block = blockOf(pod, settings);
  if (block) return block;
  if (wish.outcome === 'unknown') return wish;
  const open = written?.open ?? (pod.hostNetwork === 'unknown' ? 'hostNetwork is filled in later' : undefined);
  return open === undefined ? wish : unknown({ text: open });
}

function missedByChart(pod: LinkerdInput): LinkerdInjection | undefined {
  if (IGNORED.has(pod.namespace) && !pod.isNamespaceOpen)
    return no('system-namespace', { text: `the webhook of Linkerd leaves namespace ${pod.namespace} alone` });
  if (meets(OBJECT_SELECTOR, pod.podLabels) === 'no')
    return no('webhook', { text: 'the pods are part of the control plane of Linkerd' });
  if (meets(NAMESPACE_SELECTOR, pod.namespaceLabels) !== 'no') return undefined;
  return no('webhook', { text: `namespace ${pod.namespace} has label config.linkerd.io/admission-webhooks=disabled` });
}

/** Whether a webhook of the manifests selects a pod; `missed` when none does. */
function selectedBy(
  pod: LinkerdInput,
  webhooks: readonly InjectorWebhook[],
): { readonly missed?: LinkerdInjection; readonly open?: string } {
  const labels = namedLabels(pod);
  const answers = webhooks.map((w) => webhookSelects(w, labels, pod.podLabels));
  if (answers.includes('yes')) return {};
  const open = webhooks[answers.indexOf('unknown')];
  // An unread Namespace is no ground for doubt: only a label that keeps its pods out would count.
  if (open) return pod.namespaceUnknown !== undefined && open.active === 'yes' ? {} : { open: whyOpen(open) };
  const [first] = webhooks;
  const fact: Fact = {
    text: 'no webhook of Linkerd selects the pods',
    ...(first?.field ? { field: first.field } : {}),
  };
  return { missed: no('webhook', fact) };
}

function whyOpen({ active, note }: InjectorWebhook): string {
  return active === 'unknown' ? note : 'some labels are filled in later';
}

function wishOf(pod: LinkerdInput, settings: MeshSettings): LinkerdInjection {
  const { podAnnotations, namespaceAnnotations } = pod;
  const own = wishValue(podAnnotations, 'the pods', pod.podAnnotationField?.(LINKERD_INJECT_KEY));
  const above = wishValue(
    namespaceAnnotations,
    `namespace ${pod.namespace}`,
    pod.namespaceAnnotationField?.(LINKERD_INJECT_KEY),
  );
  const isValid = (value: string) =>
    value === '' ||
    value === 'enabled' ||
    value === 'disabled' ||
    (value === 'ingress' && atLeast(settings.linkerdVersion, '2.9'));
  if (own.value !== undefined && !isValid(own.value)) return no('invalid-value', own.fact);
  if (above.value !== undefined && !isValid(above.value)) return no('invalid-value', above.fact);
  if (own.value === 'disabled') return no('pod-annotation', own.fact);
  const isWanted = (value: string | undefined): value is 'enabled' | 'ingress' =>
    value === 'enabled' || value === 'ingress';
  const vetoPossible = above.open ? above.fact : undefined;
  if (isWanted(own.value))
    return vetoPossible && pod.namespaceUnknown === undefined
      ? unknown(vetoPossible)
      : yes('pod-annotation', own.value, own.fact);
  if (own.open) return unknown(own.fact);
  if (above.open) return unknown(pod.namespaceUnknown === undefined ? above.fact : { text: pod.namespaceUnknown });
  if (isWanted(above.value)) return yes('namespace-label', above.value, above.fact);
  return no(
    'no-annotation',
    above.value === 'disabled'
      ? above.fact
      : { text: `neither namespace ${pod.namespace} nor the pods have annotation ${LINKERD_INJECT_KEY}` },
  );
}

interface Value {
  /** undefined when it is absent or not known. */
  readonly value: string | undefined;
  readonly open: boolean;
  readonly fact: Fact;
}

function wishValue(annotations: LabelSet, subject: string, field: Field | undefined): Value {
  const place = field ? { field } : {};
  if (annotations.mayChange(LINKERD_INJECT_KEY))
    return {
      value: undefined,
      open: true,
      fact: { text: `annotation ${LINKERD_INJECT_KEY} of ${subject} may be set later`, ...place },
    };
  const value = annotations.get(LINKERD_INJECT_KEY);
  const has = annotations.has(LINKERD_INJECT_KEY);
  const verb = subject === 'the pods' ? 'have' : 'has';
  const text = has
    ? `${subject} ${verb} annotation ${LINKERD_INJECT_KEY}=${value || '""'}`
    : `${subject} ${verb} no annotation ${LINKERD_INJECT_KEY}`;
  return { value, open: has && value === undefined, fact: { text, ...place } };
}

/** What keeps a pod out although it is asked for. */
function blockOf(pod: LinkerdInput, settings: MeshSettings): LinkerdInjection | undefined {
  if (pod.hostNetwork === 'yes')
    return no('host-network', {
      text: 'the pods use hostNetwork',
      ...(pod.hostNetworkField ? { field: pod.hostNetworkField } : {}),
    });
  if (pod.existingProxy) return no('existing-proxy', pod.existingProxy);
  if (pod.withoutToken && !atLeast(settings.linkerdVersion, '2.12')) return no('token', pod.withoutToken);
  return undefined;
}

function no(cause: LinkerdInjection['cause'], fact: Fact): LinkerdInjection {
  return { outcome: 'not-injected', cause, facts: [fact], mode: undefined };
}

function yes(cause: LinkerdInjection['cause'], mode: 'enabled' | 'ingress', fact: Fact): LinkerdInjection {
  return { outcome: 'injected', cause, facts: [fact], mode };
}

function unknown(fact: Fact): LinkerdInjection {
  return { outcome: 'unknown', cause: 'not-known', facts: [fact], mode: undefined };
}
