import { callsForPods, isDeactivating } from '../installation/webhook-entries.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { labelSelector, type Requirement, type Selector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';

/** One entry of a MutatingWebhookConfiguration or a ValidatingWebhookConfiguration. */
export interface Webhook {
  readonly resource: Resource;
  readonly mutating: boolean;
  readonly field: Field;
  /** Empty where none can be read. */
  readonly name: string;
  /** "istio-sidecar-injector/namespace.sidecar-injector.istio.io", the way messages name an entry. */
  readonly label: string;
  readonly clientConfig: Field;
  /** Where the API server calls, as far as it can be read. */
  readonly service: { readonly namespace: string; readonly name: string } | undefined;
  readonly url: string | undefined;
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
  /** Whose it is: an entry of Istio (injector or validator), the injector of Linkerd, or something else's. */
  readonly owner: 'istio' | 'linkerd' | undefined;
}

const TYPES = [
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
] as const;

/**
 * The entries of a webhook configuration; none for other kinds, for patches, and where a Kustomization patches them.
 * An entry is Istio's by its name, or by the service of the control plane that it calls (`istio-sidecar-injector` until 1.4).
 */
export function readWebhooks(resource: Resource): readonly Webhook[] {
  if (!(TYPES as readonly string[]).includes(resource.type) || resource.partial) return [];
  if (isPatchedAt(resource, 'webhooks')) return [];
  const mutating = resource.type === TYPES[0];
  return resource.body
    .at('webhooks')
    .items()
    .slice(0, MOST_ENTRIES)
    .map((field) => readWebhook(resource, field as Field, mutating));
}

/** The entries of a mesh that inject sidecars: of Istio and of Linkerd. */
export function injectors(mesh: Mesh): readonly Webhook[] {
  return mesh.derive(findInjectors);
}

/** The entries of one configuration that inject sidecars of Istio. */
export function istioInjectors(mesh: Mesh, resource: Resource): readonly Webhook[] {
  if (resource.type !== TYPES[0]) return [];
  return injectors(mesh).filter((w) => w.resource === resource && w.owner === 'istio');
}

function findInjectors(mesh: Mesh): readonly Webhook[] {
  return mesh
    .ofType(TYPES[0])
    .slice(0, MOST_CONFIGURATIONS)
    .flatMap((resource) => readWebhooks(resource).filter((w) => w.owner !== undefined))
    .slice(0, MOST_INJECTORS);
}

// A mesh has two or three revisions with five entries each; a hostile file holds thousands, and each would be held against each.
const MOST_ENTRIES = 50;
const MOST_CONFIGURATIONS = 60;
const MOST_INJECTORS = 200;
const MOST_VALUES = 200;

function readWebhook(resource: Resource, field: Field, mutating: boolean): Webhook {
  const name = field.at('name').text() ?? '';
  const clientConfig = field.at('clientConfig');
  const service = clientConfig.at('service');
  const serviceName = service.at('name').text();
  const namespace = service.at('namespace').text();
  return {
    resource,
    mutating,
    field,
    name,
    label: name === '' ? resource.name : `${resource.name}/${name}`,
    clientConfig,
    service: serviceName && namespace ? { namespace, name: serviceName } : undefined,
    url: clientConfig.at('url').string(),
    namespaceSelector: readSelector(field.at('namespaceSelector')),
    objectSelector: readSelector(field.at('objectSelector')),
    owner: ownerOf(name, serviceName, service.at('path').text(), mutating),
  };
}

// Source: `istioInjectionWebhookSuffix` in istioctl `pkg/tag`; linkerd2 `charts/linkerd-control-plane/templates/proxy-injector-rbac.yaml`.
function ownerOf(
  name: string,
  service: string | undefined,
  path: string | undefined,
  mutating: boolean,
): Webhook['owner'] {
  if (name.endsWith('.istio.io')) return 'istio';
  if (!mutating) return undefined;
  if (name === 'linkerd-proxy-injector.linkerd.io') return 'linkerd';
  const isControlPlane = service !== undefined && /^(?:istiod|istio-sidecar-injector)(?:-|$)/.test(service);
  return isControlPlane && path?.startsWith('/inject') ? 'istio' : undefined;
}

// A selector that is not written matches everything; one that is no mapping (a placeholder) is not known.
function readSelector(field: Field): Selector {
  const parts: readonly [Field, 'isMapping' | 'isList'][] = [
    [field, 'isMapping'],
    [field.at('matchLabels'), 'isMapping'],
    [field.at('matchExpressions'), 'isList'],
  ];
  if (parts.some(([part, shape]) => part.hasValue && !part[shape])) return { field, requirements: undefined };
  const selector = labelSelector(field);
  const values = selector.requirements?.reduce((sum, r) => sum + 1 + r.values.length, 0) ?? 0;
  return values > MOST_VALUES ? { field, requirements: undefined } : selector;
}

/**
 * The requirements on one label that no label can meet all at once; undefined when some set of labels meets all. Each key stands for
 * itself, and labels have more values than any list, so it is enough to look at the keys one by one.
 */
export function contradiction(requirements: readonly Requirement[]): readonly Requirement[] | undefined {
  for (const group of byKey(requirements).values()) if (allowedValues(group) === 'none') return group;
  return undefined;
}

/** Labels that meet all requirements, the fewest there are: a key with its value, or with "*" where any value does. Only where there are such. */
export function fewestLabels(requirements: readonly Requirement[]): readonly (readonly [key: string, value: string])[] {
  return [...byKey(requirements)].flatMap(([key, group]): [string, string][] => {
    const values = allowedValues(group);
    if (values === 'absent' || values === 'none') return [];
    return [[key, values === 'any' ? '*' : (values[0] ?? '')]];
  });
}

// `absent`: the label may or must be missing. `any`: it has to be there.
function allowedValues(group: readonly Requirement[]): 'none' | 'absent' | 'any' | readonly string[] {
  const lists = group.filter((r) => r.operator === 'In');
  const present = lists.length > 0 || group.some((r) => r.operator === 'Exists');
  if (!present) return 'absent';
  if (group.some((r) => r.operator === 'DoesNotExist')) return 'none';
  const [first, ...rest] = lists;
  if (!first) return 'any';
  const sets = rest.map((r) => new Set(r.values));
  const refused = new Set(group.flatMap((r) => (r.operator === 'NotIn' ? r.values : [])));
  const values = first.values.filter((value) => !refused.has(value) && sets.every((set) => set.has(value)));
  return values.length > 0 ? [...new Set(values)].sort() : 'none';
}

function byKey(requirements: readonly Requirement[]): ReadonlyMap<string, readonly Requirement[]> {
  const groups = new Map<string, Requirement[]>();
  for (const requirement of requirements) {
    addTo(groups, requirement.key, requirement);
  }
  return groups;
}

/** Whether an entry was put out of work on purpose. */
export function isDeactivated({ namespaceSelector, objectSelector }: Webhook): boolean {
  return [namespaceSelector, objectSelector].some((s) => s.requirements && isDeactivating(s.requirements));
}

/** Whether an entry is called when a pod is made, as far as its rules tell. One without rules is judged as if it were. */
export function isCalledForPods({ field }: Webhook): boolean {
  return !field.at('rules').hasValue || callsForPods(field);
}
