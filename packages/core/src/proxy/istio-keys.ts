import { ISTIO_ANNOTATION_TABLE, REMOVED_ANNOTATIONS } from './istio-annotations.ts';

// Source: istio/api `label/labels.yaml`; names only. What is known of annotations stands in their own table.

/** Labels that Istio defines. */
export const ISTIO_LABELS: ReadonlySet<string> = new Set([
  'gateway.istio.io/managed',
  'gateway.networking.k8s.io/gateway-class-name',
  'gateway.networking.k8s.io/gateway-name',
  'istio.io/dataplane-mode',
  'istio.io/ingress-use-waypoint',
  'istio.io/rev',
  'istio.io/tag',
  'istio.io/use-waypoint',
  'istio.io/use-waypoint-canary',
  'istio.io/use-waypoint-canary-namespace',
  'istio.io/use-waypoint-namespace',
  'istio.io/waypoint-for',
  'networking.istio.io/enable-autoallocate-ip',
  'networking.istio.io/gatewayPort',
  'operator.istio.io/component',
  'operator.istio.io/managed',
  'operator.istio.io/version',
  'security.istio.io/tlsMode',
  'service.istio.io/canonical-name',
  'service.istio.io/canonical-revision',
  'service.istio.io/workload-name',
  'sidecar.istio.io/inject',
  'topology.istio.io/cluster',
  'topology.istio.io/locality',
  'topology.istio.io/network',
  'topology.istio.io/subzone',
]);

/** Annotations that Istio defines, deprecated ones included. */
export const ISTIO_ANNOTATIONS: ReadonlySet<string> = new Set(ISTIO_ANNOTATION_TABLE.keys());

/** Further keys that Istio, its charts or its earlier releases read or write. */
export const OTHER_ISTIO_KEYS: ReadonlySet<string> = new Set([
  'istio-injection',
  'istio-env',
  'istio.io/deactivated',
  'istio.io/gateway-name',
  'install.operator.istio.io/owning-resource',
  ...REMOVED_ANNOTATIONS.keys(),
  'alpha.istio.io/sidecar',
]);

/** Whether a key is one of Istio's own, so that it is no misspelt one. */
export function isIstioKey(key: string): boolean {
  return ISTIO_LABELS.has(key) || ISTIO_ANNOTATIONS.has(key) || OTHER_ISTIO_KEYS.has(key);
}
