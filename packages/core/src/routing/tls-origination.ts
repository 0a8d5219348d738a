import type { Service } from '../cluster/services.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';

// DISABLE and ISTIO_MUTUAL say nothing of the application; these two make the client's proxy speak TLS of its own.
const ORIGINATING: ReadonlySet<string> = new Set(['SIMPLE', 'MUTUAL']);

/**
 * Whether some DestinationRule or BackendTLSPolicy of the input may make clients' proxies begin TLS towards a Service. Hosts are compared
 * roughly, by their first part: this is asked to keep silent, and a rule too many only keeps silent once more.
 */
export function originatesTls(mesh: Mesh, service: Service): boolean {
  const targets = mesh.derive(tlsTargets);
  return targets.any || targets.names.has(service.resource.name);
}

/** First parts of the hosts towards which some rule begins TLS; `any`: also towards hosts that cannot be told. */
function tlsTargets(mesh: Mesh): { readonly any: boolean; readonly names: ReadonlySet<string> } {
  const rules = mesh.ofType('networking.istio.io/DestinationRule').map((r) => r.body.at('spec'));
  const hosts = rules.filter(beginsTls).map((spec) => spec.at('host').text());
  const refs = mesh
    .ofType('gateway.networking.k8s.io/BackendTLSPolicy')
    .flatMap((r) => r.body.at('spec').at('targetRefs').items() as Field[])
    .map((ref) => ref.at('name').text());
  const known = [...hosts, ...refs].filter((host) => host !== undefined);
  return {
    any: hosts.some((host) => host === undefined || host.startsWith('*')),
    names: new Set(known.map((host) => host.split('.')[0] as string)),
  };
}

function beginsTls(spec: Field): boolean {
  const subsets = spec.at('subsets').items() as Field[];
  const modes = [spec.at('trafficPolicy'), ...subsets.map((subset) => subset.at('trafficPolicy'))]
    .flatMap((policy) => [policy, ...(policy.at('portLevelSettings').items() as Field[])])
    .map((policy) => policy.at('tls').at('mode'));
  return modes.some((mode) => mode.hasValue && (mode.text() === undefined || ORIGINATING.has(mode.text() ?? '')));
}
