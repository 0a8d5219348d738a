import type { YamlDocument } from '../source/document.ts';
import { Field } from '../source/field.ts';
import { isClusterScoped, typeOf } from './kinds.ts';
import { Labels } from './labels.ts';
import { isPartial } from './partial.ts';
import type { Resource, Rewrites } from './resource.ts';

/** What is known about a file beside its text. */
export interface FileContext {
  /** A Kustomization names the file as a patch. */
  readonly patch: boolean;
  /** What Kustomizations do to a resource of the file. */
  rewrites(type: string, name: string): Rewrites | undefined;
}

const NO_CONTEXT: FileContext = { patch: false, rewrites: () => undefined };

/** The resources of a document: none when it is no Kubernetes object, several when it is a List (nested ones too). */
export function readResources(document: YamlDocument, defaultNamespace: string, context = NO_CONTEXT): Resource[] {
  const found: Resource[] = [];
  collect(new Field(document, document.value), undefined, found, defaultNamespace, context);
  return found;
}

/** MeshNetworks of a file of its own, under the name that istioctl gives it. */
export function meshNetworksResource(document: YamlDocument): Resource {
  const body = new Field(document, document.value);
  const nothing = new Labels(body.at('metadata'));
  return {
    apiVersion: '',
    group: '',
    version: '',
    kind: 'MeshNetworks',
    type: 'MeshNetworks',
    name: 'meshnetworks',
    namespace: 'istio-system',
    namespaceWritten: true,
    body,
    document,
    labels: nothing,
    annotations: nothing,
    partial: false,
    rewrites: undefined,
  };
}

type Inherited = { readonly apiVersion: string; readonly kind: string } | undefined;

function collect(
  body: Field,
  inherited: Inherited,
  found: Resource[],
  defaultNamespace: string,
  context: FileContext,
): void {
  if (!body.isMapping) return;
  const apiVersion = body.at('apiVersion').string() ?? inherited?.apiVersion;
  const kind = body.at('kind').string() ?? inherited?.kind;
  if (!apiVersion || !kind) return;
  const items = body.at('items');
  if (kind.endsWith('List') && (items.isList || kind === 'List')) {
    // The items of a typed list (`kind: ServiceList`) may leave out what the list says already.
    const each = kind === 'List' ? undefined : { apiVersion, kind: kind.slice(0, -'List'.length) };
    for (const item of items.items()) collect(item, each, found, defaultNamespace, context);
    return;
  }
  found.push(makeResource(body, apiVersion, kind, defaultNamespace, context));
}

function makeResource(
  body: Field,
  apiVersion: string,
  kind: string,
  defaultNamespace: string,
  context: FileContext,
): Resource {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const type = typeOf(group, kind);
  const metadata = body.at('metadata');
  const name = metadata.at('name').string() ?? '';
  const written = metadata.at('namespace').text();
  const rewrites = context.rewrites(type, name);
  return {
    apiVersion,
    group,
    version: apiVersion.slice(slash + 1),
    kind,
    type,
    name,
    namespace: isClusterScoped(type) ? undefined : written || defaultNamespace,
    namespaceWritten: Boolean(written),
    body,
    document: body.document,
    labels: new Labels(metadata.at('labels'), rewrites?.labels),
    annotations: new Labels(metadata.at('annotations'), rewrites?.annotations),
    partial: context.patch || isPartial(body, type),
    rewrites,
  };
}
