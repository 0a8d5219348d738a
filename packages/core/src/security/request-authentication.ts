import type { Workload } from '../cluster/workloads.ts';
import type { Resource } from '../manifest/resource.ts';
import { matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { knowsPoliciesOf, surelyReaches } from './policy-reach.ts';
import { type PolicySelection, policySelection } from './policy-selection.ts';

/** A RequestAuthentication, read. */
export interface RequestAuthentication {
  readonly resource: Resource;
  readonly selection: PolicySelection;
  readonly rules: readonly JwtRule[];
}

/** One entry of `jwtRules`: whose tokens are taken. */
export interface JwtRule {
  readonly field: Field;
  readonly issuer: string | undefined;
  readonly issuerField: Field;
  /** Without it the proxy takes the token out of the request: pods behind it never see one. */
  readonly forwards: boolean | undefined;
}

/** The RequestAuthentications for a workload. */
export interface RequestAuthentications {
  /** Those that surely hold for it. */
  readonly inForce: readonly RequestAuthentication[];
  /** Those that may. */
  readonly possible: readonly RequestAuthentication[];
  /** Whether all there are were read. */
  readonly known: boolean;
}

/**
 * The RequestAuthentications that check tokens for pods: those of their namespace and of the root namespace, by selector; all that hold add
 * up. Source: `pilot/pkg/model/authentication.go`, GetJwtPoliciesForWorkload.
 */
export function requestAuthenticationsFor(mesh: Mesh, workload: Workload): RequestAuthentications {
  const known = mesh.derive(byWorkload);
  let answer = known.get(workload);
  if (!answer) known.set(workload, (answer = find(mesh, workload)));
  return answer;
}

/** The RequestAuthentication that a resource is; undefined for others. */
export function requestAuthenticationOf(mesh: Mesh, resource: Resource): RequestAuthentication | undefined {
  return mesh.derive(all).byResource.get(resource);
}

function byWorkload(): Map<Workload, RequestAuthentications> {
  return new Map();
}

// No real namespace has so many; in a hostile file thousands would be held against thousands of workloads.
const MOST = 100;

function find(mesh: Mesh, workload: Workload): RequestAuthentications {
  const { byNamespace } = mesh.derive(all);
  const { namespace = '' } = workload.resource;
  const root = mesh.installation.rootNamespace.value;
  const near = [...(byNamespace.get(namespace) ?? []), ...(namespace === root ? [] : (byNamespace.get(root) ?? []))];
  const inForce: RequestAuthentication[] = [];
  const possible: RequestAuthentication[] = [];
  for (const one of near.slice(0, MOST)) {
    const { selection, resource } = one;
    const selected = selection.selector ? matches(selection.selector, workload.podLabels) : 'yes';
    if (selected === 'no' && !selection.attached) continue;
    const everywhere = resource.namespace === root;
    const sure = selected === 'yes' && !selection.attached && selection.settled;
    if (sure && surelyReaches(mesh, resource, workload.resource, everywhere)) inForce.push(one);
    else possible.push(one);
  }
  return { inForce, possible, known: near.length <= MOST && knowsPoliciesOf(mesh, namespace) };
}

function all(mesh: Mesh) {
  const byResource = new Map<Resource, RequestAuthentication>();
  const byNamespace = new Map<string, RequestAuthentication[]>();
  for (const resource of mesh.ofType('security.istio.io/RequestAuthentication')) {
    const selection = policySelection(mesh, resource);
    if (!selection) continue;
    const rules = (resource.body.at('spec').at('jwtRules').items() as Field[]).slice(0, MOST).map(readRule);
    const one = { resource, selection, rules };
    byResource.set(resource, one);
    addTo(byNamespace, resource.namespace ?? '', one);
  }
  return { byResource, byNamespace };
}

function readRule(field: Field): JwtRule {
  const forward = field.at('forwardOriginalToken');
  return {
    field,
    issuer: field.at('issuer').string(),
    issuerField: field.at('issuer'),
    forwards: forward.hasValue ? forward.boolean() : false,
  };
}
