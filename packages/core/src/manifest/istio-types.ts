// Kinds of Istio with their groups, as `Resource.type` has them.

/** Routes of hosts. */
export const VIRTUAL_SERVICE = 'networking.istio.io/VirtualService';
/** How proxies call a host, and its subsets. */
export const DESTINATION_RULE = 'networking.istio.io/DestinationRule';
/** Servers of a gateway. */
export const GATEWAY = 'networking.istio.io/Gateway';
/** Hosts that Kubernetes does not know. */
export const SERVICE_ENTRY = 'networking.istio.io/ServiceEntry';
/** What the sidecars of a namespace see and listen on. */
export const SIDECAR = 'networking.istio.io/Sidecar';
/** Changes of the generated configuration of Envoy. */
export const ENVOY_FILTER = 'networking.istio.io/EnvoyFilter';
/** Settings of proxies. */
export const PROXY_CONFIG = 'networking.istio.io/ProxyConfig';
/** A machine that answers as a pod does. */
export const WORKLOAD_ENTRY = 'networking.istio.io/WorkloadEntry';
/** What WorkloadEntries of machines that join have in common. */
export const WORKLOAD_GROUP = 'networking.istio.io/WorkloadGroup';
/** Who may call. */
export const AUTHORIZATION_POLICY = 'security.istio.io/AuthorizationPolicy';
/** Whether a server asks for mutual TLS. */
export const PEER_AUTHENTICATION = 'security.istio.io/PeerAuthentication';
/** Which tokens a server takes. */
export const REQUEST_AUTHENTICATION = 'security.istio.io/RequestAuthentication';
/** Metrics, traces and logs. */
export const TELEMETRY = 'telemetry.istio.io/Telemetry';
/** Programs in WebAssembly that proxies run. */
export const WASM_PLUGIN = 'extensions.istio.io/WasmPlugin';
/** Programs that proxies run, in WebAssembly or Lua. */
export const TRAFFIC_EXTENSION = 'extensions.istio.io/TrafficExtension';

/** All of these. */
export const ISTIO_TYPES: readonly string[] = [
  ...[VIRTUAL_SERVICE, DESTINATION_RULE, GATEWAY, SERVICE_ENTRY, SIDECAR, ENVOY_FILTER, PROXY_CONFIG],
  ...[WORKLOAD_ENTRY, WORKLOAD_GROUP],
  ...[AUTHORIZATION_POLICY, PEER_AUTHENTICATION, REQUEST_AUTHENTICATION],
  ...[TELEMETRY, WASM_PLUGIN, TRAFFIC_EXTENSION],
];
