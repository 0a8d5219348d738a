import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { type AuthorityReference, readAuthorities } from './authorities.ts';
import { lookupBackend, lookupServiceEntry } from './backends.ts';
import { CLASSES_OF_ISTIO, isServedByIstio } from './gateway-classes.ts';
import { kubernetesGateways } from './kubernetes-gateways.ts';
import { addSome, MOST_PARENTS } from './limits.ts';
import { groupOf } from './references.ts';
import { surelyMeets } from './refused-parents.ts';

/** A BackendTLSPolicy: to which backends gateways speak TLS, and by what they judge their certificates. */
export interface BackendTlsPolicy {
  readonly resource: Resource;
  readonly targets: readonly TlsTarget[];
  readonly authorities: readonly AuthorityReference[];
}

/** A backend that a BackendTLSPolicy is for, whole or one port of it. */
export interface TlsTarget {
  readonly kind: 'Service' | 'ServiceEntry';
  readonly name: string;
  readonly nameField: Field;
  /** The name of a port; undefined for all, and where it is filled in later. */
  readonly section: string | undefined;
  readonly sectionField: Field;
}

/** A port that a target has, as a message shows it. */
export interface NamedPort {
  readonly name: string | undefined;
  readonly number: number | undefined;
}

/** The type of what `backendTlsPolicyOf` reads. */
export const BACKEND_TLS_POLICY_TYPE = 'gateway.networking.k8s.io/BackendTLSPolicy';

// With it Istio leaves a policy to other controllers. Source: `pilot/pkg/config/kube/gateway/backend_policies.go`; since 1.31.
const IGNORED_KEY = 'istio.io/ignore-policy-attachment';

/** The BackendTLSPolicy that a resource is; undefined for others, for patches, and for those that Istio is told to leave alone. */
export function backendTlsPolicyOf(resource: Resource): BackendTlsPolicy | undefined {
  if (resource.type !== BACKEND_TLS_POLICY_TYPE || resource.partial) return undefined;
  if (resource.annotations.get(IGNORED_KEY)?.toLowerCase() === 'true') return undefined;
  const spec = resource.body.at('spec');
  return {
    resource,
    targets: isPatchedAt(resource, 'spec', 'targetRefs')
      ? []
      : (spec.at('targetRefs').items() as Field[]).slice(0, MOST_PARENTS).flatMap(readTarget),
    authorities: isPatchedAt(resource, 'spec', 'caCertificateRefs')
      ? []
      : readAuthorities(spec.at('validation').at('caCertificateRefs'), resource.namespace ?? ''),
  };
}

function readTarget(field: Field): TlsTarget[] {
  const key = `${groupOf(field, '')}/${field.at('kind').string()}`;
  const kind = key === '/Service' ? 'Service' : key === 'networking.istio.io/ServiceEntry' ? 'ServiceEntry' : undefined;
  const nameField = field.at('name');
  const name = nameField.string();
  if (kind === undefined || !name) return [];
  const sectionField = field.at('sectionName');
  return [{ kind, name, nameField, section: sectionField.string(), sectionField }];
}

/** Whether a target surely does not exist, or has no port of the name. A policy is for backends of its own namespace. */
export type TargetFault =
  | { readonly kind: 'missing' }
  | { readonly kind: 'section'; readonly target: Resource; readonly ports: readonly NamedPort[] };

/**
 * What keeps a policy from holding for one of its targets; undefined where nothing does, or it is not known.
 * Source: `pilot/pkg/config/kube/gateway/backend_policies.go`, BackendTLSPolicyCollection (sectionName since 1.28).
 */
export function targetFault(mesh: Mesh, policy: Resource, target: TlsTarget): TargetFault | undefined {
  const namespace = policy.namespace ?? '';
  const found =
    target.kind === 'Service'
      ? servicesOf(mesh, policy, namespace, target.name)
      : entriesOf(mesh, policy, namespace, target.name);
  if (found === 'missing') return { kind: 'missing' };
  const { section, sectionField } = target;
  if (!section || !sectionField.hasValue || found.length === 0) return undefined;
  if (found.some((f) => !f.known || f.ports.some((port) => port.name === section))) return undefined;
  const [first] = found;
  return first && { kind: 'section', target: first.resource, ports: first.ports };
}

interface FoundTarget {
  readonly resource: Resource;
  readonly known: boolean;
  readonly ports: readonly NamedPort[];
}

function servicesOf(mesh: Mesh, policy: Resource, namespace: string, name: string): 'missing' | readonly FoundTarget[] {
  const lookup = lookupBackend(mesh, { kind: 'Service', namespace, name }, policy);
  if (lookup.state !== 'found') return lookup.state === 'missing' ? 'missing' : [];
  return lookup.value
    .filter((t) => t.service !== undefined)
    .map(({ resource, ports, portsKnown }) => ({
      resource,
      known: portsKnown && ports.length > 0 && surelyMeets(mesh, resource, policy),
      ports,
    }));
}

function entriesOf(mesh: Mesh, policy: Resource, namespace: string, name: string): 'missing' | readonly FoundTarget[] {
  const lookup = lookupServiceEntry(mesh, { namespace, name });
  if (lookup.state !== 'found') return lookup.state === 'missing' ? 'missing' : [];
  return lookup.value.map((resource) => {
    const ports = (resource.body.at('spec').at('ports').items() as Field[]).map((port) => ({
      name: port.at('name').string(),
      number: port.at('number').number(),
    }));
    const known =
      !isPatchedAt(resource, 'spec', 'ports') &&
      ports.length > 0 &&
      ports.every((p) => p.number !== undefined) &&
      surelyMeets(mesh, resource, policy);
    return { resource, known, ports };
  });
}

/**
 * Another policy that is for just the same target and stands before this one by namespace and name, and is applied together with it. Only the older
 * of both holds there, of one age the first by name. A policy for one port stands beside one for the whole Service.
 */
export function rivalPolicy(mesh: Mesh, policy: Resource, target: TlsTarget): Resource | undefined {
  const key = targetKey(policy, target);
  if (key === undefined || mesh.assumesNamespace(policy)) return undefined;
  return mesh
    .derive(policiesByTarget)
    .get(key)
    ?.find((other) => other.name < policy.name && mesh.appliedTogether(other, policy));
}

function targetKey({ namespace = '' }: Resource, { kind, name, section, sectionField }: TlsTarget): string | undefined {
  return sectionField.hasValue && section === undefined ? undefined : `${namespace} ${kind} ${name} ${section ?? ''}`;
}

function policiesByTarget(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const byTarget = new Map<string, Resource[]>();
  for (const resource of mesh.ofType(BACKEND_TLS_POLICY_TYPE)) {
    for (const target of backendTlsPolicyOf(resource)?.targets ?? []) {
      const key = targetKey(resource, target);
      if (key !== undefined && !mesh.assumesNamespace(resource)) addSome(byTarget, key, resource);
    }
  }
  return byTarget;
}

/** Whether all Gateways that were read are Istio's, and there are some: then it is Istio that reads the policies. */
export function hasGatewaysOfIstioAlone(mesh: Mesh): boolean {
  const classes = new Set(mesh.derive(kubernetesGateways).flatMap((g) => (g.kind === 'Gateway' ? [g.className] : [])));
  return (
    classes.size > 0 &&
    [...classes].every((c) => isServedByIstio(mesh, c) || (c !== 'istio' && CLASSES_OF_ISTIO.has(c ?? '')))
  );
}
