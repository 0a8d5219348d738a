import type { Resource } from '../manifest/resource.ts';
import { makerOfService } from '../mesh/makers.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { type KubernetesGateway, kubernetesGateways } from './kubernetes-gateways.ts';
import { addSome, MOST_LISTENERS } from './limits.ts';
import { groupOf } from './references.ts';

/** What a Gateway or a BackendTLSPolicy judges certificates by: a ConfigMap with certificates of authorities, or a Secret. */
export interface AuthorityReference {
  readonly kind: 'ConfigMap' | 'Secret' | 'other';
  /** "ConfigMap", or the kind with its group as it is written. */
  readonly kindText: string;
  readonly namespace: string;
  readonly name: string;
  readonly field: Field;
}

/** What is wrong with the ConfigMap that a reference to authorities names. */
export type AuthorityFault =
  /** It does not exist; `instead`: what is most likely meant, of another name or in another namespace. */
  | { readonly kind: 'missing'; readonly instead: Resource | undefined }
  /** It holds no certificates under a key that is read. */
  | { readonly kind: 'keys'; readonly map: Resource; readonly keys: readonly string[] };

/** The entries of a list of caCertificateRefs, from the namespace of what holds it; without what is filled in later. */
export function readAuthorities(list: Field, own: string): readonly AuthorityReference[] {
  return (list.items() as Field[]).slice(0, MOST_LISTENERS).flatMap((field): AuthorityReference[] => {
    const group = groupOf(field, '');
    const written = field.at('kind').string();
    const name = field.at('name').string();
    const namespace = field.at('namespace').hasValue ? field.at('namespace').string() : own;
    if (group === undefined || !written || !name || namespace === undefined) return [];
    const kind = group === '' && (written === 'ConfigMap' || written === 'Secret') ? written : 'other';
    return [{ kind, kindText: group === '' ? written : `${group}/${written}`, namespace, name, field }];
  });
}

/** The authorities by which the listeners of a Gateway judge clients: for all ports, for some, and as the first releases had it, for one listener. */
export function clientAuthoritiesOf({ spec, listeners, resource }: KubernetesGateway): readonly AuthorityReference[] {
  const frontend = spec.at('tls').at('frontend');
  const validations = [
    frontend.at('default').at('validation'),
    ...(frontend.at('perPort').items() as Field[])
      .slice(0, MOST_LISTENERS)
      .map((entry) => entry.at('tls').at('validation')),
    ...listeners.map(({ field }) => field.at('tls').at('frontendValidation')),
  ];
  return validations.flatMap((v) => readAuthorities(v.at('caCertificateRefs'), resource.namespace ?? ''));
}

// Kubernetes, OpenShift and Istio put these into every namespace.
const IN_EVERY_NAMESPACE: ReadonlySet<string> = new Set([
  'kube-root-ca.crt',
  'openshift-service-ca.crt',
  'istio-ca-root-cert',
]);

// Source: istio/istio pilot/pkg/credentials/kube/secrets.go, ExtractRoot; the Gateway API knows the first alone.
const KEYS = ['ca.crt', 'cacert'];

/**
 * What is wrong with the ConfigMap that a reference names; undefined where nothing is, or where it cannot be told: few keep all of their ConfigMaps
 * in manifests. In an open world one is missing only where another that holds certificates, and that nothing refers to, is applied together
 * with what asks for it: of the same namespace, or of the same name.
 */
export function authorityFault(mesh: Mesh, asker: Resource, ref: AuthorityReference): AuthorityFault | undefined {
  if (ref.kind !== 'ConfigMap') return undefined;
  const { namespace, name } = ref;
  const { byKey, byName, byNamespace } = mesh.derive(configMaps);
  const there = byKey.get(`${namespace}/${name}`);
  if (there) {
    const [map] = there;
    return map && there.every(lacksCertificates) ? { kind: 'keys', map, keys: keysOf(map) } : undefined;
  }
  if (IN_EVERY_NAMESPACE.has(name) || mesh.externals.namespace(namespace) || isMade(mesh, ref)) return undefined;
  const holds = (map: Resource) => KEYS.some((key) => map.body.at('data').at(key).hasValue);
  const referred = mesh.derive(referredConfigMaps);
  const isSpare = (map: Resource) =>
    holds(map) &&
    !referred.has(`${map.namespace}/${map.name}`) &&
    !mesh.assumesNamespace(map) &&
    mesh.appliedTogether(map, asker);
  const sameName = (byName.get(name) ?? []).filter(isSpare);
  const instead = sameName.length === 1 ? sameName[0] : (byNamespace.get(namespace) ?? []).find(isSpare);
  if (mesh.settings.closedWorld) return { kind: 'missing', instead };
  if (!instead || mesh.assumesNamespace(asker) || mesh.hasUnreadBeside(asker)) return undefined;
  return { kind: 'missing', instead };
}

function lacksCertificates(map: Resource): boolean {
  const data = map.body.at('data');
  if (map.rewrites || map.partial || !data.isMapping || data.entries().length === 0) return false;
  if ([...map.labels.keys(), ...map.annotations.keys()].some((key) => /inject|sync|reflect|replicat/.test(key)))
    return false;
  return !KEYS.some((key) => data.at(key).exists || map.body.at('binaryData').at(key).exists);
}

function keysOf(map: Resource): readonly string[] {
  return map.body
    .at('data')
    .entries()
    .map(([key]) => key);
}

// trust-manager makes a ConfigMap of each Bundle, in all namespaces; a chart or an operator makes ConfigMaps as it makes Services.
function isMade(mesh: Mesh, { namespace, name }: AuthorityReference): boolean {
  return (
    mesh.madeOutside.some(
      (one) => one.kind === 'ConfigMap' && one.name === name && (one.namespace ?? namespace) === namespace,
    ) ||
    mesh.ofType('trust.cert-manager.io/Bundle').some((bundle) => bundle.name === name) ||
    makerOfService(mesh, namespace, name) !== undefined
  );
}

interface ConfigMaps {
  readonly byKey: ReadonlyMap<string, readonly Resource[]>;
  readonly byName: ReadonlyMap<string, readonly Resource[]>;
  readonly byNamespace: ReadonlyMap<string, readonly Resource[]>;
}

function configMaps(mesh: Mesh): ConfigMaps {
  const byKey = new Map<string, Resource[]>();
  const byName = new Map<string, Resource[]>();
  const byNamespace = new Map<string, Resource[]>();
  for (const map of mesh.ofType('ConfigMap')) {
    if (map.partial) continue;
    addSome(byKey, `${map.namespace}/${map.name}`, map);
    addSome(byName, map.name, map);
    addSome(byNamespace, map.namespace ?? '', map);
  }
  return { byKey, byName, byNamespace };
}

/** The ConfigMaps of the input by `namespace/name`. */
export function configMapsAt(mesh: Mesh, namespace: string, name: string): readonly Resource[] {
  return mesh.derive(configMaps).byKey.get(`${namespace}/${name}`) ?? [];
}

/** `namespace/name` of what some BackendTLSPolicy or Gateway takes its authorities from. */
function referredConfigMaps(mesh: Mesh): ReadonlySet<string> {
  const policies = mesh
    .ofType('gateway.networking.k8s.io/BackendTLSPolicy')
    .flatMap(({ body, namespace = '' }) =>
      readAuthorities(body.at('spec').at('validation').at('caCertificateRefs'), namespace),
    );
  const gateways = mesh.derive(kubernetesGateways).flatMap(clientAuthoritiesOf);
  return new Set([...policies, ...gateways].map((ref) => `${ref.namespace}/${ref.name}`));
}
