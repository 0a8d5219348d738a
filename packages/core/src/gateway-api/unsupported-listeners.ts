import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { isServedByIstio } from './gateway-classes.ts';
import { type KubernetesGateway, type Listener, lookupKubernetesGateway, takenKinds } from './kubernetes-gateways.ts';
import { MOST_LISTENERS } from './limits.ts';
import { parentOfListenerSet } from './listener-sets.ts';
import { GATEWAY_API_GROUP, groupOf } from './references.ts';
import { surelyMeets } from './refused-parents.ts';

/** What Istio does not take of a listener, though the API server does. */
export type ListenerFault = { readonly listener: Listener; readonly field: Field } & (
  | { readonly kind: 'protocol'; readonly protocol: string; readonly meant: string | undefined }
  | { readonly kind: 'kind'; readonly route: string; readonly taken: readonly string[] }
  | { readonly kind: 'certificate'; readonly written: string }
  | { readonly kind: 'certificates'; readonly most: number }
  | { readonly kind: 'tls' }
);

const PROTOCOLS: ReadonlySet<string> = new Set(['HTTP', 'HTTPS', 'TLS', 'TCP']);

/**
 * What a listener asks for in vain: a protocol that Istio does not know (UDP, or one in small letters), kinds of routes that the protocol cannot have, a
 * certificate that is no Secret, more certificates than are read (two since 1.27, before one), TLS without `tls` in a ListenerSet. Kinds are told of any controller.
 * Source: `pilot/pkg/config/kube/gateway/conversion.go`, listenerProtocolToIstio, buildTLS; `gatewaycommon/conversion.go`, GenerateGatewaySupportedKinds.
 */
export function listenerFaults(mesh: Mesh, gateway: KubernetesGateway): readonly ListenerFault[] {
  const ofIstio = isOfIstio(mesh, gateway);
  return gateway.listeners
    .slice(0, MOST_LISTENERS)
    .flatMap((listener) => [
      ...(ofIstio ? protocolFaults(listener) : []),
      ...(ofIstio && gateway.kind === 'ListenerSet' ? tlsFaults(listener) : []),
      ...kindFaults(mesh, gateway, listener),
      ...(ofIstio ? certificateFaults(mesh, listener) : []),
    ]);
}

function isOfIstio(mesh: Mesh, gateway: KubernetesGateway): boolean {
  if (gateway.kind === 'Gateway') return isServedByIstio(mesh, gateway.className);
  const parent = parentOfListenerSet(gateway);
  const lookup = parent && lookupKubernetesGateway(mesh, parent, gateway.resource);
  if (lookup?.state !== 'found') return false;
  return lookup.value.every(
    (g) => isServedByIstio(mesh, g.className) && surelyMeets(mesh, g.resource, gateway.resource),
  );
}

function protocolFaults(listener: Listener): readonly ListenerFault[] {
  const { protocol, field } = listener;
  if (!protocol || PROTOCOLS.has(protocol)) return [];
  const upper = protocol.toUpperCase();
  const meant = PROTOCOLS.has(upper) ? upper : undefined;
  return [{ kind: 'protocol', listener, field: field.at('protocol'), protocol, meant }];
}

// In a Gateway, which needs some listener, it may stand for none on purpose.
function tlsFaults(listener: Listener): readonly ListenerFault[] {
  const { protocol, field } = listener;
  if ((protocol !== 'HTTPS' && protocol !== 'TLS') || field.at('tls').hasValue) return [];
  return [{ kind: 'tls', listener, field: field.at('protocol') }];
}

function kindFaults(mesh: Mesh, gateway: KubernetesGateway, listener: Listener): readonly ListenerFault[] {
  const taken = takenKinds(mesh, gateway, listener);
  if (!taken) return [];
  const written = listener.field.at('allowedRoutes').at('kinds').items() as Field[];
  return written.slice(0, MOST_LISTENERS).flatMap((entry): ListenerFault[] => {
    const route = entry.at('kind').string();
    const group = entry.at('group');
    if (!route || (group.hasValue && group.string() !== GATEWAY_API_GROUP) || taken.includes(route)) return [];
    return [{ kind: 'kind', listener, field: entry.at('kind'), route, taken }];
  });
}

function certificateFaults(mesh: Mesh, listener: Listener): readonly ListenerFault[] {
  const tls = listener.field.at('tls');
  if (tls.at('mode').string() === 'Passthrough' || !(listener.protocol === 'HTTPS' || listener.protocol === 'TLS'))
    return [];
  const refs = (tls.at('certificateRefs').items() as Field[]).slice(0, MOST_LISTENERS);
  const most = mesh.istioAtLeast('1.27') ? 2 : 1;
  const faults: ListenerFault[] = refs.flatMap((ref): ListenerFault[] => {
    const kind = ref.at('kind');
    const groupText = groupOf(ref, '');
    const kindText = kind.hasValue ? kind.string() : 'Secret';
    if (groupText === undefined || !kindText || (groupText === '' && kindText === 'Secret')) return [];
    const written = groupText === '' ? kindText : `${groupText}/${kindText}`;
    return [{ kind: 'certificate', listener, field: kind.hasValue ? kind : ref.at('group'), written }];
  });
  const tooMany = refs[most];
  if (tooMany) faults.push({ kind: 'certificates', listener, field: tooMany.at('name'), most });
  return faults;
}
