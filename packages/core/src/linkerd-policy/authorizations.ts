import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { labelSelector, matches } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import { LINKERD_POLICY_GROUP, objectsNamed, readReference } from './objects.ts';
import type { Server } from './servers.ts';

/** What lets callers in: a ServerAuthorization or an AuthorizationPolicy. */
export interface Authorization {
  readonly resource: Resource;
  /** Whether it may let in who does not speak mTLS, such as the kubelet. */
  readonly plainCallers: boolean;
}

const AUTHORIZATION_POLICY = `${LINKERD_POLICY_GROUP}/AuthorizationPolicy`;
const SERVER_AUTHORIZATION = `${LINKERD_POLICY_GROUP}/ServerAuthorization`;

/**
 * The authorizations that hold for a Server as a whole, by its own name or labels or for its namespace. Of those for one of its routes
 * `authorizationsOfRoute` tells. Source: linkerd.io, Authorization Policy reference; linkerd2 `policy-controller/k8s/index/src/inbound`.
 */
export function authorizationsOf(mesh: Mesh, { resource, namespace }: Server): readonly Authorization[] {
  const { byTarget, bySelector } = mesh.derive(authorizations);
  const selected = (bySelector.get(namespace) ?? [])
    .filter(({ field }) => matches(labelSelector(field), resource.labels) !== 'no')
    .map(({ authorization }) => authorization);
  return [
    ...(byTarget.get(`${LINKERD_POLICY_GROUP}/Server ${namespace}/${resource.name}`) ?? []),
    ...(byTarget.get(`Namespace ${namespace}/${namespace}`) ?? []),
    ...selected,
  ];
}

/** The authorizations for a route that stands before a Server. */
export function authorizationsOfRoute(mesh: Mesh, route: Resource): readonly Authorization[] {
  return mesh.derive(authorizations).byTarget.get(`${route.type} ${route.namespace ?? ''}/${route.name}`) ?? [];
}

interface Found {
  readonly byTarget: ReadonlyMap<string, readonly Authorization[]>;
  readonly bySelector: ReadonlyMap<string, readonly { readonly field: Field; readonly authorization: Authorization }[]>;
}

function authorizations(mesh: Mesh): Found {
  const byTarget = new Map<string, Authorization[]>();
  const bySelector = new Map<string, { field: Field; authorization: Authorization }[]>();
  for (const resource of mesh.ofType(AUTHORIZATION_POLICY)) {
    if (resource.partial) continue;
    const target = readReference(resource.body.at('spec').at('targetRef'));
    if (!target) continue;
    const type = target.group === '' ? target.kind : `${target.group}/${target.kind}`;
    const authorization = { resource, plainCallers: admitsPlain(mesh, resource) };
    addTo(byTarget, `${type} ${resource.namespace ?? ''}/${target.name}`, authorization);
  }
  for (const resource of mesh.ofType(SERVER_AUTHORIZATION)) {
    if (resource.partial) continue;
    const spec = resource.body.at('spec');
    const server = spec.at('server');
    const client = spec.at('client');
    const meshTls = client.at('meshTLS');
    const plainCallers =
      client.at('unauthenticated').value === true ||
      !meshTls.hasValue ||
      meshTls.at('unauthenticatedTLS').value === true;
    const authorization = { resource, plainCallers };
    const name = server.at('name').string();
    if (name) addTo(byTarget, `${LINKERD_POLICY_GROUP}/Server ${resource.namespace ?? ''}/${name}`, authorization);
    else addTo(bySelector, resource.namespace ?? '', { field: server.at('selector'), authorization });
  }
  return { byTarget, bySelector };
}

// All that is required has to be met: one by mTLS keeps out who speaks none. What was not read may be anything.
function admitsPlain(mesh: Mesh, resource: Resource): boolean {
  if (isPatchedAt(resource, 'spec')) return true;
  const references = (resource.body.at('spec').at('requiredAuthenticationRefs').items() as Field[]).map(readReference);
  return !references.some((reference) => {
    if (!reference) return false;
    if (reference.kind === 'ServiceAccount') return true;
    if (reference.kind !== 'MeshTLSAuthentication') return false;
    return (
      objectsNamed(
        mesh,
        `${LINKERD_POLICY_GROUP}/MeshTLSAuthentication`,
        reference.namespace ?? resource.namespace ?? '',
        reference.name,
      ).length > 0
    );
  });
}
