import type { Rewrites } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';

const JOB: readonly string[] = [
  'job-name',
  'controller-uid',
  'batch.kubernetes.io/job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
];
/**
 * Keys of labels that controllers write on the pods that they make. Sources: Kubernetes, Well-Known Labels, and the pages of StatefulSet and Job; Argo Rollouts,
 * Ephemeral Metadata; OpenShift, DeploymentConfig.
 */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  'apps/StatefulSet': [
    'statefulset.kubernetes.io/pod-name',
    'apps.kubernetes.io/pod-index',
    'controller-revision-hash',
  ],
  'apps/DaemonSet': ['controller-revision-hash', 'pod-template-generation'],
  'apps/Deployment': ['pod-template-hash'],
  'apps/ReplicaSet': ['pod-template-hash'],
  'batch/Job': JOB,
  'batch/CronJob': JOB,
  'argoproj.io/Rollout': ['rollouts-pod-template-hash'],
  'apps.openshift.io/DeploymentConfig': ['deployment', 'deploymentconfig'],
};

/** Keys of pod labels that something beside the manifest writes or changes: a Kustomization that is not known to its end, a controller. */
export function addedPodLabels(type: string, spec: Field, rewrites: Rewrites | undefined): ReadonlySet<string> | 'any' {
  if (rewrites?.labels === 'any') return 'any';
  const keys = [...(WRITTEN[type] ?? []), ...(rewrites?.labels ?? [])];
  if (type === 'argoproj.io/Rollout') {
    const strategies = [spec.at('strategy').at('canary'), spec.at('strategy').at('blueGreen')];
    for (const strategy of strategies)
      for (const metadata of ['canaryMetadata', 'stableMetadata', 'activeMetadata', 'previewMetadata'])
        keys.push(
          ...strategy
            .at(metadata)
            .at('labels')
            .entries()
            .map(([key]) => key),
        );
  }
  return new Set(keys);
}
