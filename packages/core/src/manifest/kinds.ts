/** Groups whose kinds moved: Kubernetes served the same kind there once, or still does. */
const OLD_HOMES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['apps', 'extensions'],
  ReplicaSet: ['apps', 'extensions'],
  DaemonSet: ['apps', 'extensions'],
  StatefulSet: ['apps'],
  Ingress: ['networking.k8s.io', 'extensions'],
  NetworkPolicy: ['networking.k8s.io', 'extensions'],
  Job: ['batch', 'extensions'],
  CronJob: ['batch'],
};

/** Kinds of Kubernetes itself and of the meshes that live outside namespaces. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/InitializerConfiguration',
  'apiregistration.k8s.io/APIService',
  'authorization.k8s.io/SubjectAccessReview',
  'certificates.k8s.io/CertificateSigningRequest',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'gateway.networking.k8s.io/GatewayClass',
  'networking.k8s.io/IngressClass',
  'node.k8s.io/RuntimeClass',
  'policy/PodSecurityPolicy',
  'extensions/PodSecurityPolicy',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'scheduling.k8s.io/PriorityClass',
  'security.openshift.io/SecurityContextConstraints',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttachment',
  'cert-manager.io/ClusterIssuer',
  'kyverno.io/ClusterPolicy',
]);

/** Kinds that hold a pod template, or are pods, by their home group; `spec.template` unless told. */
export const WORKLOAD_TYPES: readonly string[] = [
  'Pod',
  'ReplicationController',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/Job',
  'batch/CronJob',
  'argoproj.io/Rollout',
  'apps.openshift.io/DeploymentConfig',
];

const WORKLOADS: ReadonlySet<string> = new Set(WORKLOAD_TYPES);

/** `networking.istio.io/Gateway`, or the bare kind for core; a kind that moved is told by the group it lives in today. */
export function typeOf(group: string, kind: string): string {
  // OpenShift served DeploymentConfig without a group before it had API groups.
  if (kind === 'DeploymentConfig' && group === '') return 'apps.openshift.io/DeploymentConfig';
  const homes = Object.hasOwn(OLD_HOMES, kind) ? OLD_HOMES[kind] : undefined;
  const home = homes?.includes(group) ? homes[0] : group;
  return home === '' || home === undefined ? kind : `${home}/${kind}`;
}

export function isClusterScoped(type: string): boolean {
  return CLUSTER_SCOPED.has(type);
}

export function isWorkloadType(type: string): boolean {
  return WORKLOADS.has(type);
}

/** Whether a group belongs to Kubernetes itself or to a mesh, so that its kinds are known and make no pods or Services that this tool does not see. */
export function isKnownGroup(group: string): boolean {
  return !group.includes('.') || /\.(?:k8s|istio)\.io$|^(?:(?:policy|workload)\.)?linkerd\.io$/.test(group);
}

// The short names that kubectl knows.
const SHORT_KINDS: ReadonlyMap<string, string> = new Map([
  ['deploy', 'deployment'],
  ['sts', 'statefulset'],
  ['ds', 'daemonset'],
  ['po', 'pod'],
  ['rs', 'replicaset'],
  ['rc', 'replicationcontroller'],
  ['cj', 'cronjob'],
  ['dc', 'deploymentconfig'],
]);

const WORKLOAD_KINDS: ReadonlySet<string> = new Set(
  WORKLOAD_TYPES.map((type) => type.slice(type.lastIndexOf('/') + 1).toLowerCase()),
);

/** The kind of workload that a word means, in small letters: `deploy`, `deployments` and `Deployment` are one. undefined for other words. */
export function workloadKindOf(word: string): string | undefined {
  const small = word.toLowerCase();
  const short = SHORT_KINDS.get(small);
  if (short !== undefined) return short;
  return [small, small.replace(/s$/, '')].find((kind) => WORKLOAD_KINDS.has(kind));
}
