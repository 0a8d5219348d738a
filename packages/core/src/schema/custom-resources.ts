import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { addTo } from '../source/grouping.ts';
import { readSchema, type Schema } from './schema.ts';

const CRD = 'apiextensions.k8s.io/CustomResourceDefinition';

/** A kind that a CustomResourceDefinition of the input defines. */
export interface DefinedKind {
  readonly definition: Resource;
  /** The schema of an API version, made when it is first asked for; undefined where it says nothing about its objects. */
  readonly versions: (name: string) => Schema | undefined;
}

/** The kinds that the CustomResourceDefinitions of the input define, by type; several where manifests differ. Only kinds in `wanted`. */
export function definedKinds(
  resources: readonly Resource[],
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, readonly DefinedKind[]> {
  const found = new Map<string, DefinedKind[]>();
  for (const resource of resources) {
    if (!isDefinition(resource)) continue;
    const spec = resource.body.at('spec');
    const group = spec.at('group').string();
    const kind = spec.at('names').at('kind').string();
    if (!group || !kind || !wanted.has(`${group}/${kind}`)) continue;
    const defined: DefinedKind = { definition: resource, versions: versionsOf(resource) };
    addTo(found, `${group}/${kind}`, defined);
  }
  return found;
}

/** Whether a resource is a whole CustomResourceDefinition. */
export function isDefinition(resource: Resource): boolean {
  return resource.type === CRD && !resource.partial;
}

function versionsOf(resource: Resource): (name: string) => Schema | undefined {
  const made = new Map<string, Schema | undefined>();
  return (name) => {
    if (!made.has(name)) made.set(name, readVersion(resource, name));
    return made.get(name);
  };
}

function readVersion(resource: Resource, name: string): Schema | undefined {
  const spec = resource.body.at('spec');
  // What a patch may change, or an older form of definition, tells nothing of the schema that is in force.
  if (resource.version !== 'v1' || spec.at('preserveUnknownFields').value === true) return undefined;
  if (isPatchedAt(resource, 'spec', 'versions')) return undefined;
  const version = (spec.at('versions').items() as (typeof spec)[]).find((one) => one.at('name').string() === name);
  if (version === undefined || version.at('served').value === false) return undefined;
  return readSchema(version.at('schema').at('openAPIV3Schema').value, 'keep messages');
}

/** `networking.istio.io/VirtualService` as the group and kind of a resource are written. */
export function definedType(resource: Resource): string {
  return `${resource.group}/${resource.kind}`;
}
