import type { Workload } from '../cluster/workloads.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { labelSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { namespacesOf } from '../mesh/namespaces-of.ts';
import { workloadsIn } from '../mesh/workloads-by-namespace.ts';
import type { Field } from '../source/field.ts';
import { groupBy } from '../source/grouping.ts';
import { ambientOf } from './ambient-mode.ts';
import { coveredPods } from './covered-pods.ts';
import { refusedBy, type Waypoint, waypointChoice, waypointNamed } from './waypoints.ts';

/** A caller that an ALLOW policy names, and that ztunnel never sees, since the caller comes through a waypoint. */
export interface HiddenCaller {
  /** The principal, as written. */
  readonly principal: string;
  readonly field: Field;
  /** The pods that bear it, in ambient mode. */
  readonly caller: Workload;
  /** The pods that the policy is for, and the waypoint before them. */
  readonly called: Workload;
  readonly waypoint: Waypoint;
  /** What the policy would have to allow: the identity of the waypoint. */
  readonly instead: string;
}

// A policy with more is nobody's; hostile files have thousands.
const MOST = 100;

/**
 * The caller that an ALLOW policy without targets names by principal, where its pods come through the waypoint of the Service, and no policy
 * lets the waypoint in: ztunnel sees the waypoint as the caller, so all calls to the Service are refused. Gateways and sidecars go past the
 * waypoint, so only callers in ambient mode count. Source: istio.io, Use Layer 7 features (targeting policies); the ServiceAccount of a
 * waypoint bears the name of its Gateway (`pilot/pkg/config/kube/gateway/deploymentcontroller.go`).
 */
export function hiddenCaller(mesh: Mesh, resource: Resource): HiddenCaller | undefined {
  if (!mesh.istioAtLeast('1.22') || !isUntargetedAllow(resource) || mesh.assumesNamespace(resource)) return undefined;
  const spec = resource.body.at('spec');
  const selects =
    spec.at('selector').at('matchLabels').entries().length > 0 ? labelSelector(spec.at('selector')) : undefined;
  if (!selects || !coveredPods(mesh, resource, selects)) return undefined;
  const named = principalsOf(spec);
  const accounts = mesh.derive(workloadsByAccount);
  const ambientCaller = named.flatMap(({ principal, field }) => {
    const [, account = ''] = /^[^*/]+\/ns\/([^*/]+\/sa\/[^*/]+)$/.exec(principal) ?? [];
    const callers = accounts.get(account) ?? [];
    const [caller] = callers;
    return caller && callers.length <= MOST && callers.every((w) => ambientOf(mesh, w) === 'yes')
      ? [{ principal, field, caller }]
      : [];
  })[0];
  if (!ambientCaller) return undefined;
  const covered = workloadsIn(mesh, resource.namespace).filter((w) => matches(selects, w.podLabels) === 'yes');
  for (const called of covered.slice(0, MOST)) {
    const waypoint = waypointBefore(mesh, called);
    if (!waypoint) continue;
    const { namespace = '', name } = waypoint.resource;
    if (mayAdmit(mesh, resource, called, namespace, name)) continue;
    return { ...ambientCaller, called, waypoint, instead: `cluster.local/ns/${namespace}/sa/${name}` };
  }
  return undefined;
}

function isUntargetedAllow(resource: Resource): boolean {
  if (resource.type !== 'security.istio.io/AuthorizationPolicy' || resource.partial || isPatchedAt(resource, 'spec'))
    return false;
  const spec = resource.body.at('spec');
  const action = spec.at('action').hasValue ? spec.at('action').text() : 'ALLOW';
  return (
    action === 'ALLOW' &&
    !spec.at('targetRef').exists &&
    !spec.at('targetRefs').exists &&
    !resource.annotations.has('istio.io/dry-run')
  );
}

function principalsOf(spec: Field): { principal: string; field: Field }[] {
  const rules = (spec.at('rules').items() as Field[]).slice(0, MOST);
  return rules.flatMap((rule) =>
    (rule.at('from').items() as Field[]).slice(0, MOST).flatMap((from) =>
      (from.at('source').at('principals').items() as Field[]).slice(0, MOST).flatMap((field) => {
        const principal = field.string();
        return principal === undefined ? [] : [{ principal, field }];
      }),
    ),
  );
}

function workloadsByAccount(mesh: Mesh): ReadonlyMap<string, readonly Workload[]> {
  return groupBy(mesh.workloads, ({ resource, podSpec }) => {
    const account = podSpec.at('serviceAccountName').string() ?? podSpec.at('serviceAccount').string() ?? 'default';
    return `${resource.namespace ?? ''}/sa/${account}`;
  });
}

/** The one waypoint that surely takes the traffic to every Service of some pods. */
function waypointBefore(mesh: Mesh, called: Workload): Waypoint | undefined {
  const services = mesh.servicesOf(called);
  const before = services.map((service) => {
    const choice = waypointChoice(mesh, service.resource, service.resource.labels);
    if (choice.state !== 'named') return undefined;
    const [waypoint, ...others] = waypointNamed(mesh, choice.waypoint);
    const { namespace = '' } = service.resource;
    const from = { name: namespace, manifests: namespacesOf(mesh, service.resource) ?? [] };
    const takes = waypoint?.settled && waypoint.listener && waypoint.traffic !== undefined;
    return takes && others.length === 0 && !refusedBy(waypoint, 'service', from) ? waypoint : undefined;
  });
  const [first] = before;
  return first && before.every((one) => one === first) && !hasOtherAccount(first.resource) ? first : undefined;
}

// Annotations, or parameters of the Gateway, may give its pods another name or ServiceAccount.
function hasOtherAccount({ annotations, body }: Resource): boolean {
  return (
    annotations.has('gateway.istio.io/service-account') ||
    annotations.has('gateway.istio.io/name-override') ||
    body.at('spec').at('infrastructure').hasValue
  );
}

/** Whether some ALLOW policy that may hold for the pods may let the waypoint in; what cannot be read may. */
function mayAdmit(mesh: Mesh, asker: Resource, called: Workload, namespace: string, account: string): boolean {
  const root = mesh.installation.rootNamespace;
  if (!root.certain) return true;
  const byNamespace = mesh.derive(policiesByNamespace);
  const spaces = new Set([asker.namespace ?? '', root.value ?? '']);
  const policies = [...spaces].flatMap((space) => byNamespace.get(space) ?? []);
  if (policies.length > MOST) return true;
  return policies.some((policy) => {
    if (policy.partial || isPatchedAt(policy, 'spec')) return true;
    if (!isUntargetedAllow(policy)) return false;
    const spec = policy.body.at('spec');
    const selector = spec.at('selector');
    if (selector.at('matchLabels').entries().length > 0 && matches(labelSelector(selector), called.podLabels) === 'no')
      return false;
    const rules = spec.at('rules').items() as Field[];
    return rules.length > MOST || rules.some((rule) => admits(rule, namespace, account));
  });
}

function policiesByNamespace(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  return groupBy(mesh.ofType('security.istio.io/AuthorizationPolicy'), (r) => r.namespace ?? '');
}

function admits(rule: Field, namespace: string, account: string): boolean {
  if (rule.at('from').exists && !rule.at('from').isList) return true;
  const sources = (rule.at('from').items() as Field[]).map((from) => from.at('source'));
  if (rule.at('when').hasValue || sources.length === 0) return true;
  return sources.some((source) => {
    const asked = source.entries().map(([key]) => key);
    // What is asked beside identities may be met, or not: a rule is only ruled out by an identity.
    const principals = source.at('principals');
    const namespaces = source.at('namespaces');
    const identity = `cluster.local/ns/${namespace}/sa/${account}`;
    if (asked.includes('principals') && !someMatches(principals, identity, `/ns/${namespace}/sa/${account}`))
      return false;
    return !(asked.includes('namespaces') && !someMatches(namespaces, namespace, namespace));
  });
}

// Principals of another trust domain may be an alias of this one, so the rest of the name decides.
function someMatches(list: Field, value: string, ending: string): boolean {
  if (!list.isList) return true;
  return (list.items() as Field[]).some((field) => {
    const text = field.string();
    if (text === undefined || text === '*') return true;
    if (text.startsWith('*')) return value.endsWith(text.slice(1));
    if (text.endsWith('*')) return value.startsWith(text.slice(0, -1)) || text.includes('/ns/') === false;
    return text === value || (ending.startsWith('/') && text.endsWith(ending));
  });
}
