import { isPatchedAt, type Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { HostIndex, type HostName, hostNameOf } from '../names/hosts.ts';
import type { Field } from '../source/field.ts';

/** A DestinationRule: its host as its own namespace means it, and its subsets. */
export interface DestinationRule {
  readonly resource: Resource;
  readonly spec: Field;
  /** undefined when none is written, or a later step fills it in. */
  readonly host: HostName | undefined;
  readonly hostField: Field;
  readonly subsets: readonly Subset[];
  /** Whether the subsets are all written: no placeholder, no patch. */
  readonly subsetsKnown: boolean;
}

/** A named part of the endpoints of a host. */
export interface Subset {
  /** undefined when a later step fills it in. */
  readonly name: string | undefined;
  /** Its labels as written; undefined when some are filled in later. */
  readonly labels: readonly (readonly [key: string, value: string])[] | undefined;
  readonly field: Field;
}

/** Every DestinationRule, patches left out. */
export function destinationRules(mesh: Mesh): readonly DestinationRule[] {
  return mesh
    .ofType('networking.istio.io/DestinationRule')
    .filter((resource) => !resource.partial)
    .map((resource) => readDestinationRule(mesh, resource));
}

/** The DestinationRules by their hosts. */
export function destinationRulesByHost(mesh: Mesh): HostIndex<DestinationRule> {
  const index = new HostIndex<DestinationRule>();
  for (const rule of mesh.derive(destinationRules)) if (rule.host) index.add(rule.host.fqdn, rule);
  return index;
}

function readDestinationRule(mesh: Mesh, resource: Resource): DestinationRule {
  const spec = resource.body.at('spec');
  const hostField = spec.at('host');
  const written = hostField.string();
  const list = spec.at('subsets');
  const subsets = (list.items() as Field[]).map(readSubset);
  return {
    resource,
    spec,
    hostField,
    host:
      written === undefined || written === '' || isPatchedAt(resource, 'spec', 'host')
        ? undefined
        : hostNameOf(mesh, written, resource.namespace ?? ''),
    subsets,
    subsetsKnown:
      !isPatchedAt(resource, 'spec', 'subsets') &&
      (!list.hasValue || list.isList) &&
      subsets.every((subset) => subset.name !== undefined),
  };
}

function readSubset(field: Field): Subset {
  const written = field.at('labels');
  const labels = written.entries().map(([key, value]) => [key, value.text()] as const);
  const known = (!written.hasValue || written.isMapping) && labels.every(([, value]) => value !== undefined);
  return {
    name: field.at('name').string(),
    labels: known ? (labels as [string, string][]) : undefined,
    field,
  };
}
