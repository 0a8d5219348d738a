import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { addTo } from '../source/grouping.ts';
import type { KubernetesGateway } from './kubernetes-gateways.ts';

/** A Secret that a listener of the Gateway API takes its certificate from. */
export interface CertificateReference {
  readonly namespace: string;
  readonly name: string;
  readonly field: Field;
}

// With these the proxy serves the certificate of its own workload. Source: istio/istio pilot/pkg/config/kube/gateway/conversion.go, buildTLS.
const WITHOUT_SECRET: ReadonlySet<string> = new Set(['ISTIO_MUTUAL', 'ISTIO_SIMPLE']);

const TERMINATE_MODE_KEY = 'gateway.istio.io/tls-terminate-mode';

// A listener may have 64; Istio takes two.
const MOST = 64;

/** The certificates that the listeners of a Gateway name and read. */
export function certificatesOf({ listeners, resource }: KubernetesGateway): readonly CertificateReference[] {
  return listeners.flatMap(({ field: listener }) => {
    const tls = listener.at('tls');
    const ownMode = tls.at('options').at(TERMINATE_MODE_KEY);
    if (tls.at('mode').string() === 'Passthrough' || WITHOUT_SECRET.has(ownMode.text() ?? '')) return [];
    const refs = (tls.at('certificateRefs').items() as Field[]).slice(0, MOST);
    return refs.flatMap((field) => readSecret(field, resource.namespace ?? ''));
  });
}

function readSecret(field: Field, own: string): readonly CertificateReference[] {
  if (!field.isMapping) return [];
  const { value: group } = field.at('group');
  const kind = field.at('kind');
  if ((group !== undefined && group !== null && group !== '') || (kind.hasValue && kind.string() !== 'Secret'))
    return [];
  const name = field.at('name').string();
  const written = field.at('namespace');
  const namespace = written.hasValue ? written.string() : own;
  return name && namespace ? [{ namespace, name, field }] : [];
}

/** The certificate that a Gateway shows to its backends; `backendTLS` is the name of the field before Gateway API 1.4. */
export function clientCertificatesOf({ spec, resource }: KubernetesGateway): readonly CertificateReference[] {
  return [spec.at('tls').at('backend'), spec.at('backendTLS')].flatMap((holder) =>
    readSecret(holder.at('clientCertificateRef'), resource.namespace ?? ''),
  );
}

/** The Secrets of the input by `namespace/name`. */
export function secretsByName(mesh: Mesh): ReadonlyMap<string, readonly Resource[]> {
  const byName = new Map<string, Resource[]>();
  for (const secret of mesh.ofType('Secret')) {
    const key = `${secret.namespace}/${secret.name}`;
    addTo(byName, key, secret);
  }
  return byName;
}
