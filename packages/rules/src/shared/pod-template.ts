import { type Field, Labels, type Resource } from '@meshvet/core';

/** The metadata that a resource gives its pods. Also of patches, which are no workloads of the mesh. */
export interface PodTemplate {
  readonly labels: Labels;
  readonly annotations: Labels;
}

// By home group; a CronJob has its own way, and a Pod is its own template.
const TEMPLATED: ReadonlySet<string> = new Set([
  'ReplicationController',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/Job',
  'argoproj.io/Rollout',
  'apps.openshift.io/DeploymentConfig',
]);

/** The metadata of the pods that a resource makes, or is; undefined for kinds without pods. */
export function podTemplateOf(resource: Resource): PodTemplate | undefined {
  const metadata = podMetadata(resource);
  if (!metadata) return undefined;
  return {
    labels: new Labels(metadata.at('labels'), resource.rewrites?.labels),
    annotations: new Labels(metadata.at('annotations'), resource.rewrites?.annotations),
  };
}

function podMetadata(resource: Resource): Field | undefined {
  const spec = resource.body.at('spec');
  if (resource.type === 'Pod') return resource.body.at('metadata');
  if (resource.type === 'batch/CronJob') return spec.at('jobTemplate').at('spec').at('template').at('metadata');
  return TEMPLATED.has(resource.type) ? spec.at('template').at('metadata') : undefined;
}
