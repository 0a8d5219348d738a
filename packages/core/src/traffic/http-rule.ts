import type { Resource } from '../manifest/resource.ts';
import type { Destination } from '../routing/routes.ts';
import type { Field } from '../source/field.ts';
import type { ApiRule } from './api-rule.ts';

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
  /** What it matches and does, where it is a rule of the Gateway API. */
  readonly api?: ApiRule;
}

/** A match of an http rule; with one of the rule above it both have to hold. */
export interface RuleMatch {
  readonly field: Field;
  readonly above: Field | undefined;
}

/** A delegate that is not there for the rule that names it: `no-rule` where none of its rules agrees with that rule. */
export interface LostDelegate {
  readonly field: Field;
  readonly namespace: string;
  readonly name: string;
  readonly why: 'missing' | 'hidden' | 'has-hosts' | 'no-rule';
  readonly resource?: Resource | undefined;
}

/** A rule that hands over to a delegate, which is there for it. */
export interface Delegation {
  readonly above: Field;
  readonly root: Resource;
  readonly delegate: Resource;
}

/** A rule of a delegate that a rule above hands over to, though their matches contradict each other. */
export interface Contradiction extends Delegation {
  readonly below: Field;
}
