import type { YamlDocument } from '../source/document.ts';
import { Field } from '../source/field.ts';
import { isClusterScoped } from './kinds.ts';
import type { Build, Kustomizations } from './kustomize.ts';
import { Labels } from './labels.ts';
import { managedNamespaceOf } from './managed-namespace.ts';
import { type KindParts, kindParts, type ObjectAt, objectsOf } from './objects.ts';
import { isPartial } from './partial.ts';
import type { Resource } from './resource.ts';

/**
 * The resources of a document: none when it is no Kubernetes object, several when it is a List (nested ones too). What Kustomizations take
 * in is as they make it, in as many forms as they make of it.
 */
export function readResources(
  document: YamlDocument,
  defaultNamespace: string,
  kustomizations?: Kustomizations,
): Resource[] {
  const isPatch = kustomizations?.isPatch(document.source.path) ?? false;
  const resources = objectsOf(document).flatMap((object) => {
    const builds = kustomizations?.builds(document, object.index);
    if (!builds || builds.length === 0)
      return makeResource(object, undefined, defaultNamespace, isPatch || builds?.length === 0);
    return builds.map((build) => makeResource(object, build, defaultNamespace, isPatch));
  });
  const managed = resources.flatMap((resource) => managedNamespaceOf(resource) ?? []);
  return managed.length === 0 ? resources : [...resources, ...managed];
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
    roots: undefined,
  };
}

function makeResource(
  object: ObjectAt,
  build: Build | undefined,
  defaultNamespace: string,
  standsForNothing: boolean,
): Resource {
  const body = build ? builtBody(object, build) : object.body;
  const { apiVersion, group, version, kind, type } = kindOf(object, body);
  const metadata = body.at('metadata');
  const name = metadata.at('name').string() ?? '';
  const written = metadata.at('namespace').text();
  const rewrites = build?.rewrites;
  return {
    apiVersion,
    group,
    version,
    kind,
    type,
    name,
    namespace: isClusterScoped(type) ? undefined : written || defaultNamespace,
    namespaceWritten: Boolean(written),
    body,
    document: object.document,
    labels: new Labels(metadata.at('labels'), rewrites?.labels),
    annotations: new Labels(metadata.at('annotations'), rewrites?.annotations),
    partial: standsForNothing || isPartial(body, type),
    rewrites,
    roots: build?.roots,
  };
}

// A patch may make another kind of an object.
function kindOf(object: ObjectAt, body: Field): KindParts {
  if (body === object.body) return object;
  return kindParts(body.at('apiVersion').string() ?? object.apiVersion, body.at('kind').string() ?? object.kind);
}

/** The object as it is built, at the places where it is written. */
function builtBody({ body, document, value }: ObjectAt, build: Build): Field {
  if (build.value === value) return body;
  return new Field({ ...document, written: document.value }, build.value, body.parent, body.key);
}
