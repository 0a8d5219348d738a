import { podTemplateOf } from '../manifest/pod-template.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Field } from '../source/field.ts';

/** A YAML or JSON text that stands as a string inside a manifest, after reading. */
export type EmbeddedText =
  | { readonly state: 'read'; readonly value: unknown }
  /** It is no YAML; `reason` says why in the words of the reader. */
  | { readonly state: 'broken'; readonly reason: string }
  /** A later step fills part of it in; `value` is what can be read before, placeholders among it. */
  | { readonly state: 'later'; readonly value?: unknown };

/** The embedded texts of an input by their text. They are read before the mesh is made, because reading may wait for a library. */
export type EmbeddedTexts = ReadonlyMap<string, EmbeddedText>;

/** Annotation with the ProxyConfig of a pod, as YAML or JSON. Since 1.6. */
export const PROXY_CONFIG_KEY = 'proxy.istio.io/config';

/**
 * The texts inside some resources that are YAML for somebody: MeshConfig and the injector's own in ConfigMaps, ProxyConfig of pods, values of
 * charts in Applications of Argo CD.
 */
export function embeddedTextsOf(resources: readonly Resource[]): string[] {
  const texts = new Set<string>();
  for (const resource of resources) {
    if (resource.type === 'ConfigMap') {
      if (!resource.name.startsWith('istio')) continue;
      for (const key of ['mesh', 'meshNetworks', 'config', 'values'])
        add(texts, resource.body.at('data').at(key).value);
      continue;
    }
    if (resource.type === 'argoproj.io/Application') {
      for (const source of applicationSources(resource.body)) add(texts, source.at('helm').at('values').value);
      continue;
    }
    const template = podTemplateOf(resource.body, resource.type);
    if (template) add(texts, template.at('metadata').at('annotations').at(PROXY_CONFIG_KEY).value);
  }
  return [...texts];
}

/** What an Application of Argo CD deploys: one source, or several. */
export function applicationSources(body: Field): Field[] {
  const spec = body.at('spec');
  return [spec.at('source'), ...(spec.at('sources').items() as Field[])];
}

/**
 * Whether some text waits for a later step, and is therefore not read. The injector's templates hold `{{` of their own, and the values of
 * the charts `$(HOST_IP)`, which Kubernetes fills in where it starts a proxy; a variable of Kustomize has no place in such a text.
 */
export function isFilledLater(text: string): boolean {
  return text.includes('${') && !text.includes('{{');
}

function add(texts: Set<string>, value: unknown): void {
  if (typeof value === 'string' && value !== '') texts.add(value);
}
