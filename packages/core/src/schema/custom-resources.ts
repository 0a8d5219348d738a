import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import { isPlainMapping } from '../source/plain-mapping.ts';
import { readSchema, type Schema } from './schema.ts';

const CRD = 'apiextensions.k8s.io/CustomResourceDefinition';

/** A kind that a CustomResourceDefinition of the input defines. */
export interface DefinedKind {
  readonly definition: Resource;
  /** Schemas by API version; undefined for a version that says nothing about its objects. */
  readonly versions: ReadonlyMap<string, Schema | undefined>;
}

/** The kinds that the CustomResourceDefinitions of the input define, by type; several where manifests differ. Only kinds in `wanted`. */
export function definedKinds(
  resources: readonly Resource[],
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, readonly DefinedKind[]> {
  const found = new Map<string, DefinedKind[]>();
  for (const resource of resources) {
    if (resource.type !== CRD || resource.partial) continue;
    const spec = resource.body.at('spec');
    const group = spec.at('group').string();
    const kind = spec.at('names').at('kind').string();
    if (!group || !kind || !wanted.has(`${group}/${kind}`)) continue;
    const defined: DefinedKind = { definition: resource, versions: readVersions(resource) };
    const list = found.get(`${group}/${kind}`);
    if (list) list.push(defined);
    else found.set(`${group}/${kind}`, [defined]);
  }
  return found;
}

function readVersions(resource: Resource): Map<string, Schema | undefined> {
  const versions = new Map<string, Schema | undefined>();
  const spec = resource.body.at('spec');
  // What a patch may change, or an older form of definition, tells nothing of the schema that is in force.
  const sure =
    resource.version === 'v1' &&
    spec.at('preserveUnknownFields').value !== true &&
    !isPatchedAt(resource, 'spec', 'versions');
  for (const version of spec.at('versions').items() as (typeof spec)[]) {
    const name = version.at('name').string();
    if (name === undefined || version.at('served').value === false) continue;
    const raw = version.at('schema').at('openAPIV3Schema').value;
    const schema = sure && isPlainMapping(raw) ? readSchema(raw, 'keep messages') : undefined;
    versions.set(name, schema);
  }
  return versions;
}

/** `networking.istio.io/VirtualService` as the group and kind of a resource are written. */
export function definedType(resource: Resource): string {
  return `${resource.group}/${resource.kind}`;
}
