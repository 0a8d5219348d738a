import type { Mesh } from '../mesh/mesh.ts';
import { lookupSelected, policySelection } from '../mesh/policy-selection.ts';
import { compareText } from './order.ts';
import type { Undecided } from './result.ts';

/** The questions that the input leaves open, each once, and what would decide it. */
export function undecidedOf(mesh: Mesh): Undecided[] {
  const memberships = new Map<string, { count: number; needs: string; question: (n: string) => string }>();
  const add = (key: string, needs: string, question: (n: string) => string) => {
    const entry = memberships.get(key) ?? { count: 0, needs, question };
    memberships.set(key, entry);
    entry.count++;
  };
  for (const workload of mesh.workloads) {
    if (workload.isGateway) continue;
    const { membership, istio } = mesh.admission(workload);
    if (membership.answer !== 'unknown') continue;
    const { namespace = '', namespaceWritten, rewrites } = workload.resource;
    const placed = namespaceWritten && !rewrites?.namespace;
    const whose = placed ? `of namespace ${namespace}` : 'without a namespace of their own';
    const question = (n: string) =>
      `whether ${n === '1' ? '1 workload' : `${n} workloads`} ${whose} ${n === '1' ? 'is' : 'are'} in the mesh`;
    // With the Namespace at hand it is a revision that nothing tells of, or a value that is filled in later.
    const read = placed && mesh.namespace(namespace).state === 'found';
    const reason = read ? (istio.unknownBecause ?? membership.reason) : '';
    const needs = !placed
      ? 'their namespace (metadata.namespace, or defaultNamespace in the config) and its manifest'
      : read
        ? `more than the manifests say: ${reason}`
        : `the manifest of Namespace ${namespace}, or expectMesh: all in the config`;
    add(`membership ${placed ? namespace : ''} ${reason}`, needs, question);
  }
  for (const service of mesh.services) {
    const behind = mesh.behind(service);
    const open =
      behind.state === 'elsewhere' ? service.selector !== undefined : behind.state === 'found' && !behind.value.certain;
    if (!open) continue;
    const { namespace = '' } = service.resource;
    add(
      `pods ${namespace}`,
      'the manifests of their workloads in the same folder, or externals.workloads in the config',
      (n) =>
        `which pods ${n === '1' ? '1 Service' : `${n} Services`} of namespace ${namespace} ${n === '1' ? 'selects' : 'select'}`,
    );
  }
  for (const resource of POLICIES.flatMap((type) => mesh.ofType(type))) {
    const selection = policySelection(mesh, resource);
    if (!selection?.selector || selection.attached || lookupSelected(mesh, selection).state !== 'elsewhere') continue;
    const { namespace = '' } = resource;
    const space = selection.everywhere ? 'any namespace' : `namespace ${namespace}`;
    add(
      `policy ${namespace}`,
      'the manifests of their workloads beside them, or externals.workloads in the config',
      (n) =>
        `which pods of ${space} ${n === '1' ? '1 policy' : `${n} policies`} of namespace ${namespace} ${n === '1' ? 'holds' : 'hold'} for`,
    );
  }
  return [...memberships.entries()]
    .sort(([a, x], [b, y]) => y.count - x.count || compareText(a, b))
    .map(([, { count, needs, question }]) => ({ question: question(String(count)), needs, resources: count }));
}

const POLICIES = [
  'security.istio.io/AuthorizationPolicy',
  'security.istio.io/PeerAuthentication',
  'security.istio.io/RequestAuthentication',
  'telemetry.istio.io/Telemetry',
  'networking.istio.io/Sidecar',
];
