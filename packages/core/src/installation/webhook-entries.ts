import type { LabelSet } from '../manifest/label-set.ts';
import type { Answer } from '../manifest/lookup.ts';
import { nameOf, type Resource } from '../manifest/resource.ts';
import { type Condition, labelSelector, meets } from '../manifest/selectors.ts';
import type { Field } from '../source/field.ts';

/** One entry of a MutatingWebhookConfiguration that has pods injected. */
export interface InjectorWebhook {
  /** Name of the MutatingWebhookConfiguration. */
  readonly configuration: string;
  /** Name of the entry: "rev.namespace.sidecar-injector.istio.io". */
  readonly name: string;
  readonly injector: 'istio' | 'linkerd';
  /** The revision of the control plane that it calls, or the tag that stands for one. */
  readonly revision: string;
  /** undefined where a selector could not be read; it may then match or not. */
  readonly namespaceSelector: readonly Condition[] | undefined;
  readonly objectSelector: readonly Condition[] | undefined;
  /** Whether it exists and is called for new pods, selectors aside: `unknown` for one that only may be installed, or has conditions in CEL. */
  readonly active: Answer;
  /** Why `active` is not yes, or where the entry comes from: "no manifest tells whether revision canary is installed". */
  readonly note: string;
  /** The entry in the manifest; undefined for one that the charts would make. */
  readonly field?: Field;
}

/** What the names of the entries of Istio end with. */
export const INJECTOR_SUFFIX = 'sidecar-injector.istio.io';

/** Whether an entry selects a pod of some labels in a namespace of some labels. */
export function webhookSelects(webhook: InjectorWebhook, namespaceLabels: LabelSet, podLabels: LabelSet): Answer {
  const { namespaceSelector, objectSelector, active } = webhook;
  const answer = both(active, namespaceSelector ? meets(namespaceSelector, namespaceLabels) : 'unknown');
  return answer === 'no' ? 'no' : both(answer, objectSelector ? meets(objectSelector, podLabels) : 'unknown');
}

/** Whether an entry is the one that heeds `istio-injection=enabled`, and was not put out of use for another revision. */
export function ownsDefault({ namespaceSelector = [], objectSelector = [] }: InjectorWebhook): boolean {
  if (isDeactivating([...namespaceSelector, ...objectSelector])) return false;
  return namespaceSelector.some(
    (c) => c.key === 'istio-injection' && c.operator === 'In' && c.values.includes('enabled'),
  );
}

/** Whether conditions ask for the label that no object carries: `istioctl tag set default` puts entries out of use with it. Source: istioctl `pkg/tag`. */
export function isDeactivating(conditions: readonly Condition[]): boolean {
  return conditions.some((c) => c.key === 'istio.io/deactivated');
}

/** The entries of a MutatingWebhookConfiguration that inject Istio's or Linkerd's proxy, as they are written. */
export function readWebhooks(resource: Resource): InjectorWebhook[] {
  if (resource.type !== 'admissionregistration.k8s.io/MutatingWebhookConfiguration' || resource.partial) return [];
  return resource.body
    .at('webhooks')
    .items()
    .flatMap((webhook) => readWebhook(resource, webhook as Field) ?? []);
}

function readWebhook(resource: Resource, field: Field): InjectorWebhook | undefined {
  const name = field.at('name').string() ?? '';
  const service = field.at('clientConfig').at('service').at('name').string() ?? '';
  const path = field.at('clientConfig').at('service').at('path').string() ?? '';
  // Who gave the webhook a name of their own still call istiod, at the path where it injects.
  const callsInjector =
    (service.startsWith('istiod') || service.startsWith('istio-sidecar-injector')) && path.startsWith('/inject');
  const isIstio = name.endsWith(INJECTOR_SUFFIX) || callsInjector;
  const isLinkerd = name === 'linkerd-proxy-injector.linkerd.io';
  if (!isIstio && !isLinkerd) return undefined;
  const conditional = field.at('matchConditions').items().length > 0;
  const active: Answer = !callsForPods(field) ? 'no' : conditional ? 'unknown' : 'yes';
  return {
    configuration: resource.name,
    name,
    injector: isLinkerd ? 'linkerd' : 'istio',
    revision: revisionOf(resource, field),
    namespaceSelector: labelSelector(field.at('namespaceSelector')).requirements,
    objectSelector: labelSelector(field.at('objectSelector')).requirements,
    active,
    note: conditional
      ? `webhook ${name} has matchConditions, which are not evaluated here`
      : `as ${nameOf(resource)} says`,
    field,
  };
}

// A tag is called by its own name: that is what its selectors ask for.
function revisionOf(resource: Resource, field: Field): string {
  const conditions = [
    ...(labelSelector(field.at('namespaceSelector')).requirements ?? []),
    ...(labelSelector(field.at('objectSelector')).requirements ?? []),
  ];
  const asked = conditions.find((c) => c.key === 'istio.io/rev' && c.operator === 'In');
  const service = field.at('clientConfig').at('service').at('name').string() ?? '';
  const suffix = /^istiod-(.+)$/.exec(service)?.[1];
  return asked?.values[0] ?? resource.labels.get('istio.io/rev') ?? suffix ?? 'default';
}

/** Whether an entry of a webhook configuration is called when a pod is created: some rule of it covers CREATE of core/v1 pods. */
export function callsForPods(field: Field): boolean {
  const rules = field.at('rules').items() as Field[];
  // A rule that is not written says nothing; Kubernetes wants at least one for the webhook to be called.
  return rules.some((rule) => {
    const has = (key: string, ...accepted: string[]) => {
      const values = (rule.at(key).items() as Field[]).map((v) => v.text());
      return values.some((v) => v === undefined || v === '*' || accepted.includes(v));
    };
    const scope = rule.at('scope').text();
    const scoped = scope === undefined || scope === '' || scope === '*' || scope === 'Namespaced';
    return (
      has('operations', 'CREATE') &&
      has('apiGroups', '') &&
      has('apiVersions', 'v1') &&
      has('resources', 'pods', '*/*') &&
      scoped
    );
  });
}

/** Two answers that must both be yes. */
export function both(a: Answer, b: Answer): Answer {
  if (a === 'no' || b === 'no') return 'no';
  return a === 'unknown' || b === 'unknown' ? 'unknown' : 'yes';
}
