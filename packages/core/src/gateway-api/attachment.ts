import { type LabelSet, labelsOf, UNKNOWN_LABELS, withLabel } from '../manifest/label-set.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Resource } from '../manifest/resource.ts';
import { labelSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { overlap } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import type { GatewayRoute } from './gateway-routes.ts';
import type { KubernetesGateway, Listener } from './kubernetes-gateways.ts';
import type { ParentReference } from './references.ts';

/** Why a route does not attach. */
export type Refusal = 'section' | 'port' | 'kind' | 'namespace' | 'hostname';

/** Whether a route attaches to some listener of a parent; a refusal names the listeners that came so far. */
export type Attachment =
  | { readonly state: 'attached' | 'unknown' }
  | { readonly state: 'refused'; readonly why: Refusal; readonly listeners: readonly Listener[] };

/** Label that Kubernetes puts on every Namespace: its name. */
const NAMESPACE_NAME_KEY = 'kubernetes.io/metadata.name';

/** Whether a route attaches to some listener that a parent reference means. */
export function attachmentOf(
  mesh: Mesh,
  gateway: KubernetesGateway,
  { sectionName, sectionField, port, portField }: ParentReference,
  { resource, hostnames }: GatewayRoute,
): Attachment {
  if (!gateway.listenersKnown) return UNKNOWN;
  if ((sectionField.hasValue && sectionName === undefined) || (portField.hasValue && port === undefined))
    return UNKNOWN;
  const named = sectionName ? gateway.listeners.filter((l) => l.name === sectionName) : gateway.listeners;
  if (named.length === 0) return refused('section', gateway.listeners);
  const meant = port === undefined ? named : named.filter((l) => l.port === port);
  if (meant.length === 0) return refused('port', named);
  const takesKind = meant.filter((l) => l.kinds === undefined || l.kinds.includes(resource.kind));
  if (takesKind.length === 0) return refused('kind', meant);
  const answers = takesKind.map((listener) => allowsNamespace(mesh, gateway, listener, resource));
  const takesNamespace = takesKind.filter((_, i) => answers[i] !== 'no');
  if (takesNamespace.length === 0) return refused('namespace', takesKind);
  if (hostnames === undefined) return UNKNOWN;
  const shares = takesKind.map((listener, i) => (answers[i] === 'no' ? 'no' : sharesHostname(listener, hostnames)));
  if (takesKind.some((l, i) => l.kinds !== undefined && answers[i] === 'yes' && shares[i] === 'yes'))
    return { state: 'attached' };
  return shares.every((share) => share === 'no') ? refused('hostname', takesNamespace) : UNKNOWN;
}

const UNKNOWN = { state: 'unknown' } as const;

function refused(why: Refusal, listeners: readonly Listener[]): Attachment {
  return { state: 'refused', why, listeners };
}

function allowsNamespace(mesh: Mesh, gateway: KubernetesGateway, listener: Listener, route: Resource): Answer {
  const namespaces = listener.field.at('allowedRoutes').at('namespaces');
  const from = namespaces.at('from').hasValue ? namespaces.at('from').string() : 'Same';
  if (from === 'All') return 'yes';
  const loose = mesh.assumesNamespace(route) || mesh.assumesNamespace(gateway.resource);
  if (from === 'Same') {
    if (route.namespace === gateway.resource.namespace) return 'yes';
    return loose ? 'unknown' : 'no';
  }
  const selector = namespaces.at('selector');
  if (from !== 'Selector' || !selector.isMapping || loose) return 'unknown';
  return selectsNamespace(mesh, selector, route.namespace ?? '');
}

/** Whether a selector of namespaces takes one, by the labels that were read of it and the one that Kubernetes puts on each. */
export function selectsNamespace(mesh: Mesh, selector: Field, namespace: string): Answer {
  const read = mesh.namespace(namespace);
  const labels: readonly LabelSet[] =
    read.state === 'found'
      ? read.value.map((n) => n.resource.labels)
      : [read.state === 'missing' ? NONE : UNKNOWN_LABELS];
  const answers = labels.map((l) => matches(labelSelector(selector), withLabel(l, NAMESPACE_NAME_KEY, namespace)));
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}

const NONE = labelsOf({});

function sharesHostname({ hostname, protocol }: Listener, hostnames: readonly string[]): Answer {
  if (hostnames.length === 0 || protocol === 'TCP' || protocol === 'UDP') return 'yes';
  if (hostname === undefined) return 'unknown';
  const own = hostname.toLowerCase();
  return hostnames.some((other) => overlap(own, other.toLowerCase())) ? 'yes' : 'no';
}
