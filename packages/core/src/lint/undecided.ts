import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { lookupHost } from '../names/host-targets.ts';
import { hostNameOf } from '../names/hosts.ts';
import { destinationRules } from '../routing/destination-rules.ts';
import { lookupGateway } from '../routing/gateways.ts';
import { destinationsOf, virtualServices } from '../routing/routes.ts';
import { lookupSelected, policySelection } from '../security/policy-selection.ts';
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
        ? istio.revision !== undefined
          ? `whether revision ${istio.revision} is installed: revisions or tags in the config, or its webhooks`
          : `more than the manifests say: ${reason}`
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
  for (const { host, asker } of hostsAskedFor(mesh)) {
    if (lookupHost(mesh, host, asker).state !== 'elsewhere') continue;
    const { service } = hostNameOf(mesh, host, asker.namespace ?? '');
    const needs = service
      ? `the Services of namespace ${service.namespace} beside the routes, or externals.hosts in the config`
      : 'a ServiceEntry for each of them, or externals.hosts in the config';
    const where = service ? `in namespace ${service.namespace}` : 'outside the cluster';
    add(
      `host ${where}`,
      needs,
      (n) => `what stands behind ${n === '1' ? '1 host' : `${n} hosts`} ${where} that routes name`,
    );
  }
  for (const { resource, gateways } of virtualServices(mesh)) {
    for (const reference of gateways.slice(0, MOST)) {
      if (reference.mesh || lookupGateway(mesh, reference, resource).state !== 'elsewhere') continue;
      add(
        'gateway',
        'the manifests of the Gateways, or externals.gateways in the config',
        (n) =>
          `whether ${n === '1' ? '1 Gateway' : `${n} Gateways`} that routes are bound to ${n === '1' ? 'exists' : 'exist'}`,
      );
    }
  }
  return [...memberships.entries()]
    .sort(([a, x], [b, y]) => y.count - x.count || compareText(a, b))
    .map(([, { count, needs, question }]) => ({ question: question(String(count)), needs, resources: count }));
}

// A line of a summary needs no more of one resource; a hostile one names thousands.
const MOST = 100;

/** The hosts that routes send to and that DestinationRules are about, each once for an asker. */
function hostsAskedFor(mesh: Mesh): { readonly host: string; readonly asker: Resource }[] {
  const asked = new Map<string, { readonly host: string; readonly asker: Resource }>();
  const ask = (host: string | undefined, asker: Resource) => {
    if (host !== undefined && host !== '') asked.set(`${asker.namespace ?? ''} ${host}`, { host, asker });
  };
  for (const virtualService of virtualServices(mesh)) {
    for (const { host } of destinationsOf(virtualService).slice(0, MOST)) ask(host?.written, virtualService.resource);
  }
  for (const { host, resource } of destinationRules(mesh)) ask(host?.written, resource);
  return [...asked.values()];
}

const POLICIES = [
  'security.istio.io/AuthorizationPolicy',
  'security.istio.io/PeerAuthentication',
  'security.istio.io/RequestAuthentication',
  'telemetry.istio.io/Telemetry',
  'networking.istio.io/Sidecar',
];
