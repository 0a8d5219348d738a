import { type EmbeddedText, PROXY_CONFIG_KEY } from '../installation/embedded.ts';
import { podMetadataOf } from '../manifest/pod-metadata.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';

/** The text of annotation `proxy.istio.io/config` of the pods of a resource, and what it holds; undefined where a later step makes it. */
export function proxyConfigOf(mesh: Mesh, resource: Resource): { field: Field; text: EmbeddedText } | undefined {
  const annotations = podMetadataOf(resource)?.annotations;
  if (!annotations || annotations.mayChange(PROXY_CONFIG_KEY)) return undefined;
  const field = annotations.at(PROXY_CONFIG_KEY);
  const { value } = field;
  if (typeof value !== 'string' || value.includes('{{')) return undefined;
  const text = mesh.embedded(value);
  return text && text.state !== 'later' ? { field, text } : undefined;
}
