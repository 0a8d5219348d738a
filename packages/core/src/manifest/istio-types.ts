// Kinds of Istio with their groups, as `Resource.type` has them.
export const VIRTUAL_SERVICE = 'networking.istio.io/VirtualService';
export const DESTINATION_RULE = 'networking.istio.io/DestinationRule';
export const GATEWAY = 'networking.istio.io/Gateway';
export const SERVICE_ENTRY = 'networking.istio.io/ServiceEntry';
export const SIDECAR = 'networking.istio.io/Sidecar';
export const ENVOY_FILTER = 'networking.istio.io/EnvoyFilter';
export const PROXY_CONFIG = 'networking.istio.io/ProxyConfig';
export const WORKLOAD_ENTRY = 'networking.istio.io/WorkloadEntry';
export const WORKLOAD_GROUP = 'networking.istio.io/WorkloadGroup';
export const AUTHORIZATION_POLICY = 'security.istio.io/AuthorizationPolicy';
export const PEER_AUTHENTICATION = 'security.istio.io/PeerAuthentication';
export const REQUEST_AUTHENTICATION = 'security.istio.io/RequestAuthentication';
export const TELEMETRY = 'telemetry.istio.io/Telemetry';
export const WASM_PLUGIN = 'extensions.istio.io/WasmPlugin';
export const TRAFFIC_EXTENSION = 'extensions.istio.io/TrafficExtension';

/** All of these. */
export const ISTIO_TYPES: readonly string[] = [
  ...[VIRTUAL_SERVICE, DESTINATION_RULE, GATEWAY, SERVICE_ENTRY, SIDECAR, ENVOY_FILTER, PROXY_CONFIG],
  ...[WORKLOAD_ENTRY, WORKLOAD_GROUP],
  ...[AUTHORIZATION_POLICY, PEER_AUTHENTICATION, REQUEST_AUTHENTICATION],
  ...[TELEMETRY, WASM_PLUGIN, TRAFFIC_EXTENSION],
];
