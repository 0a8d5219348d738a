import type { YamlDocument } from '../source/document.ts';
import type { Field } from '../source/field.ts';
import type { Labels } from './labels.ts';

/** What a Kustomization in the input does to a resource that it takes in. */
export interface Rewrites {
  /** A prefix or suffix: the name is not the one that is written. */
  readonly name: boolean;
  /** The namespace is another one. */
  readonly namespace: boolean;
  /** Keys of labels that are added, on the resource, its pod template and its selectors. */
  readonly labels: ReadonlySet<string> | 'any';
  readonly annotations: ReadonlySet<string> | 'any';
  /** Partial objects that are laid over this one. */
  readonly patches: readonly Field[];
  /** Patches as text (JSON patches, inline ones): what they name may change. */
  readonly patchTexts: readonly string[];
}

/** A Kubernetes resource as some file of the input writes it. Resources of one identity are variants of each other. */
export interface Resource<T = unknown> {
  readonly apiVersion: string;
  /** API group; empty for core. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Kind with its group, `networking.istio.io/Gateway`; the bare kind for core. */
  readonly type: string;
  /** `metadata.name`; empty when there is none or a later step fills it in. */
  readonly name: string;
  /** The namespace, the default one where none is written; undefined for cluster-scoped kinds. */
  readonly namespace: string | undefined;
  /** Whether the manifest names its namespace itself. */
  readonly namespaceWritten: boolean;
  readonly body: Field<T>;
  readonly document: YamlDocument;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** A patch or another incomplete object: nothing may be said about what it lacks, and it stands for nothing. */
  readonly partial: boolean;
  /** What a Kustomization of the input changes about it; undefined where none does. */
  readonly rewrites: Rewrites | undefined;
}

/** What makes two manifests the same object: type, namespace and name; `extensions/v1beta1` and `apps/v1` serve one Deployment. */
export function identityOf(resource: Resource): string {
  return `${resource.type} ${resource.namespace ?? ''}/${resource.name}`;
}

/** "Deployment shop/cart", the way every message names a resource. */
export function nameOf(resource: Resource): string {
  const { kind, namespace, name } = resource;
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** The file that holds the resource. */
export function fileOf(resource: Resource): string {
  return resource.document.source.path;
}

/** Whether a patch of the input may write at a path of the resource, such as `spec`, `ports`. */
export function isPatchedAt(resource: Resource, ...path: string[]): boolean {
  const rewrites = resource.rewrites;
  if (!rewrites) return false;
  const last = path.at(-1) ?? '';
  if (rewrites.patchTexts.some((text) => text.includes(last))) return true;
  return rewrites.patches.some((patch) => path.reduce<Field>((field, key) => field.at(key), patch).exists);
}

/** Whether a manifest is what is applied: whole, named, and no Kustomization of the input lays anything over it. */
export function isSettled(resource: Resource): boolean {
  return !resource.partial && resource.rewrites === undefined && resource.name !== '';
}
