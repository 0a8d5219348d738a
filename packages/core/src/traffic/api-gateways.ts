import { protocolOfText } from '../cluster/protocol.ts';
import type { Workload } from '../cluster/workloads.ts';
import { type KubernetesGateway, kubernetesGateways, type Listener } from '../gateway-api/kubernetes-gateways.ts';
import { parentOfListenerSet, takesListenerSet } from '../gateway-api/listener-sets.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { hostNameOf } from '../names/hosts.ts';
import type { Gateway, GatewayServer } from '../routing/gateways.ts';
import type { Field } from '../source/field.ts';
import { listenerKey } from './api-routes.ts';
import type { OpenServer } from './open-server.ts';

// Label of the pods that istiod deploys for a Gateway, and the one that releases before 1.24 wrote beside it.
const NAME_KEYS = ['gateway.networking.k8s.io/gateway-name', 'istio.io/gateway-name'];

/**
 * The listeners of Gateways of the Gateway API that a pod serves, as servers: of the Gateway that it was deployed for, and of those whose
 * address is a Service that selects it. A ListenerSet adds its listeners to its Gateway, where that allows it.
 * Source: istio.io, tasks/traffic-management/ingress/gateway-api (deployment methods);
 * `pilot/pkg/config/kube/gateway/conversion.go`, buildListener.
 */
export function apiServers(mesh: Mesh, workload: Workload): readonly OpenServer[] {
  const all = mesh.derive(kubernetesGateways);
  if (all.length === 0) return [];
  const mine = all.filter((g) => g.kind === 'Gateway' && serves(mesh, workload, g));
  const sets = all.filter((s) => s.kind === 'ListenerSet' && mine.some((g) => isOf(mesh, s, g)));
  return [...mine, ...sets].flatMap((gateway) => gateway.listeners.flatMap((l) => serverOf(mesh, gateway, l) ?? []));
}

function serves(mesh: Mesh, workload: Workload, { resource, spec }: KubernetesGateway): boolean {
  const { namespace = '', name } = resource;
  if (workload.resource.namespace === namespace && NAME_KEYS.some((key) => workload.podLabels.get(key) === name))
    return true;
  return (spec.at('addresses').items() as Field[]).some((address) => {
    const value = address.at('value').string();
    if (value === undefined || address.at('type').string() !== 'Hostname') return false;
    // A bare name is that of a Service beside the Gateway, and no other counts. Source: `pilot/pkg/model/push_context.go`, mergeGateways.
    const { fqdn } = hostNameOf(mesh, value, namespace);
    return mesh
      .servicesOf(workload)
      .filter((s) => s.resource.namespace === namespace)
      .some((s) => hostNameOf(mesh, s.resource.name, s.resource.namespace ?? '').fqdn === fqdn);
  });
}

function isOf(mesh: Mesh, set: KubernetesGateway, gateway: KubernetesGateway): boolean {
  const parent = parentOfListenerSet(set);
  if (parent?.name !== gateway.resource.name || parent.namespace !== (gateway.resource.namespace ?? '')) return false;
  return takesListenerSet(mesh, gateway, set).state !== 'refused';
}

function serverOf(mesh: Mesh, gateway: KubernetesGateway, listener: Listener): OpenServer | undefined {
  const { field, port, protocol = '', hostname = '*' } = listener;
  if (port === undefined || protocol === 'UDP') return undefined;
  const tls = field.at('tls');
  const secure = protocol === 'HTTPS' || protocol === 'TLS';
  const asks = tls.at('frontendValidation').hasValue || gateway.spec.at('tls').at('frontend').hasValue;
  const server: GatewayServer = {
    field,
    port,
    portField: field.at('port'),
    protocol,
    bind: '',
    tls,
    hosts: [{ written: hostname, namespace: '*', host: hostname, field: field.at('hostname') }],
  };
  const read: Gateway = {
    resource: gateway.resource,
    selector: undefined,
    servers: [server],
    serversKnown: gateway.listenersKnown,
  };
  return {
    gateway: read,
    name: listenerKey(gateway, listener),
    server,
    port,
    protocol: protocolOfText(mesh.settings, protocol) ?? 'TCP',
    mode: secure ? (tls.at('mode').string() === 'Passthrough' ? 'PASSTHROUGH' : asks ? 'MUTUAL' : 'SIMPLE') : undefined,
    httpsRedirect: false,
  };
}
