/** A minor release of Istio. */
export type IstioMinor = `1.${number}`;

/** How far Istio stands behind an annotation. */
export type FeatureStatus = 'alpha' | 'beta' | 'stable';

/** What the value of an annotation has to be; `shared/annotation-values.ts` reads each of them. */
export type ValueKind =
  | 'interceptionMode'
  | 'port'
  | 'uint32'
  | 'cidrsOrAll'
  | 'cidrs'
  | 'portsOrAll'
  | 'ports'
  | 'interfaces'
  | 'boolean'
  | 'quantity'
  | 'logLevel'
  | 'json'
  | 'proxyConfig';

/** An annotation of Istio, as its API registers it. */
export interface IstioAnnotation {
  /** Types of the objects that it is read on, `Any` for all; `Pod` stands for the pod template of a workload. */
  readonly kinds: readonly string[];
  readonly status: FeatureStatus;
  /** First release that reads it; undefined where it is older than any that matters, or not known. */
  readonly since?: IstioMinor;
  /** Release from which on it is deprecated; `always` where it never was anything else. */
  readonly deprecatedSince?: IstioMinor | 'always';
  /** What to use in its place. */
  readonly instead?: string;
  /** Last release that knew it. */
  readonly removedAfter?: IstioMinor;
  readonly value?: ValueKind;
  /** Release from which on the injector refuses a pod with another value; undefined where it never does. */
  readonly refusedSince?: IstioMinor;
  /** Written by Istio itself and by nobody else. */
  readonly machineMade?: boolean;
}

const POD = ['Pod'];
const SERVICE = ['Service'];
const WORKLOAD_ENTRY = ['networking.istio.io/WorkloadEntry'];
const SERVICE_ENTRY = 'networking.istio.io/ServiceEntry';
const GATEWAY = 'gateway.networking.k8s.io/Gateway';
const GATEWAY_CLASS = 'gateway.networking.k8s.io/GatewayClass';

function pod(more: Omit<IstioAnnotation, 'kinds' | 'status'> = {}): IstioAnnotation {
  return { kinds: POD, status: 'alpha', ...more };
}

function on(kinds: readonly string[], more: Partial<IstioAnnotation> = {}): IstioAnnotation {
  return { kinds, status: 'alpha', ...more };
}

const STATS_MATCHER = 'proxyStatsMatcher in proxy.istio.io/config';

/**
 * The annotations of Istio. Source: istio/api `annotation/annotations.yaml` by tag (kinds, status, deprecation, first and last release);
 * istio/istio `pkg/kube/inject/validate.go` by tag (values that the injector checks). Where no status is declared it counts as alpha.
 */
export const ISTIO_ANNOTATION_TABLE: ReadonlyMap<string, IstioAnnotation> = new Map<string, IstioAnnotation>([
  ['alpha.istio.io/canonical-serviceaccounts', on(SERVICE, { deprecatedSince: 'always' })],
  ['alpha.istio.io/kubernetes-serviceaccounts', on(SERVICE, { deprecatedSince: 'always' })],
  ['ambient.istio.io/bypass-inbound-capture', pod({ since: '1.24', value: 'boolean' })],
  ['ambient.istio.io/dns-capture', pod({ since: '1.25', value: 'boolean' })],
  ['ambient.istio.io/redirection', on(POD, { status: 'beta', machineMade: true })],
  ['ambient.istio.io/waypoint-inbound-binding', on([GATEWAY_CLASS, GATEWAY])],
  ['galley.istio.io/analyze-suppress', on(['Any'])],
  ['gateway.istio.io/controller-version', on(['Any'], { machineMade: true })],
  ['gateway.istio.io/name-override', on([GATEWAY])],
  ['gateway.istio.io/service-account', on([GATEWAY])],
  ['inject.istio.io/templates', pod({ since: '1.9' })],
  ['istio.io/autoRegistrationGroup', on(WORKLOAD_ENTRY, { machineMade: true })],
  ['istio.io/connectedAt', on(WORKLOAD_ENTRY, { machineMade: true })],
  ['istio.io/disconnectedAt', on(WORKLOAD_ENTRY, { machineMade: true })],
  ['istio.io/dry-run', on(['security.istio.io/AuthorizationPolicy'])],
  ['istio.io/reroute-virtual-interfaces', pod({ since: '1.25', value: 'interfaces', refusedSince: '1.30' })],
  ['istio.io/rev', pod({ machineMade: true })],
  ['istio.io/use-waypoint-canary-weight', on(['Service', SERVICE_ENTRY, 'Namespace'])],
  ['istio.io/workloadController', on(WORKLOAD_ENTRY, { machineMade: true })],
  ['kubernetes.io/ingress.class', on(['networking.k8s.io/Ingress'], { status: 'stable' })],
  ['networking.istio.io/exportTo', on(SERVICE)],
  ['networking.istio.io/service-type', on([GATEWAY])],
  ['networking.istio.io/traffic-distribution', on(['Namespace', 'Service', SERVICE_ENTRY], { since: '1.24' })],
  ['prometheus.istio.io/merge-metrics', pod({ since: '1.7', value: 'boolean', refusedSince: '1.7' })],
  ['proxy.istio.io/config', on(POD, { status: 'beta', since: '1.6', value: 'proxyConfig', refusedSince: '1.6' })],
  ['proxy.istio.io/overrides', pod({ machineMade: true })],
  ['readiness.status.sidecar.istio.io/applicationPorts', pod()],
  ['readiness.status.sidecar.istio.io/failureThreshold', pod({ since: '1.1', value: 'uint32', refusedSince: '1.1' })],
  [
    'readiness.status.sidecar.istio.io/initialDelaySeconds',
    pod({ since: '1.1', value: 'uint32', refusedSince: '1.1' }),
  ],
  ['readiness.status.sidecar.istio.io/periodSeconds', pod({ since: '1.1', value: 'uint32', refusedSince: '1.1' })],
  ['sidecar.istio.io/agentLogLevel', pod({ since: '1.10' })],
  ['sidecar.istio.io/bootstrapOverride', pod()],
  ['sidecar.istio.io/componentLogLevel', pod()],
  [
    'sidecar.istio.io/discoveryAddress',
    pod({ deprecatedSince: '1.9', instead: 'discoveryAddress in proxy.istio.io/config' }),
  ],
  [
    'sidecar.istio.io/extraStatTags',
    pod({
      since: '1.12',
      deprecatedSince: '1.21',
      instead: 'nothing, because metrics no longer need such a list',
    }),
  ],
  [
    'sidecar.istio.io/inject',
    on(POD, { status: 'beta', deprecatedSince: '1.15', instead: 'the label of the same name' }),
  ],
  ['sidecar.istio.io/interceptionMode', pod({ value: 'interceptionMode', refusedSince: '1.0' })],
  ['sidecar.istio.io/logLevel', pod({ value: 'logLevel' })],
  ['sidecar.istio.io/nativeSidecar', pod({ since: '1.24' })],
  ['sidecar.istio.io/proxyCPU', pod({ since: '1.3', value: 'quantity', refusedSince: '1.29' })],
  ['sidecar.istio.io/proxyCPULimit', pod({ since: '1.6', value: 'quantity', refusedSince: '1.29' })],
  ['sidecar.istio.io/proxyImage', pod()],
  ['sidecar.istio.io/proxyImageType', pod({ since: '1.13' })],
  ['sidecar.istio.io/proxyMemory', pod({ since: '1.3', value: 'quantity', refusedSince: '1.29' })],
  ['sidecar.istio.io/proxyMemoryLimit', pod({ since: '1.6', value: 'quantity', refusedSince: '1.29' })],
  ['sidecar.istio.io/rewriteAppHTTPProbers', pod({ since: '1.2', value: 'boolean' })],
  [
    'sidecar.istio.io/statsCompression',
    pod({ since: '1.26', deprecatedSince: '1.29', instead: 'statsCompression in proxy.istio.io/config' }),
  ],
  ['sidecar.istio.io/statsEvictionInterval', pod({ since: '1.28' })],
  ['sidecar.istio.io/statsFlushInterval', pod({ since: '1.28' })],
  ['sidecar.istio.io/statsHistogramBins', pod({ since: '1.28' })],
  ['sidecar.istio.io/statsHistogramBuckets', pod({ since: '1.19' })],
  ['sidecar.istio.io/statsInclusionPrefixes', pod({ deprecatedSince: '1.9', instead: STATS_MATCHER })],
  ['sidecar.istio.io/statsInclusionRegexps', pod({ deprecatedSince: '1.9', instead: STATS_MATCHER })],
  ['sidecar.istio.io/statsInclusionSuffixes', pod({ deprecatedSince: '1.9', instead: STATS_MATCHER })],
  ['sidecar.istio.io/status', pod({ machineMade: true })],
  ['sidecar.istio.io/userVolume', pod({ value: 'json' })],
  ['sidecar.istio.io/userVolumeMount', pod({ value: 'json' })],
  ['status.sidecar.istio.io/port', pod({ since: '1.1', value: 'port', refusedSince: '1.1' })],
  ['topology.istio.io/controlPlaneClusters', on(['Namespace'])],
  ['traffic.istio.io/nodeSelector', on(SERVICE, { status: 'stable' })],
  ['traffic.sidecar.istio.io/excludeInboundPorts', pod({ value: 'ports', refusedSince: '1.0' })],
  ['traffic.sidecar.istio.io/excludeInterfaces', pod({ since: '1.15', value: 'interfaces', refusedSince: '1.30' })],
  ['traffic.sidecar.istio.io/excludeOutboundIPRanges', pod({ value: 'cidrs', refusedSince: '1.0' })],
  ['traffic.sidecar.istio.io/excludeOutboundPorts', pod({ since: '1.2', value: 'ports', refusedSince: '1.2' })],
  ['traffic.sidecar.istio.io/includeInboundPorts', pod({ value: 'portsOrAll', refusedSince: '1.0' })],
  ['traffic.sidecar.istio.io/includeOutboundIPRanges', pod({ value: 'cidrsOrAll', refusedSince: '1.0' })],
  ['traffic.sidecar.istio.io/includeOutboundPorts', pod({ since: '1.7', value: 'portsOrAll' })],
  [
    'traffic.sidecar.istio.io/kubevirtInterfaces',
    pod({
      since: '1.1',
      deprecatedSince: '1.25',
      instead: 'istio.io/reroute-virtual-interfaces',
      value: 'interfaces',
      refusedSince: '1.30',
    }),
  ],
]);

/** Annotations that earlier releases knew. Source: as above, by tag. */
export const REMOVED_ANNOTATIONS: ReadonlyMap<string, IstioAnnotation> = new Map<string, IstioAnnotation>([
  ['alpha.istio.io/identity', pod({ removedAfter: '1.23' })],
  ['policy.istio.io/check', pod({ removedAfter: '1.7' })],
  ['policy.istio.io/checkBaseRetryWaitTime', pod({ removedAfter: '1.7' })],
  ['policy.istio.io/checkMaxRetryWaitTime', pod({ removedAfter: '1.7' })],
  ['policy.istio.io/checkRetries', pod({ removedAfter: '1.7' })],
  ['policy.istio.io/lang', pod({ removedAfter: '1.7' })],
  ['security.istio.io/tlsMode', pod({ removedAfter: '1.9', instead: 'the label of the same name' })],
  ['sidecar.istio.io/controlPlaneAuthPolicy', pod({ removedAfter: '1.23' })],
  ['sidecar.istio.io/enableCoreDump', pod({ removedAfter: '1.24' })],
]);

/** An annotation of Istio by its key, also one of earlier releases. */
export function istioAnnotation(key: string): IstioAnnotation | undefined {
  return ISTIO_ANNOTATION_TABLE.get(key) ?? REMOVED_ANNOTATIONS.get(key);
}

/** First release that may have annotations which the table lacks. */
export const FIRST_WITH_OTHER_ANNOTATIONS: IstioMinor = '1.32';
