/** A minor release of Linkerd. */
export type LinkerdMinor = `2.${number}`;

/** A configuration annotation of Linkerd, for pods and namespaces. */
export interface LinkerdAnnotation {
  readonly since: LinkerdMinor;
  /** Last release that read it. */
  readonly removedAfter?: LinkerdMinor;
  /** The key that took its place, and since when. */
  readonly instead?: { readonly key: string; readonly since: LinkerdMinor };
}

const CONFIG = 'config.linkerd.io/';
const NATIVE = `${CONFIG}proxy-enable-native-sidecar`;

function known(since: LinkerdMinor, names: readonly string[]): [string, LinkerdAnnotation][] {
  return names.map((name) => [`${CONFIG}${name}`, { since }]);
}

/** Source: linkerd/linkerd2 `pkg/k8s/labels.go` and the reference of the proxy configuration, by release. */
export const LINKERD_CONFIG: ReadonlyMap<string, LinkerdAnnotation> = new Map<string, LinkerdAnnotation>([
  ...known('2.3', [
    'inbound-port',
    'outbound-port',
    'control-port',
    'admin-port',
    'skip-inbound-ports',
    'skip-outbound-ports',
    'proxy-cpu-request',
    'proxy-cpu-limit',
    'proxy-memory-request',
    'proxy-memory-limit',
    'proxy-uid',
    'proxy-image',
    'proxy-version',
    'image-pull-policy',
    'proxy-log-level',
    'enable-external-profiles',
  ]),
  ...known('2.4', ['enable-debug-sidecar']),
  ...known('2.7', ['debug-image', 'debug-image-version', 'debug-image-pull-policy']),
  ...known('2.8', ['proxy-require-identity-inbound-ports', 'enable-gateway', 'close-wait-timeout']),
  ...known('2.9', [
    'opaque-ports',
    'proxy-log-format',
    'proxy-outbound-connect-timeout',
    'proxy-inbound-connect-timeout',
  ]),
  ...known('2.11', ['pod-inbound-ports', 'default-inbound-policy', 'proxy-await']),
  ...known('2.12', [
    'skip-subnets',
    'proxy-ephemeral-storage-request',
    'proxy-ephemeral-storage-limit',
    'access-log',
    'shutdown-grace-period',
  ]),
  ...known('2.14', ['proxy-outbound-discovery-cache-unused-timeout', 'proxy-inbound-discovery-cache-unused-timeout']),
  ...known('2.15', ['proxy-disable-outbound-protocol-detect-timeout', 'proxy-disable-inbound-protocol-detect-timeout']),
  ...known('2.16', ['proxy-gid', 'proxy-log-http-headers', 'proxy-admin-shutdown']),
  ...known('2.18', ['proxy-cpu-ratio-limit', 'proxy-metrics-hostname-labels']),
  ...known('2.20', ['proxy-enable-native-sidecar', 'proxy-additional-env']),
  [`${CONFIG}init-image`, { since: '2.3', removedAfter: '2.19' }],
  [`${CONFIG}init-image-version`, { since: '2.4', removedAfter: '2.19' }],
  [`${CONFIG}disable-identity`, { since: '2.3', removedAfter: '2.11' }],
  [`${CONFIG}disable-tap`, { since: '2.3', removedAfter: '2.9' }],
  [`${CONFIG}trace-collector`, { since: '2.3', removedAfter: '2.9' }],
  // A label of namespaces, which belongs to rules of its own.
  [`${CONFIG}admission-webhooks`, { since: '2.3' }],
  ['config.alpha.linkerd.io/proxy-wait-before-exit-seconds', { since: '2.7' }],
  ['config.alpha.linkerd.io/proxy-enable-native-sidecar', { since: '2.15', instead: { key: NATIVE, since: '2.20' } }],
  ['config.beta.linkerd.io/proxy-enable-native-sidecar', { since: '2.19', instead: { key: NATIVE, since: '2.20' } }],
]);

/** Whether a key is in a domain that holds nothing but the configuration of Linkerd's proxy. */
export function isInLinkerdConfigDomain(key: string): boolean {
  return /^config\.(?:alpha\.|beta\.)?linkerd\.io\//.test(key);
}
