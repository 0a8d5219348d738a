/** An API version that releases from some point on do not serve any more. */
export interface RemovedApi {
  /** First minor release without it: of Kubernetes, or of Istio for its own groups. */
  readonly removedIn: `1.${number}`;
  readonly of: 'Kubernetes' | 'Istio';
  /** The API version to use; undefined where nothing took its place. */
  readonly instead?: string;
  /** What took its place, where that is another kind. */
  readonly replacement?: string;
  /** Whether the same manifest means the same under `instead`, so that only the version has to be written anew. */
  readonly same?: boolean;
}

const kubernetes = (removedIn: RemovedApi['removedIn'], instead?: string, same = false): RemovedApi => ({
  removedIn,
  of: 'Kubernetes',
  ...(instead ? { instead } : {}),
  same,
});

// Source: Kubernetes, Deprecated API Migration Guide. By apiVersion and kind.
const KUBERNETES: Readonly<Record<string, Readonly<Record<string, RemovedApi>>>> = {
  'extensions/v1beta1': {
    Deployment: kubernetes('1.16', 'apps/v1'),
    DaemonSet: kubernetes('1.16', 'apps/v1'),
    ReplicaSet: kubernetes('1.16', 'apps/v1'),
    NetworkPolicy: kubernetes('1.16', 'networking.k8s.io/v1', true),
    PodSecurityPolicy: kubernetes('1.16'),
    Ingress: kubernetes('1.22', 'networking.k8s.io/v1'),
  },
  'apps/v1beta1': {
    Deployment: kubernetes('1.16', 'apps/v1'),
    StatefulSet: kubernetes('1.16', 'apps/v1'),
    ControllerRevision: kubernetes('1.16', 'apps/v1', true),
  },
  // Selectors had to be written by then, and the defaults are those of v1.
  'apps/v1beta2': {
    Deployment: kubernetes('1.16', 'apps/v1', true),
    DaemonSet: kubernetes('1.16', 'apps/v1', true),
    ReplicaSet: kubernetes('1.16', 'apps/v1', true),
    StatefulSet: kubernetes('1.16', 'apps/v1', true),
    ControllerRevision: kubernetes('1.16', 'apps/v1', true),
  },
  'admissionregistration.k8s.io/v1beta1': {
    MutatingWebhookConfiguration: kubernetes('1.22', 'admissionregistration.k8s.io/v1'),
    ValidatingWebhookConfiguration: kubernetes('1.22', 'admissionregistration.k8s.io/v1'),
  },
  'apiextensions.k8s.io/v1beta1': { CustomResourceDefinition: kubernetes('1.22', 'apiextensions.k8s.io/v1') },
  'apiregistration.k8s.io/v1beta1': { APIService: kubernetes('1.22', 'apiregistration.k8s.io/v1', true) },
  'certificates.k8s.io/v1beta1': { CertificateSigningRequest: kubernetes('1.22', 'certificates.k8s.io/v1') },
  'coordination.k8s.io/v1beta1': { Lease: kubernetes('1.22', 'coordination.k8s.io/v1', true) },
  'networking.k8s.io/v1beta1': {
    Ingress: kubernetes('1.22', 'networking.k8s.io/v1'),
    IngressClass: kubernetes('1.22', 'networking.k8s.io/v1', true),
  },
  'rbac.authorization.k8s.io/v1beta1': {
    ClusterRole: kubernetes('1.22', 'rbac.authorization.k8s.io/v1', true),
    ClusterRoleBinding: kubernetes('1.22', 'rbac.authorization.k8s.io/v1', true),
    Role: kubernetes('1.22', 'rbac.authorization.k8s.io/v1', true),
    RoleBinding: kubernetes('1.22', 'rbac.authorization.k8s.io/v1', true),
  },
  'scheduling.k8s.io/v1beta1': { PriorityClass: kubernetes('1.22', 'scheduling.k8s.io/v1', true) },
  'storage.k8s.io/v1beta1': {
    CSIDriver: kubernetes('1.22', 'storage.k8s.io/v1', true),
    CSINode: kubernetes('1.22', 'storage.k8s.io/v1', true),
    StorageClass: kubernetes('1.22', 'storage.k8s.io/v1', true),
    VolumeAttachment: kubernetes('1.22', 'storage.k8s.io/v1', true),
    CSIStorageCapacity: kubernetes('1.27', 'storage.k8s.io/v1', true),
  },
  'batch/v1beta1': { CronJob: kubernetes('1.25', 'batch/v1', true) },
  'discovery.k8s.io/v1beta1': { EndpointSlice: kubernetes('1.25', 'discovery.k8s.io/v1') },
  'events.k8s.io/v1beta1': { Event: kubernetes('1.25', 'events.k8s.io/v1') },
  'autoscaling/v2beta1': { HorizontalPodAutoscaler: kubernetes('1.25', 'autoscaling/v2') },
  'autoscaling/v2beta2': { HorizontalPodAutoscaler: kubernetes('1.26', 'autoscaling/v2', true) },
  // An empty selector matches no pod there, and every pod in v1.
  'policy/v1beta1': { PodDisruptionBudget: kubernetes('1.25', 'policy/v1'), PodSecurityPolicy: kubernetes('1.25') },
  'node.k8s.io/v1beta1': { RuntimeClass: kubernetes('1.25', 'node.k8s.io/v1', true) },
  'flowcontrol.apiserver.k8s.io/v1beta1': {
    FlowSchema: kubernetes('1.26', 'flowcontrol.apiserver.k8s.io/v1'),
    PriorityLevelConfiguration: kubernetes('1.26', 'flowcontrol.apiserver.k8s.io/v1'),
  },
  'flowcontrol.apiserver.k8s.io/v1beta2': {
    FlowSchema: kubernetes('1.29', 'flowcontrol.apiserver.k8s.io/v1'),
    PriorityLevelConfiguration: kubernetes('1.29', 'flowcontrol.apiserver.k8s.io/v1'),
  },
  'flowcontrol.apiserver.k8s.io/v1beta3': {
    FlowSchema: kubernetes('1.32', 'flowcontrol.apiserver.k8s.io/v1'),
    PriorityLevelConfiguration: kubernetes('1.32', 'flowcontrol.apiserver.k8s.io/v1'),
  },
};

/** Whole API groups of Istio that went: the first policies, the first roles, and Mixer. Source: Istio's change notes of 1.5, 1.6 and 1.8. */
const ISTIO: Readonly<Record<string, RemovedApi>> = {
  'authentication.istio.io': {
    removedIn: '1.6',
    of: 'Istio',
    replacement: 'PeerAuthentication and RequestAuthentication of security.istio.io/v1',
  },
  'rbac.istio.io': { removedIn: '1.6', of: 'Istio', replacement: 'AuthorizationPolicy of security.istio.io/v1' },
  'config.istio.io': {
    removedIn: '1.8',
    of: 'Istio',
    replacement: 'Telemetry, WasmPlugin and EnvoyFilter, which do what Mixer did',
  },
};

/** What is known of an API version that went; undefined for one that is served, or that nothing is known of. */
export function removedApi(apiVersion: string, kind: string): RemovedApi | undefined {
  const kinds = Object.hasOwn(KUBERNETES, apiVersion) ? KUBERNETES[apiVersion] : undefined;
  if (kinds) return Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
  return Object.hasOwn(ISTIO, group) ? ISTIO[group] : undefined;
}
