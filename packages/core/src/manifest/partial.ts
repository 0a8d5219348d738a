import type { Field } from '../source/field.ts';
import { isWorkloadType } from './kinds.ts';

/**
 * Whether an object cannot stand alone: a kustomize patch, or another fragment that something completes. What the API
 * server demands of every such object tells: a pod template needs containers, and a container an image.
 */
export function isPartial(body: Field, type: string): boolean {
  if (body.at('$patch').exists || body.at('spec').at('$patch').exists) return true;
  const spec = body.at('spec');
  if (isWorkloadType(type)) return isPartialWorkload(spec, type);
  if (type === 'Service') {
    // Ports may be left out by a headless Service and by an ExternalName only.
    if (spec.at('ports').isList && spec.at('ports').items().length > 0) {
      return !spec
        .at('ports')
        .items()
        .every((port) => port.at('port').exists);
    }
    const headless = spec.at('clusterIP').text() === 'None';
    return !headless && spec.at('type').text() !== 'ExternalName';
  }
  return false;
}

function isPartialWorkload(spec: Field, type: string): boolean {
  const pod = podSpecOf(spec, type);
  const containers = pod.at('containers').items();
  if (containers.length === 0) return true;
  return containers.every(
    (container) => !container.at('image').hasValue && container.at('name').text() !== 'istio-proxy',
  );
}

/** The pod spec inside the spec of a workload of a type. */
function podSpecOf(spec: Field, type: string): Field {
  if (type === 'Pod') return spec;
  if (type === 'batch/CronJob') return spec.at('jobTemplate').at('spec').at('template').at('spec');
  return spec.at('template').at('spec');
}
