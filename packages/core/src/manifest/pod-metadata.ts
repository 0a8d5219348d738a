import { Labels } from './labels.ts';
import { podTemplateOf } from './pod-template.ts';
import type { Resource } from './resource.ts';

/** The metadata that a resource gives its pods. Also of patches, which are no workloads of the mesh. */
export interface PodMetadata {
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** The metadata of the pods that a resource makes, or is; undefined for kinds without pods. */
export function podMetadataOf(resource: Resource): PodMetadata | undefined {
  const metadata = podTemplateOf(resource.body, resource.type)?.at('metadata');
  if (!metadata) return undefined;
  return {
    labels: new Labels(metadata.at('labels'), resource.rewrites?.labels),
    annotations: new Labels(metadata.at('annotations'), resource.rewrites?.annotations),
  };
}
