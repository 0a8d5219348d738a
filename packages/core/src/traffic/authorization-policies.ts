import type { Workload } from '../cluster/workloads.ts';
import type { Answer } from '../manifest/lookup.ts';
import { identityOf, isPatchedAt, type Resource } from '../manifest/resource.ts';
import { SelectorIndex } from '../manifest/selector-index.ts';
import { matches, type Selector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { knowsPoliciesOf, surelyReaches } from '../security/policy-reach.ts';
import { isMadeLabel, type PolicySelection, policySelection } from '../security/policy-selection.ts';
import type { Field } from '../source/field.ts';
import { addTo, groupBy } from '../source/grouping.ts';
import { lazyBy } from '../source/lazy.ts';
import type { PassedOver } from './trace.ts';

/** What a policy does with the requests that it matches. */
export type AuthorizationAction = 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';

/** An AuthorizationPolicy, read. */
export interface AuthorizationPolicy {
  readonly resource: Resource;
  /** ALLOW where none is written; undefined where it cannot be read. */
  readonly action: AuthorizationAction | undefined;
  /** Annotation `istio.io/dry-run`: it is only counted. undefined where it is filled in later. */
  readonly dryRun: boolean | undefined;
  /** Who is asked by a CUSTOM policy: the name of an extension provider of MeshConfig. */
  readonly provider: Field;
  readonly rules: readonly AuthorizationRule[];
  /** Whether all of it stands in the manifest. */
  readonly settled: boolean;
  readonly selection: PolicySelection;
}

/** One rule: it matches where some of `from`, some of `to` and all of `when` do; an empty list asks for nothing. */
export interface AuthorizationRule {
  readonly field: Field;
  readonly from: readonly Alternative[];
  readonly to: readonly Alternative[];
  readonly when: Alternative;
  /** What makes istiod leave the rule out, if anything does. */
  readonly skipped: { readonly field: Field; readonly why: string } | undefined;
}

/** Conditions that all have to hold. */
export type Alternative = readonly Condition[];

/** What a condition looks at. */
export type Attribute =
  | 'principal'
  | 'namespace'
  | 'serviceAccount'
  | 'trustDomain'
  | 'requestPrincipal'
  | 'audience'
  | 'presenter'
  | 'claim'
  | 'sourceIp'
  | 'remoteIp'
  | 'destinationIp'
  | 'host'
  | 'method'
  | 'path'
  | 'port'
  | 'header'
  | 'inlineHeader'
  | 'sni'
  | 'envoyFilter';

/** One condition: some of the values has to match, and none of the others. */
export interface Condition {
  readonly attribute: Attribute;
  /** What stands in the brackets of its key: the name of a header or claim. undefined where the brackets are missing. */
  readonly argument: string | undefined;
  readonly values: ConditionValues;
  readonly notValues: ConditionValues;
}

/** The values of a condition, with the list that they stand in. */
export interface ConditionValues {
  /** `principals`, `notPorts`; of a condition under `when` its key. */
  readonly name: string;
  readonly field: Field;
  readonly items: readonly Field[];
  /** Something else than a list stands there, and a later step may make one of it. */
  readonly open: boolean;
}

/** A policy that holds for a workload, or may: with its variants, of which one is applied. */
export interface PolicyInForce {
  readonly variants: readonly AuthorizationPolicy[];
  readonly holds: Exclude<Answer, 'no'>;
}

/** The AuthorizationPolicies for a workload. */
export interface AuthorizationPolicies {
  /** By namespace, that of the mesh first, and by name. */
  readonly inForce: readonly PolicyInForce[];
  /** Whether all there are were read. */
  readonly known: boolean;
  /** How many may hold, where that is more than are looked at: then none of them stands in `inForce`. */
  readonly crowd?: number;
}

/**
 * The AuthorizationPolicies that hold for pods: those of the root namespace and of their own, by selector; `targetRefs` count at gateways of
 * the Gateway API and at waypoints, and nowhere else. Source: `pilot/pkg/model/authorization.go`, ListAuthorizationPolicies;
 * `policyattachment.go`, ShouldAttachPolicy.
 */
export function authorizationPoliciesFor(mesh: Mesh, workload: Workload): AuthorizationPolicies {
  return mesh.derive(knownPolicies)(workload);
}

/** The policies near a workload that do not hold for it, each with the reason. For those who explain; not kept. */
export function policiesPassedOver(mesh: Mesh, workload: Workload): readonly PassedOver[] {
  const { byNamespace } = mesh.derive(allPolicies);
  return spacesOf(mesh, workload)
    .flatMap((namespace) => byNamespace.get(namespace) ?? [])
    .slice(0, MOST)
    .flatMap((policy) => {
      const { answer, why } = attaches(mesh, policy, workload);
      return answer === 'no' ? [{ resource: policy.resource, field: policy.selection.field, why }] : [];
    });
}

/** All AuthorizationPolicies of the input, read. */
export function authorizationPolicies(mesh: Mesh): readonly AuthorizationPolicy[] {
  return mesh.derive(allPolicies).all;
}

/** The policy that a resource is; undefined for others. */
export function authorizationPolicyOf(mesh: Mesh, resource: Resource): AuthorizationPolicy | undefined {
  return mesh.derive(allPolicies).byResource.get(resource);
}

// So many hold for no real workload; in a hostile file thousands would be held against thousands of workloads.
const MOST = 200;

interface Index {
  readonly all: readonly AuthorizationPolicy[];
  readonly byResource: ReadonlyMap<Resource, AuthorizationPolicy>;
  readonly byNamespace: ReadonlyMap<string, readonly AuthorizationPolicy[]>;
  readonly bySelector: ReadonlyMap<string, SelectorIndex<AuthorizationPolicy>>;
}

function allPolicies(mesh: Mesh): Index {
  const all = mesh.ofType('security.istio.io/AuthorizationPolicy').flatMap((r) => readPolicy(mesh, r) ?? []);
  const byNamespace = new Map<string, AuthorizationPolicy[]>();
  for (const policy of all) addTo(byNamespace, policy.resource.namespace ?? '', policy);
  const bySelector = new Map(
    [...byNamespace].map(([namespace, policies]) => [namespace, new SelectorIndex(policies, selectorThatDecides)]),
  );
  return { all, byResource: new Map(all.map((p) => [p.resource, p])), byNamespace, bySelector };
}

/** The selector without which a policy does not hold; none where it is attached by name, or a label is not shown by manifests. */
function selectorThatDecides({ resource, selection: { selector } }: AuthorizationPolicy): Selector | undefined {
  const made = selector?.requirements?.some(({ key }) => isMadeLabel(key)) ?? true;
  return made || targetRefsOf(resource).length > 0 ? undefined : selector;
}

function knownPolicies(mesh: Mesh) {
  return lazyBy((workload: Workload) => findPolicies(mesh, workload));
}

/** The namespaces whose policies count for a workload, that of the mesh first. */
function spacesOf(mesh: Mesh, { resource: { namespace = '' } }: Workload): readonly string[] {
  const root = mesh.installation.rootNamespace.value;
  return namespace === root ? [root] : [root, namespace];
}

function findPolicies(mesh: Mesh, workload: Workload): AuthorizationPolicies {
  const { bySelector } = mesh.derive(allPolicies);
  const candidates = spacesOf(mesh, workload).flatMap(
    (namespace) => bySelector.get(namespace)?.near(workload.podLabels) ?? [],
  );
  if (candidates.length > MOST) return { inForce: [], known: false, crowd: candidates.length };
  const root = mesh.installation.rootNamespace.value;
  const attached = candidates
    .map((policy) => ({ policy, answer: attaches(mesh, policy, workload).answer }))
    .filter(({ answer }) => answer !== 'no');
  const inForce = [...groupBy(attached, ({ policy }) => identityOf(policy.resource)).values()].map(
    (variants): PolicyInForce => {
      const sure = variants.filter(({ answer }) => answer === 'yes');
      const chosen = sure.length > 0 ? sure : variants;
      return { variants: chosen.map(({ policy }) => policy), holds: sure.length > 0 ? 'yes' : 'unknown' };
    },
  );
  const rank = ({ variants: [first] }: PolicyInForce) => {
    const { namespace = '', name } = (first as AuthorizationPolicy).resource;
    return `${namespace === root ? 0 : 1} ${namespace} ${name}`;
  };
  return {
    inForce: inForce.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)),
    known: knowsPoliciesOf(mesh, workload.resource.namespace ?? ''),
  };
}

const MOST_ATTACHED = 100;

/**
 * The policies that a waypoint reads for one of its Services or ServiceEntries: those whose targets are that, the Gateway of the waypoint, or
 * in the root namespace its class. Source: `model/policyattachment.go`, ShouldAttachPolicy (policies for a Service since 1.22, for a class
 * since 1.24).
 */
export function attachedPolicies(mesh: Mesh, waypoint: Resource, called: Resource): AuthorizationPolicies {
  const byTarget = mesh.derive(policiesByTarget);
  const root = mesh.installation.rootNamespace.value;
  const own = (resource: Resource) => `${resource.type} ${resource.namespace ?? ''}/${resource.name}`;
  const inForce = [
    ...(byTarget.get(`${WAYPOINT_CLASSES} ${root}/istio-waypoint`) ?? []),
    ...(byTarget.get(own(waypoint)) ?? []),
    ...(byTarget.get(own(called)) ?? []),
  ];
  return {
    inForce: inForce.slice(0, MOST_ATTACHED).map((policy) => ({ variants: [policy], holds: 'yes' })),
    known: knowsPoliciesOf(mesh, called.namespace ?? ''),
    ...(inForce.length > MOST_ATTACHED ? { crowd: inForce.length } : {}),
  };
}

const WAYPOINT_CLASSES = 'gateway.networking.k8s.io/GatewayClass';

/** The policies that name targets, by each target: its type, and its name in the namespace of the policy. */
function policiesByTarget(mesh: Mesh): ReadonlyMap<string, readonly AuthorizationPolicy[]> {
  const found = new Map<string, AuthorizationPolicy[]>();
  for (const policy of mesh.derive(allPolicies).all) {
    const { resource } = policy;
    for (const target of targetRefsOf(resource).slice(0, MOST_ATTACHED)) {
      const group = target.at('group').hasValue ? target.at('group').text() : '';
      const [kind, name] = [target.at('kind').text(), target.at('name').text()];
      if (group === undefined || !kind || !name) continue;
      const type = group === '' || group === 'core' ? kind : `${group}/${kind}`;
      addTo(found, `${type} ${resource.namespace ?? ''}/${name}`, policy);
    }
  }
  return found;
}

interface Attachment {
  readonly answer: Answer;
  /** Why not, or why nobody can say. */
  readonly why: string;
}

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';

function attaches(mesh: Mesh, policy: AuthorizationPolicy, workload: Workload): Attachment {
  const { resource, selection } = policy;
  const { podLabels } = workload;
  const placed = place(mesh, policy, workload);
  const gateway = podLabels.get(GATEWAY_NAME);
  const refs = targetRefsOf(resource);
  if (refs.length > 0) {
    if (gateway !== undefined) return attachesByName(refs, policy, workload, gateway, mesh);
    if (podLabels.has(GATEWAY_NAME) || podLabels.mayChange(GATEWAY_NAME)) return later('a label is filled in later');
    return no('its targetRefs attach it to objects, and such pods read selectors only');
  }
  if (gateway !== undefined && isWaypoint(workload)) return no('a waypoint reads policies with targetRefs only');
  if (!selection.selector) return placed;
  const missing = selection.selector.requirements?.some((r) => isMadeLabel(r.key) && !podLabels.has(r.key));
  const selected = missing ? 'unknown' : matches(selection.selector, podLabels);
  if (selected === 'no') return no('its selector does not pick these pods');
  return selected === 'unknown' ? later('whether its selector picks these pods is not known') : placed;
}

function place(mesh: Mesh, { resource, settled }: AuthorizationPolicy, workload: Workload): Attachment {
  const root = mesh.installation.rootNamespace.value;
  if (!settled) return later('a patch or a later step may change it');
  const rev = resource.labels.get('istio.io/rev');
  if (rev !== undefined && rev !== mesh.admission(workload).istio.revision)
    return later(`only revision ${rev} of istiod reads it`);
  return surelyReaches(mesh, resource, workload.resource, resource.namespace === root)
    ? { answer: 'yes', why: '' }
    : later('whether it is applied beside these pods is not known');
}

function attachesByName(
  refs: readonly Field[],
  policy: AuthorizationPolicy,
  workload: Workload,
  gateway: string,
  mesh: Mesh,
): Attachment {
  const waypoint = isWaypoint(workload);
  const own = policy.resource.namespace === workload.resource.namespace;
  let open = false;
  for (const ref of refs) {
    const [group, kind, name] = [ref.at('group').text() ?? '', ref.at('kind').text(), ref.at('name').text()];
    if (kind === undefined || name === undefined) open = true;
    // What stands behind a waypoint decides about each of its Services for itself.
    if (waypoint && (kind === 'Service' || kind === 'ServiceEntry')) open = true;
    if (waypoint && kind === 'GatewayClass' && name === 'istio-waypoint') {
      if (policy.resource.namespace === mesh.installation.rootNamespace.value) return place(mesh, policy, workload);
    }
    if (own && group === 'gateway.networking.k8s.io' && kind === 'Gateway' && name === gateway)
      return place(mesh, policy, workload);
  }
  return open ? later('its targetRefs name Services, or what is filled in later') : no('its targetRefs name others');
}

function isWaypoint({ podLabels }: Workload): boolean {
  return podLabels.get('gateway.istio.io/managed') === 'istio.io-mesh-controller';
}

function targetRefsOf({ body }: Resource): readonly Field[] {
  const spec = body.at('spec');
  const list = spec.at('targetRefs').items() as Field[];
  if (list.length > 0) return list;
  const one = spec.at('targetRef');
  return one.hasValue ? [one] : [];
}

function no(why: string): Attachment {
  return { answer: 'no', why };
}

function later(why: string): Attachment {
  return { answer: 'unknown', why };
}

const ACTIONS: readonly AuthorizationAction[] = ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'];

function readPolicy(mesh: Mesh, resource: Resource): AuthorizationPolicy | undefined {
  const selection = policySelection(mesh, resource);
  if (!selection) return undefined;
  const spec = resource.body.at('spec');
  const action = spec.at('action');
  const rules = spec.at('rules');
  return {
    resource,
    action: action.hasValue ? ACTIONS.find((a) => a === action.text()) : 'ALLOW',
    dryRun: dryRunOf(resource),
    provider: spec.at('provider').at('name'),
    rules: (rules.items() as Field[]).map((field) => readRule(mesh, field)),
    settled:
      selection.settled &&
      !isPatchedAt(resource, 'spec', 'rules') &&
      !isPatchedAt(resource, 'spec', 'action') &&
      (!rules.hasValue || rules.isList) &&
      (!spec.hasValue || spec.isMapping),
    selection,
  };
}

// What Go's strconv.ParseBool takes for true; anything else is logged and counts as false.
const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

function dryRunOf({ annotations }: Resource): boolean | undefined {
  const key = 'istio.io/dry-run';
  if (annotations.mayChange(key) || (annotations.has(key) && annotations.get(key) === undefined)) return undefined;
  return TRUE.has(annotations.get(key) ?? '');
}

interface Row {
  readonly attribute: Attribute;
  readonly values: string;
  readonly notValues: string;
  readonly since?: `1.${number}`;
}

const SOURCE: readonly Row[] = [
  { attribute: 'principal', values: 'principals', notValues: 'notPrincipals' },
  { attribute: 'requestPrincipal', values: 'requestPrincipals', notValues: 'notRequestPrincipals' },
  { attribute: 'namespace', values: 'namespaces', notValues: 'notNamespaces' },
  { attribute: 'serviceAccount', values: 'serviceAccounts', notValues: 'notServiceAccounts', since: '1.26' },
  { attribute: 'trustDomain', values: 'trustDomains', notValues: 'notTrustDomains', since: '1.30' },
  { attribute: 'remoteIp', values: 'remoteIpBlocks', notValues: 'notRemoteIpBlocks' },
  { attribute: 'sourceIp', values: 'ipBlocks', notValues: 'notIpBlocks' },
];

const OPERATION: readonly Row[] = [
  { attribute: 'host', values: 'hosts', notValues: 'notHosts' },
  { attribute: 'method', values: 'methods', notValues: 'notMethods' },
  { attribute: 'path', values: 'paths', notValues: 'notPaths' },
  { attribute: 'port', values: 'ports', notValues: 'notPorts' },
];

// Source: `pilot/pkg/security/authz/model/model.go`, New.
const KEYS: ReadonlyMap<string, { readonly attribute: Attribute; readonly since?: `1.${number}` }> = new Map([
  ['source.ip', { attribute: 'sourceIp' }],
  ['remote.ip', { attribute: 'remoteIp' }],
  ['source.namespace', { attribute: 'namespace' }],
  ['source.principal', { attribute: 'principal' }],
  ['source.serviceAccount', { attribute: 'serviceAccount', since: '1.26' }],
  ['source.trustDomain', { attribute: 'trustDomain', since: '1.30' }],
  ['request.auth.principal', { attribute: 'requestPrincipal' }],
  ['request.auth.audiences', { attribute: 'audience' }],
  ['request.auth.presenter', { attribute: 'presenter' }],
  ['destination.ip', { attribute: 'destinationIp' }],
  ['destination.port', { attribute: 'port' }],
  ['connection.sni', { attribute: 'sni' }],
]);

const FAMILIES: readonly (readonly [prefix: string, attribute: Attribute])[] = [
  ['request.headers', 'header'],
  ['request.experimental.inline.headers', 'inlineHeader'],
  ['request.auth.claims', 'claim'],
  ['experimental.envoy.filters.', 'envoyFilter'],
];

function readRule(mesh: Mesh, field: Field): AuthorizationRule {
  const when: Condition[] = [];
  let skipped: AuthorizationRule['skipped'];
  if (!field.hasValue) skipped = { field, why: 'an empty item of the list is no rule' };
  for (const item of field.at('when').items() as Field[]) {
    const key = item.at('key');
    const condition = readCondition(mesh, item);
    if (condition) when.push(...asked(condition));
    else
      skipped ??= { field: key, why: `key ${key.text() ?? '?'} is none that Istio knows, so it leaves the rule out` };
  }
  return {
    field,
    from: readList(mesh, field, 'from', 'source', SOURCE),
    to: readList(mesh, field, 'to', 'operation', OPERATION),
    when,
    skipped,
  };
}

function readList(mesh: Mesh, rule: Field, list: string, inner: string, rows: readonly Row[]): readonly Alternative[] {
  return (rule.at(list).items() as Field[]).map((item) => {
    const spec = item.at(inner);
    return rows.flatMap(({ attribute, values, notValues, since }) => {
      if (since && !mesh.istioAtLeast(since)) return [];
      return asked({
        attribute,
        argument: undefined,
        values: readValues(spec.at(values), values),
        notValues: readValues(spec.at(notValues), notValues),
      });
    });
  });
}

/** A condition under `when`; undefined for a key that Istio does not know. */
function readCondition(mesh: Mesh, item: Field): Condition | undefined {
  const key = item.at('key').text();
  if (key === undefined) return undefined;
  const family = FAMILIES.find(([prefix]) => key.startsWith(prefix));
  const plain = KEYS.get(key);
  if (plain?.since && !mesh.istioAtLeast(plain.since)) return undefined;
  const attribute = family?.[1] ?? plain?.attribute;
  if (!attribute) return undefined;
  const brackets = family ? /^\[(.+)\]$/.exec(key.slice(family[0].length)) : undefined;
  return {
    attribute,
    argument: attribute === 'envoyFilter' ? key : brackets?.[1],
    values: readValues(item.at('values'), key),
    notValues: readValues(item.at('notValues'), key),
  };
}

// What asks for nothing is no condition: an empty list counts as none.
function asked(condition: Condition): Condition[] {
  const { values, notValues } = condition;
  const isAsked = [values, notValues].some((v) => v.items.length > 0 || v.open);
  return isAsked ? [condition] : [];
}

function readValues(field: Field, name: string): ConditionValues {
  return { name, field, items: field.items() as Field[], open: field.hasValue && !field.isList };
}
