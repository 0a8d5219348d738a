// Kinds of the Gateway API with their groups, as `Resource.type` has them.

/** The kinds of its routes. */
export const GATEWAY_API_ROUTES: readonly string[] = [
  'gateway.networking.k8s.io/HTTPRoute',
  'gateway.networking.k8s.io/GRPCRoute',
  'gateway.networking.k8s.io/TLSRoute',
  'gateway.networking.k8s.io/TCPRoute',
  'gateway.networking.k8s.io/UDPRoute',
];

/** The kinds that have listeners. */
export const GATEWAY_API_GATEWAYS: readonly string[] = [
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/ListenerSet',
  'gateway.networking.x-k8s.io/XListenerSet',
];
