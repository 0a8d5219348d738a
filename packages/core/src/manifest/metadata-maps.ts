import { Labels } from './labels.ts';
import { podMetadataOf } from './pod-metadata.ts';
import type { Resource } from './resource.ts';

/** One of the mappings of labels or annotations that a resource holds. */
export interface MetadataMap {
  readonly what: 'label' | 'annotation';
  readonly of: 'object' | 'jobTemplate' | 'podTemplate';
  /** The same for a message: empty for the object's own, else " of the pod template". */
  readonly place: string;
  readonly map: Labels;
}

/** All labels and annotations of a resource: its own, and those of its job and pod template. A Pod's are its own. */
export function metadataMaps(resource: Resource): readonly MetadataMap[] {
  const maps: MetadataMap[] = [
    { what: 'label', of: 'object', place: '', map: resource.labels },
    { what: 'annotation', of: 'object', place: '', map: resource.annotations },
  ];
  if (resource.type === 'batch/CronJob') {
    const metadata = resource.body.at('spec').at('jobTemplate').at('metadata');
    const place = ' of the job template';
    maps.push(
      { what: 'label', of: 'jobTemplate', place, map: new Labels(metadata.at('labels')) },
      { what: 'annotation', of: 'jobTemplate', place, map: new Labels(metadata.at('annotations')) },
    );
  }
  const template = resource.type === 'Pod' ? undefined : podMetadataOf(resource);
  if (template) {
    const place = ' of the pod template';
    maps.push(
      { what: 'label', of: 'podTemplate', place, map: template.labels },
      { what: 'annotation', of: 'podTemplate', place, map: template.annotations },
    );
  }
  return maps;
}
