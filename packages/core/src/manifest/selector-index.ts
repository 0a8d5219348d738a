import { addTo } from '../source/grouping.ts';
import type { LabelSet } from './label-set.ts';
import type { Selector } from './selectors.ts';

interface Entry<T> {
  readonly item: T;
  /** Their order, which an index must not change. */
  readonly order: number;
}

/**
 * Things that select by labels, so that those which may pick given labels are found without asking each. A namespace holds hundreds of
 * policies with a selector each, and of these a handful is for one workload.
 */
export class SelectorIndex<T> {
  // Those without a selector, and those that no single label leads to.
  readonly #always: Entry<T>[] = [];
  readonly #byLabel = new Map<string, Map<string, Entry<T>[]>>();

  /** `selectorOf`: undefined for what has to be looked at whatever the labels are. */
  constructor(items: readonly T[], selectorOf: (item: T) => Selector | undefined) {
    for (const [order, item] of items.entries()) {
      const first = selectorOf(item)?.requirements?.find(({ operator }) => operator === 'In');
      if (!first) {
        this.#always.push({ item, order });
        continue;
      }
      const ofKey = this.#byLabel.get(first.key) ?? new Map<string, Entry<T>[]>();
      this.#byLabel.set(first.key, ofKey);
      for (const value of new Set(first.values)) addTo(ofKey, value, { item, order });
    }
  }

  /** All that may pick the labels, and perhaps others; in the order in which they were given. */
  near(labels: LabelSet): readonly T[] {
    const found = new Set(this.#always);
    for (const [key, byValue] of this.#byLabel) {
      const value = labels.get(key);
      const open = labels.mayChange(key) || (labels.has(key) && value === undefined);
      const hits = open ? [...byValue.values()].flat() : value === undefined ? [] : (byValue.get(value) ?? []);
      for (const hit of hits) found.add(hit);
    }
    return [...found].sort((a, b) => a.order - b.order).map(({ item }) => item);
  }
}
