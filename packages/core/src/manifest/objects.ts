import type { YamlDocument } from '../source/document.ts';
import { Field } from '../source/field.ts';
import { typeOf } from './kinds.ts';

/** What an object is, of which version. */
export interface KindParts {
  readonly apiVersion: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Kind with its group, as `Resource.type`. */
  readonly type: string;
}

/** A Kubernetes object where it is written: a document, or an item of a List. */
export interface ObjectAt extends KindParts {
  readonly document: YamlDocument;
  /** Which object of its document it is, from 0. */
  readonly index: number;
  readonly body: Field;
  readonly value: Readonly<Record<string, unknown>>;
}

// The group came later than the kind.
const TEMPLATE_VERSIONS: ReadonlySet<string> = new Set(['template.openshift.io/v1', 'v1']);

/** The objects of a document: none when it is no Kubernetes object, several when it is a List (nested ones too) or a Template of OpenShift. */
export function objectsOf(document: YamlDocument): ObjectAt[] {
  const found: ObjectAt[] = [];
  collect(new Field(document, document.value), undefined, found);
  return found;
}

type Inherited = { readonly apiVersion: string; readonly kind: string } | undefined;

function collect(body: Field, inherited: Inherited, found: ObjectAt[]): void {
  if (!body.isMapping) return;
  const apiVersion = body.at('apiVersion').string() ?? inherited?.apiVersion;
  const kind = body.at('kind').string() ?? inherited?.kind;
  if (!apiVersion || !kind) return;
  const items = body.at('items');
  if (kind.endsWith('List') && (items.isList || kind === 'List')) {
    // The items of a typed list (`kind: ServiceList`) may leave out what the list says already.
    const each = kind === 'List' ? undefined : { apiVersion, kind: kind.slice(0, -'List'.length) };
    for (const item of items.items()) collect(item, each, found);
    return;
  }
  // `oc process` fills the parameters in and makes these objects. Source: OpenShift, Using Templates.
  if (kind === 'Template' && TEMPLATE_VERSIONS.has(apiVersion) && body.at('objects').isList) {
    for (const item of body.at('objects').items()) collect(item, undefined, found);
    return;
  }
  found.push({
    document: body.document,
    index: found.length,
    body,
    value: body.value as Readonly<Record<string, unknown>>,
    ...kindParts(apiVersion, kind),
  });
}

/** What apiVersion and kind say together. */
export function kindParts(apiVersion: string, kind: string): KindParts {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  return { apiVersion, group, version: apiVersion.slice(slash + 1), kind, type: typeOf(group, kind) };
}
