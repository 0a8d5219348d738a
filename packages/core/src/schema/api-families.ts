import type { Definitions } from './definitions.ts';
import type { MoreGlances } from './known-rules.ts';
import type { Version } from './releases.ts';

/** A project whose definitions are built in. */
export type Product = 'Istio' | 'Gateway API' | 'Linkerd';

/** A project with definitions of its own: which groups are its, and where they are. */
export interface ApiFamily {
  readonly product: Product;
  readonly groups: ReadonlySet<string>;
  /** Loaded when a resource of the group is there: most inputs have resources of one family, if any. */
  readonly load: () => Promise<Definitions>;
  /** What tells that its expressions hold without running them, of those that are not told so with all others. */
  readonly glances?: () => Promise<MoreGlances>;
}

/** The projects whose definitions are built in. */
export const API_FAMILIES: readonly ApiFamily[] = [
  {
    product: 'Istio',
    groups: new Set(['networking', 'security', 'telemetry', 'extensions'].map((group) => `${group}.istio.io`)),
    load: async () => (await import('./istio-crds.ts')).ISTIO_CRDS,
  },
  {
    product: 'Gateway API',
    groups: new Set(['gateway.networking.k8s.io', 'gateway.networking.x-k8s.io']),
    load: async () => (await import('./gateway-api-crds.ts')).GATEWAY_API_CRDS,
    glances: async () => (await import('./gateway-api-glances.ts')).gatewayApiGlance,
  },
  {
    product: 'Linkerd',
    groups: new Set(['policy.linkerd.io', 'linkerd.io', 'workload.linkerd.io']),
    load: async () => (await import('./linkerd-crds.ts')).LINKERD_CRDS,
  },
];

/** The release of the Gateway API that each release of Istio is built with, as far as it is known; newest first. */
const OF_ISTIO: readonly (readonly [istio: number, gatewayApi: Version])[] = [
  [30, [1, 5]],
  [28, [1, 4]],
  [26, [1, 3]],
  [24, [1, 2]],
  [22, [1, 1]],
];

/**
 * The release of the Gateway API that a release of Istio is written for: what its guide to install the definitions says, and its
 * `go.mod` (`sigs.k8s.io/gateway-api`). A cluster may have a newer one.
 */
export function gatewayApiOfIstio([major, minor]: Version): Version {
  if (major > 1) return OF_ISTIO[0]?.[1] ?? [1, 5];
  return OF_ISTIO.find(([istio]) => minor >= istio)?.[1] ?? [1, 0];
}
