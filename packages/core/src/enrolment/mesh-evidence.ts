import type { Namespace } from '../cluster/namespaces.ts';
import type { Workload } from '../cluster/workloads.ts';
import { INJECT_KEY } from '../injection/injection.ts';
import { nameOf, type Resource } from '../manifest/resource.ts';
import { flatSelector, labelSelector, matches, type Selector } from '../manifest/selectors.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';

/** A sign that pods are meant to be in the mesh. */
export interface Evidence {
  /** One clause: "AuthorizationPolicy shop/cart selects them". */
  readonly text: string;
  readonly field: Field | undefined;
  /** Whether it has no meaning without a proxy beside the pods; else clients alone may be meant. */
  readonly strong: boolean;
}

// No real workload is selected by so many; in a hostile file thousands would be held against thousands.
const MOST = 300;

/** Policies that the proxy of the server enforces, or that set it up. */
const POLICIES = [
  'security.istio.io/AuthorizationPolicy',
  'security.istio.io/PeerAuthentication',
  'security.istio.io/RequestAuthentication',
  'networking.istio.io/Sidecar',
] as const;

/** Why the pods of a workload are expected in the mesh: their own wish, a policy that selects them, a host that is their Service. */
export function evidenceFor(mesh: Mesh, workload: Workload): Evidence | undefined {
  if (mesh.settings.expectMesh === 'none') return undefined;
  const { podLabels } = workload;
  if (podLabels.get(INJECT_KEY) === 'true')
    return { text: `their label ${INJECT_KEY} asks for it`, field: podLabels.at(INJECT_KEY), strong: true };
  return bySelector(mesh, workload) ?? byHost(mesh, workload) ?? expected(mesh);
}

/** Why the pods of a whole namespace are expected in the mesh: a policy for all of them. */
export function evidenceForNamespace(mesh: Mesh, { resource, name }: Namespace): Evidence | undefined {
  if (mesh.settings.expectMesh === 'none') return undefined;
  // In the namespace of the control plane they are for the whole mesh.
  if (name === mesh.installation.rootNamespace.value) return undefined;
  const there = mesh.derive(policies).get(name) ?? [];
  const policy = there.find((p) => p.selector === 'all' && mesh.together(p.resource, resource));
  if (!policy) return expected(mesh);
  return { text: `${nameOf(policy.resource)} is for all of them`, field: nameField(policy.resource), strong: true };
}

function expected(mesh: Mesh): Evidence | undefined {
  return mesh.settings.expectMesh === 'all'
    ? { text: 'expectMesh is "all"', field: undefined, strong: true }
    : undefined;
}

function bySelector(mesh: Mesh, { resource, podLabels }: Workload): Evidence | undefined {
  const there = mesh.derive(policies).get(resource.namespace ?? '') ?? [];
  const policy = there.find(
    (p) => p.selector !== 'all' && matches(p.selector, podLabels) === 'yes' && mesh.together(p.resource, resource),
  );
  return policy && { text: `${nameOf(policy.resource)} selects them`, field: nameField(policy.resource), strong: true };
}

interface Policy {
  readonly resource: Resource;
  readonly selector: Selector | 'all';
}

/** By namespace. Those for a waypoint or a Gateway say nothing of pods, and plain text is allowed to whoever has no proxy. */
function policies(mesh: Mesh): ReadonlyMap<string, readonly Policy[]> {
  const map = new Map<string, Policy[]>();
  for (const resource of POLICIES.flatMap((type) => mesh.ofType(type))) {
    const { namespace = '', namespaceWritten, rewrites, partial } = resource;
    if (partial || rewrites?.namespace || !(namespaceWritten || mesh.settings.closedWorld)) continue;
    const spec = resource.body.at('spec');
    if (spec.at('targetRef').exists || spec.at('targetRefs').exists) continue;
    if (spec.at('mtls').at('mode').text() === 'DISABLE') continue;
    const isSidecar = resource.type === 'networking.istio.io/Sidecar';
    const written = isSidecar ? spec.at('workloadSelector').at('labels') : spec.at('selector');
    if (written.hasValue && !written.isMapping) continue;
    const read = isSidecar ? flatSelector(written) : labelSelector(written);
    const selector = read.requirements?.length === 0 ? 'all' : read;
    const there = map.get(namespace);
    if (!there) map.set(namespace, [{ resource, selector }]);
    else if (there.length < MOST) there.push({ resource, selector });
  }
  return map;
}

function byHost(mesh: Mesh, workload: Workload): Evidence | undefined {
  const hosts = mesh.derive(namedHosts);
  for (const { resource } of mesh.servicesOf(workload)) {
    const near = (hosts.get(`${resource.namespace}/${resource.name}`) ?? []).filter((n) =>
      mesh.together(n.resource, resource),
    );
    const one = near.find((n) => n.kind === 'proves') ?? near[0];
    if (!one) continue;
    const text =
      one.kind === 'proves'
        ? `${nameOf(one.resource)} has clients speak mutual TLS of Istio to ${nameOf(resource)}`
        : `${nameOf(one.resource)} is for ${nameOf(resource)}`;
    return { text, field: one.field, strong: one.kind === 'proves' };
  }
  return undefined;
}

interface Naming {
  readonly resource: Resource;
  readonly field: Field;
  /** A DestinationRule with ISTIO_MUTUAL proves that the pods have a proxy. */
  readonly kind: 'names' | 'proves';
}

/** By `namespace/name` of the Service: what VirtualServices for the mesh and DestinationRules call a host. */
function namedHosts(mesh: Mesh): ReadonlyMap<string, readonly Naming[]> {
  const map = new Map<string, Naming[]>();
  const denied = new Set<string>();
  const add = (resource: Resource, field: Field, kind: Naming['kind'] | 'denies') => {
    const key = serviceOf(field.string(), resource);
    if (key === undefined || resource.partial) return;
    const there = map.get(key);
    if (kind === 'denies') denied.add(key);
    else if (!there) map.set(key, [{ resource, field, kind }]);
    else if (there.length < MOST) there.push({ resource, field, kind });
  };
  for (const resource of mesh.ofType('networking.istio.io/VirtualService')) {
    const spec = resource.body.at('spec');
    const gateways = spec.at('gateways').items() as Field[];
    if (gateways.length > 0 && !gateways.some((g) => g.text() === 'mesh')) continue;
    for (const host of spec.at('hosts').items() as Field[]) add(resource, host, 'names');
  }
  for (const resource of mesh.ofType('networking.istio.io/DestinationRule')) {
    const spec = resource.body.at('spec');
    const mode = spec.at('trafficPolicy').at('tls').at('mode');
    const kind = !mode.hasValue ? 'names' : mode.text() === 'ISTIO_MUTUAL' ? 'proves' : 'denies';
    add(resource, spec.at('host'), kind);
  }
  // Whoever speaks of another TLS, or of none, knows that there is no proxy.
  for (const key of denied) map.delete(key);
  return map;
}

// `cart`, `cart.shop`, `cart.shop.svc`, `cart.shop.svc.cluster.local`. A short name means the namespace of what names it.
function serviceOf(host: string | undefined, { namespace, rewrites }: Resource): string | undefined {
  if (!host || host.includes('*')) return undefined;
  const [name, above, svc, ...domain] = host.split('.');
  if (above === undefined) return rewrites?.namespace ? undefined : `${namespace}/${name}`;
  const isLocal = svc === undefined || (svc === 'svc' && (domain.length === 0 || domain.join('.') === 'cluster.local'));
  return isLocal ? `${above}/${name}` : undefined;
}

function nameField(resource: Resource): Field {
  return resource.body.at('metadata').at('name');
}
