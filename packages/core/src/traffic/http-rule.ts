import type { Resource } from '../manifest/resource.ts';
import type { Destination } from '../routing/routes.ts';
import type { Field } from '../source/field.ts';

/** One http rule of a VirtualService as the proxies get it: what stands in it, and for a delegate what the rule above it adds. */
export interface HttpRule {
  /** The rule as written; of a delegate the one that says where to go. */
  readonly field: Field;
  /** The rule of the VirtualService above that hands over to this one. */
  readonly above: Field | undefined;
  readonly name: string | undefined;
  /** Its matches; none at all match everything. */
  readonly matches: readonly RuleMatch[];
  readonly destinations: readonly Destination[];
  readonly mirrors: readonly Destination[];
}

/** A match of an http rule; with one of the rule above it both have to hold. */
export interface RuleMatch {
  readonly field: Field;
  readonly above: Field | undefined;
}

/** A delegate that is not there for the rule that names it. */
export interface LostDelegate {
  readonly field: Field;
  readonly namespace: string;
  readonly name: string;
  readonly why: 'missing' | 'hidden' | 'has-hosts';
  readonly resource?: Resource | undefined;
}
