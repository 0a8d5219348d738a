import type { YamlDocument } from '../source/document.ts';
import type { Field } from '../source/field.ts';
import type { Labels } from './labels.ts';

/** What stays open of a resource that a Kustomization takes in: a value that is filled in later, a transformer, a patch that cannot be read. */
export interface Rewrites {
  /** A prefix or suffix that nobody knows. */
  readonly name: boolean;
  /** The namespace is one that nobody knows. */
  readonly namespace: boolean;
  /** Keys of labels that may be added, on the resource, its pod template and its selectors. */
  readonly labels: ReadonlySet<string> | 'any';
  readonly annotations: ReadonlySet<string> | 'any';
  /** Patches that could not be read, as text: what they name may change. `*` for one that may change anything. */
  readonly texts: readonly string[];
}

/**
 * A Kubernetes resource as some file of the input writes it, and as the Kustomizations of the input make it. Resources of one identity are variants of
 * each other. `body` has the values of the build, at the places where they are written.
 */
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
  /** What stays open of it behind the Kustomizations of the input; undefined where nothing does. */
  readonly rewrites: Rewrites | undefined;
  /** Folders of the outermost Kustomizations that make just this of it; undefined when none takes it in. */
  readonly roots: ReadonlySet<string> | undefined;
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

/** The name that the manifest gives a resource, before a Kustomization renames it. */
export function writtenNameOf({ body, name }: Resource): string {
  const field = body.at('metadata').at('name');
  const written = field.isWritten() ? undefined : field.writtenValue();
  return typeof written === 'string' ? written : name;
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
  return rewrites.texts.some((text) => text === '*' || text.includes(last));
}

/** Whether a manifest is what is applied: whole, named, and no Kustomization of the input lays anything over it. */
export function isSettled(resource: Resource): boolean {
  return !resource.partial && resource.rewrites === undefined && resource.name !== '';
}
