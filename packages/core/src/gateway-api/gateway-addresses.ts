import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { hostNameOf } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';
import { lookupBackend } from './backends.ts';
import { isServedByIstio } from './gateway-classes.ts';
import type { KubernetesGateway, Listener } from './kubernetes-gateways.ts';
import { MOST_PARENTS } from './limits.ts';
import { surelyMeets } from './refused-parents.ts';

/** What keeps a Gateway from the pods that were deployed for it by hand, which its address names by their Service. */
export type AddressFault = { readonly field: Field; readonly name: string; readonly namespace: string } & (
  | { readonly kind: 'missing' | 'namespace' }
  | {
      readonly kind: 'port';
      readonly listener: Listener;
      readonly service: Resource;
      readonly ports: readonly number[];
      /** The port of the Service that leads to a port of this number. */
      readonly meant: number | undefined;
    }
);

/**
 * The faults of the addresses of a Gateway of Istio that is deployed by hand: a host name stands for a Service of the Gateway's own namespace, and
 * listeners get traffic on the ports that this Service has.
 * Source: istio.io, tasks/traffic-management/ingress/gateway-api (manual deployment); `pilot/pkg/model/push_context.go`, mergeGateways;
 * `pilot/pkg/config/kube/gatewaycommon/context.go`, ResolveGatewayInstances.
 */
export function addressFaults(mesh: Mesh, gateway: KubernetesGateway): readonly AddressFault[] {
  const { resource, spec, listeners, listenersKnown, className, kind } = gateway;
  if (kind !== 'Gateway' || !isServedByIstio(mesh, className) || mesh.assumesNamespace(resource)) return [];
  const own = resource.namespace ?? '';
  return (spec.at('addresses').items() as Field[]).slice(0, MOST_PARENTS).flatMap((address): AddressFault[] => {
    const field = address.at('value');
    const value = field.string();
    if (!value || address.at('type').string() !== 'Hostname') return [];
    const service = hostNameOf(mesh, value, own).service;
    if (!service) return [];
    const base = { field, ...service };
    if (service.namespace !== own) return [{ ...base, kind: 'namespace' }];
    const lookup = lookupBackend(mesh, { kind: 'Service', ...service }, resource);
    if (lookup.state === 'missing') return [{ ...base, kind: 'missing' }];
    const found = lookup.state === 'found' ? lookup.value.filter((t) => t.service !== undefined) : [];
    const [first] = found;
    const sure = found.every((t) => t.portsKnown && t.ports.length > 0 && surelyMeets(mesh, t.resource, resource));
    if (!first || !sure || !listenersKnown) return [];
    const ports = first.ports.flatMap((p) => p.number ?? []);
    return listeners.flatMap((listener): AddressFault[] => {
      if (found.some((t) => t.ports.some((p) => p.number === listener.port))) return [];
      const meant = first.ports.find(
        (p) => p.number !== undefined && p.field.at('targetPort').number() === listener.port,
      )?.number;
      return [{ ...base, kind: 'port', listener, service: first.resource, ports, meant }];
    });
  });
}
