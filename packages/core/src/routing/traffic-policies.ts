import { DESTINATION_RULE, SIDECAR } from '../manifest/istio-types.ts';
import type { Resource } from '../manifest/resource.ts';
import { specOf } from '../manifest/spec-of.ts';
import { mappings } from '../manifest/written-fields.ts';
import type { Field } from '../source/field.ts';

/** A traffic policy of a DestinationRule, and where it stands. */
export interface TrafficPolicy {
  readonly field: Field;
  /** The settings of one port: a part of the blocks only. */
  readonly ofPort: boolean;
  /** Istio drops its warnings about policies of subsets and of single ports. */
  readonly silent: boolean;
}

/** The traffic policies of a DestinationRule: its own, those of its subsets, and those of single ports in them. */
export function trafficPolicies(resource: Resource): TrafficPolicy[] {
  const spec = specOf(resource, DESTINATION_RULE);
  if (!spec) return [];
  const found: TrafficPolicy[] = [];
  const add = (field: Field, silent: boolean) => {
    if (!field.isMapping) return;
    found.push({ field, ofPort: false, silent });
    for (const port of mappings(field.at('portLevelSettings'))) found.push({ field: port, ofPort: true, silent: true });
  };
  add(spec.at('trafficPolicy'), false);
  for (const subset of mappings(spec.at('subsets'))) add(subset.at('trafficPolicy'), true);
  return found;
}

/** The connection pools of a DestinationRule or a Sidecar. */
export function connectionPools(resource: Resource): Field[] {
  const pools = trafficPolicies(resource).map(({ field }) => field.at('connectionPool'));
  const sidecar = specOf(resource, SIDECAR);
  if (sidecar) {
    pools.push(sidecar.at('inboundConnectionPool'));
    for (const listener of mappings(sidecar.at('ingress'))) pools.push(listener.at('connectionPool'));
  }
  return pools.filter((pool) => pool.isMapping);
}
