import {
  type BackendReference,
  type KubernetesGateway,
  type Listener,
  nameOf,
  type ParentReference,
  type Resource,
} from '@meshvet/core';

/** "Gateway shop/front", as a route means it. */
export function parentText({ kind, namespace, name }: ParentReference): string {
  return `${kind} ${namespace}/${name}`;
}

/** "Service shop/cart", or the host of a `Hostname`. */
export function backendText({ kind, namespace, name }: BackendReference): string {
  return kind === 'Hostname' ? `host ${name}` : `Service ${namespace}/${name}`;
}

/** Some listeners by name with port and protocol: "http (80, HTTP)". */
export function listenersText(listeners: readonly Listener[]): string {
  if (listeners.length === 0) return 'no listener';
  const shown = listeners.slice(0, 6).map((l) => `"${l.name}" (${l.port}, ${l.protocol})`);
  return shown.join(', ') + (listeners.length > 6 ? ', ...' : '');
}

/** The place of the listeners of a Gateway, as the other side of a finding. */
export function listenersOf(gateway: KubernetesGateway) {
  return { at: gateway.spec.at('listeners'), note: `the listeners of ${nameOf(gateway.resource)}` };
}

/** What becomes of the traffic to a backend that a route cannot send to. */
export function failureText(resource: Resource): string {
  if (resource.kind === 'HTTPRoute') return 'requests to it get 500';
  return resource.kind === 'GRPCRoute' ? 'calls to it fail' : 'connections to it fail';
}
