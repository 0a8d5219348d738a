import { isDnsLabel, isDomainName } from '../cluster/host-names.ts';
import { lacks, mappings } from '../manifest/written-fields.ts';
import type { Field } from '../source/field.ts';

/** A destination of a VirtualService: the entry that holds it, and what it names. */
export interface WrittenDestination {
  readonly entry: Field;
  readonly destination: Field;
}

/** All destinations of a VirtualService: of routes and of mirrors. */
export function writtenDestinations(spec: Field): WrittenDestination[] {
  const found: WrittenDestination[] = [];
  for (const kind of ['http', 'tls', 'tcp'] as const) {
    for (const route of mappings(spec.at(kind))) {
      for (const entry of [...mappings(route.at('route')), ...mappings(route.at('mirrors'))])
        found.push({ entry, destination: entry.at('destination') });
      if (route.at('mirror').isMapping) found.push({ entry: route, destination: route.at('mirror') });
    }
  }
  return found.filter(({ destination }) => destination.isMapping);
}

/** Whether a gateway is written in a form that Istio takes: a name, or a namespace and a name. */
export function isGatewayName(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash < 0) return isDomainName(text);
  return isDnsLabel(text.slice(0, slash)) && isDnsLabel(text.slice(slash + 1));
}

/**
 * Whether a VirtualService holds for the sidecars of the mesh: it names no gateway, or `mesh` among them. undefined where an entry is
 * filled in later.
 */
export function isBoundToMesh(spec: Field): boolean | undefined {
  const gateways = spec.at('gateways');
  const items = gateways.items() as Field[];
  if (items.some((item) => item.string() === 'mesh')) return true;
  // Filled in later, or misspelt.
  if (!gateways.isList && !lacks(spec, 'gateways')) return undefined;
  if (items.length === 0) return true;
  return items.every((item) => item.string() !== undefined) ? false : undefined;
}
