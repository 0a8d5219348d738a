import type { Field, Mesh, Service } from '@meshvet/core';

// DISABLE and ISTIO_MUTUAL say nothing of the application; these two make the client's proxy speak TLS of its own.
const ORIGINATING: ReadonlySet<string> = new Set(['SIMPLE', 'MUTUAL']);

/**
 * Whether some DestinationRule or BackendTLSPolicy of the input may make clients' proxies begin TLS towards a Service. Hosts are compared
 * roughly, by their first part: this is asked to keep silent, and a rule too many only keeps silent once more.
 */
export function originatesTls(mesh: Mesh, service: Service): boolean {
  return mesh.resources.some((resource) => {
    const spec = resource.body.at('spec');
    if (resource.type === 'gateway.networking.k8s.io/BackendTLSPolicy') {
      return spec
        .at('targetRefs')
        .items()
        .some((ref) => (ref as Field).at('name').text() === service.resource.name);
    }
    if (resource.type !== 'networking.istio.io/DestinationRule' || !mayMean(spec.at('host'), service)) return false;
    const policies = [
      spec.at('trafficPolicy'),
      ...spec
        .at('subsets')
        .items()
        .map((subset) => (subset as Field).at('trafficPolicy')),
    ];
    const tls = policies
      .flatMap((policy) => [policy, ...(policy.at('portLevelSettings').items() as Field[])])
      .map((policy) => policy.at('tls').at('mode'));
    return tls.some((mode) => mode.hasValue && (mode.text() === undefined || ORIGINATING.has(mode.text() ?? '')));
  });
}

function mayMean(host: Field, service: Service): boolean {
  const text = host.text();
  return text === undefined || text.startsWith('*') || text.split('.')[0] === service.resource.name;
}
