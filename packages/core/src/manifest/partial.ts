import type { Field } from '../source/field.ts';
import { podTemplateOf } from './pod-template.ts';

/**
 * Whether an object cannot stand alone: a kustomize patch, or another fragment that something completes. What the API
 * server demands of every such object tells: a pod template needs containers, and a container an image.
 */
export function isPartial(body: Field, type: string): boolean {
  if (body.at('$patch').exists || body.at('spec').at('$patch').exists) return true;
  const spec = body.at('spec');
  const template = podTemplateOf(body, type);
  if (template) return isPartialTemplate(template);
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

function isPartialTemplate(template: Field): boolean {
  const containers = template.at('spec').at('containers').items();
  if (containers.length === 0) return true;
  return containers.every(
    (container) => !container.at('image').hasValue && container.at('name').text() !== 'istio-proxy',
  );
}
