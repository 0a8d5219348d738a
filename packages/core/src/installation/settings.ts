import { atLeast, type Version } from './version.ts';

/** A point of view with its facts and severities. `istio-1.0` is the strict reading of the first guides. */
export type ProfileName = 'istio-1.0' | 'istio-legacy' | 'istio-current';

/** The points of view there are. */
export const PROFILES: readonly ProfileName[] = ['istio-1.0', 'istio-legacy', 'istio-current'];

/** What the config says exists although the input does not hold it. Globs (picomatch). */
export interface Externals {
  /** Namespaces whose objects are somewhere else, whole or in part. */
  readonly namespaces: readonly string[];
  /** Hosts that answer somewhere else. */
  readonly hosts: readonly string[];
  /** `namespace/name` of Services that exist somewhere else. */
  readonly services: readonly string[];
  /** `namespace/name` of Gateways that exist somewhere else. */
  readonly gateways: readonly string[];
  /** `namespace/name` of workloads that something else creates (an operator, another repository). */
  readonly workloads: readonly string[];
}

/** What is known of the mesh beside the manifests. Plain data; a Mesh never reads a config file. */
export interface MeshSettings {
  readonly profile: ProfileName;
  readonly istioVersion: Version;
  readonly kubernetesVersion: Version;
  /** The input is the whole mesh: what is not there does not exist. */
  readonly closedWorld: boolean;
  /** Namespace of resources that name none. */
  readonly defaultNamespace: string;
  /** Which workloads ought to be in the mesh; with `all` an unknown membership counts as yes. */
  readonly expectMesh: 'all' | 'evidence' | 'none';
  /** Release of Linkerd. */
  readonly linkerdVersion: Version;
  /** Release of the Gateway API whose definitions are installed; undefined takes the one that Istio is written for, and is lenient. */
  readonly gatewayApiVersion: Version | undefined;
  /** Which of its two channels is installed; undefined forgives what either has. */
  readonly gatewayApiChannel: 'standard' | 'experimental' | undefined;
  /** Revision that owns `istio-injection` and `sidecar.istio.io/inject: "true"`; undefined leaves it to the manifests. */
  readonly defaultRevision: string | undefined;
  /** Revisions known to be installed; `istio.io/rev` with another name stays unknown, in a closed world it is none. */
  readonly revisions: readonly string[];
  /** Revision tags known to be installed, with the revision that each stands for. */
  readonly tags: Readonly<Record<string, string>>;
  /** Chart value `sidecarInjectorWebhook.enableNamespacesByDefault`; undefined leaves it to the manifests. */
  readonly enableNamespacesByDefault: boolean | undefined;
  /** What the config says of the installation; what it does not say is read from the manifests, or is the chart's default. */
  readonly installation: InstallationSettings;
  /** Whether several Services may select one pod; undefined leaves it to the profile. */
  readonly allowMultipleServices: 'never' | 'same-protocol' | 'always' | undefined;
  /** How different `app` labels must be; undefined leaves it to the profile. */
  readonly uniqueApp: 'strict' | 'name-and-revision' | 'off' | undefined;
  readonly externals: Externals;
  /** MeshConfig as a plain mapping (the value of key `mesh` of ConfigMap `istio`), where it was given. */
  readonly meshConfig: unknown;
  /** MeshNetworks, likewise. */
  readonly meshNetworks: unknown;
}

/** How Istio is installed, in the words of its charts, as far as a config tells it. */
export interface InstallationSettings {
  /** Namespace of the control plane, whose policies hold for the whole mesh. */
  readonly rootNamespace?: string | undefined;
  /** Whether Istio's CNI plugin redirects the traffic, in place of an init container. */
  readonly cni?: boolean | undefined;
  /** Environment `ENABLE_NATIVE_SIDECARS` of istiod. */
  readonly nativeSidecars?: NativeSidecars | undefined;
  /** Chart value `global.proxy.autoInject`: what becomes of pods that say nothing themselves. */
  readonly autoInject?: 'enabled' | 'disabled' | undefined;
  /** Label selectors of pods that are never, or always, injected where they say nothing themselves. Values of the chart. */
  readonly neverInjectSelector?: readonly LabelSelectorSettings[] | undefined;
  readonly alwaysInjectSelector?: readonly LabelSelectorSettings[] | undefined;
  /** Templates of the injector beside Istio's own, which `inject.istio.io/templates` may name. */
  readonly templates?: readonly string[] | undefined;
  /** Whether the webhooks of the manifests decide, or those that the charts would make. */
  readonly webhooks?: 'from-input' | 'chart' | undefined;
  /** Port of the proxy's agent, `global.proxy.statusPort`. */
  readonly statusPort?: number | undefined;
  /** User that the proxy runs as; on OpenShift it comes from the namespace. */
  readonly proxyUid?: number | 'assigned' | undefined;
  readonly interceptionMode?: 'REDIRECT' | 'TPROXY' | 'NONE' | undefined;
  /** Chart value `sidecarInjectorWebhook.rewriteAppHTTPProbe`. */
  readonly rewriteAppHTTPProbe?: boolean | undefined;
  /** `holdApplicationUntilProxyStarts` of the mesh. */
  readonly holdApplicationUntilProxyStarts?: boolean | undefined;
  /** Whether proxies authenticate with the token of the pod's service account, as before third-party tokens. */
  readonly jwtPolicy?: 'third-party-jwt' | 'first-party-jwt' | undefined;
}

/** When istiod injects the proxy as an init container that keeps running; `auto` asks the kubelets. */
export type NativeSidecars = 'auto' | boolean;

/** A label selector as plain data. */
export interface LabelSelectorSettings {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

const DEFAULT_VERSIONS: Readonly<Record<ProfileName, { istio: Version; kubernetes: Version }>> = {
  'istio-1.0': { istio: [1, 0], kubernetes: [1, 12] },
  'istio-legacy': { istio: [1, 4], kubernetes: [1, 16] },
  'istio-current': { istio: [1, 30], kubernetes: [1, 36] },
};

export const NO_EXTERNALS: Externals = { namespaces: [], hosts: [], services: [], gateways: [], workloads: [] };

/** The externals as questions: does the config say that this lives somewhere else? `config` makes them of the globs. */
export interface ExternalMatchers {
  namespace(name: string): boolean;
  host(name: string): boolean;
  service(namespace: string, name: string): boolean;
  gateway(namespace: string, name: string): boolean;
  workload(namespace: string, name: string): boolean;
}

const never = (): boolean => false;

/** Nothing is declared to live somewhere else. */
export const NO_EXTERNAL_MATCHERS: ExternalMatchers = {
  namespace: never,
  host: never,
  service: never,
  gateway: never,
  workload: never,
};

/** The settings of a profile, with what is given laid over. */
export function meshSettings(given: Partial<MeshSettings> = {}): MeshSettings {
  const profile = given.profile ?? 'istio-current';
  return {
    profile,
    istioVersion: DEFAULT_VERSIONS[profile].istio,
    kubernetesVersion: DEFAULT_VERSIONS[profile].kubernetes,
    closedWorld: false,
    defaultNamespace: 'default',
    expectMesh: 'evidence',
    linkerdVersion: [2, 20],
    gatewayApiVersion: undefined,
    gatewayApiChannel: undefined,
    defaultRevision: undefined,
    revisions: [],
    tags: {},
    enableNamespacesByDefault: undefined,
    installation: {},
    allowMultipleServices: undefined,
    uniqueApp: undefined,
    externals: NO_EXTERNALS,
    meshConfig: undefined,
    meshNetworks: undefined,
    ...given,
  };
}

/** Whether the configured Istio is at least the given minor release, such as `1.3`. */
export function istioAtLeast(settings: MeshSettings, minor: `1.${number}`): boolean {
  return atLeast(settings.istioVersion, minor);
}

/** Whether the configured Kubernetes is at least the given minor release. */
export function kubernetesAtLeast(settings: MeshSettings, minor: `1.${number}`): boolean {
  return atLeast(settings.kubernetesVersion, minor);
}
