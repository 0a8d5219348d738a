import { elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { targetReferences } from '../manifest/target-references.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';

/** An object that a policy of Istio is attached to by name. */
export interface PolicyTarget {
  readonly kind: 'Service' | 'ServiceEntry' | 'Gateway';
  readonly namespace: string;
  readonly name: string;
  readonly nameField: Field;
}

const KINDS: Readonly<Record<string, PolicyTarget['kind']>> = {
  '/Service': 'Service',
  'core/Service': 'Service',
  'networking.istio.io/ServiceEntry': 'ServiceEntry',
  'gateway.networking.k8s.io/Gateway': 'Gateway',
};

/** The kinds of policies that are attached by targetRefs. Source: `pilot/pkg/model/policyattachment.go`; `targetRef` since 1.20, lists since 1.22. */
export const ATTACHED_POLICIES: readonly string[] = [
  'security.istio.io/AuthorizationPolicy',
  'security.istio.io/RequestAuthentication',
  'telemetry.istio.io/Telemetry',
  'extensions.istio.io/WasmPlugin',
  'extensions.istio.io/TrafficExtension',
  'networking.istio.io/EnvoyFilter',
];

const MOST = 50;

/** The targets of a policy, all in its own namespace; classes are left out, and what is filled in later. */
export function policyTargets(resource: Resource): readonly PolicyTarget[] {
  if (!ATTACHED_POLICIES.includes(resource.type) || resource.partial || isPatchedAt(resource, 'spec')) return [];
  const spec = resource.body.at('spec');
  const references = targetReferences(spec);
  return references.slice(0, MOST).flatMap((reference): PolicyTarget[] => {
    const group = reference.at('group').hasValue ? reference.at('group').text() : '';
    const key = `${group}/${reference.at('kind').text()}`;
    const kind = Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
    const nameField = reference.at('name');
    const name = nameField.string();
    return kind && name ? [{ kind, namespace: resource.namespace ?? '', name, nameField }] : [];
  });
}

/**
 * Whether a target is there. Services are looked up as everywhere; a Gateway or ServiceEntry is missing in a closed world, or where others of
 * the namespace stand beside the policy and all files there were read.
 */
export function lookupPolicyTarget(mesh: Mesh, policy: Resource, target: PolicyTarget): Lookup<true> {
  const { kind, namespace, name } = target;
  if (kind === 'Service') {
    const service = mesh.service(namespace, name);
    return service.state === 'found' ? found(true) : service;
  }
  const { byNamespace, deployed } = mesh.derive(targets);
  const beside = byNamespace.get(`${kind} ${namespace}`) ?? [];
  if (beside.some((one) => one.name === name || one.name === '' || one.rewrites?.name)) return found(true);
  if (kind === 'Gateway' && (deployed.has(`${namespace}/${name}`) || mesh.externals.gateway(namespace, name)))
    return found(true);
  if (mesh.externals.namespace(namespace)) return elsewhere(`the config declares namespace ${namespace}`);
  if (mesh.settings.closedWorld) return MISSING;
  const isWhole = !mesh.assumesNamespace(policy) && !mesh.hasUnreadBeside(policy) && !policy.rewrites?.namespace;
  return isWhole && beside.some((one) => mesh.near(one, policy))
    ? MISSING
    : elsewhere(`no ${kind} ${namespace}/${name} was read`);
}

/** A target of the namespace whose name is nearly the same; undefined where none is. */
export function nearTarget(mesh: Mesh, { kind, namespace, name }: PolicyTarget): string | undefined {
  const { byNamespace } = mesh.derive(targets);
  const names = (byNamespace.get(`${kind} ${namespace}`) ?? []).slice(0, MOST_NAMES).map((one) => one.name);
  return didYouMean(name, names);
}

const MOST_NAMES = 200;

interface Targets {
  readonly byNamespace: ReadonlyMap<string, readonly Resource[]>;
  /** Gateways whose pods were read, as a dump of a cluster has them. */
  readonly deployed: ReadonlySet<string>;
}

function targets(mesh: Mesh): Targets {
  const byNamespace = new Map<string, Resource[]>();
  for (const [type, kind] of [
    ['Service', 'Service'],
    ['networking.istio.io/ServiceEntry', 'ServiceEntry'],
    ['gateway.networking.k8s.io/Gateway', 'Gateway'],
  ])
    for (const one of mesh.ofType(type as string)) addTo(byNamespace, `${kind} ${one.namespace ?? ''}`, one);
  const deployed = mesh.workloads.flatMap(({ podLabels, resource }) => {
    const name = podLabels.get('gateway.networking.k8s.io/gateway-name') ?? podLabels.get('istio.io/gateway-name');
    return name === undefined ? [] : [`${resource.namespace ?? ''}/${name}`];
  });
  return { byNamespace, deployed: new Set(deployed) };
}
