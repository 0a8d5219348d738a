import type { Container, Workload } from '../cluster/workloads.ts';
import type { WrittenSidecar } from '../injection/written-sidecar.ts';

/** A fault in the order of init containers around a native sidecar. */
export interface OrderFault {
  /** `between`: after the redirection, before the proxy. `before`: ahead of both. `reversed`: the proxy ahead of the redirection. */
  readonly kind: 'between' | 'before' | 'reversed';
  readonly container: Container;
  /** The container that redirects the traffic, or waits until it is. */
  readonly init: Container;
}

/**
 * The first fault in the order of init containers around a native sidecar. `counts`: whether a container of the application has traffic
 * that matters.
 */
export function nativeOrderFault(
  workload: Workload,
  { proxy, init, validation }: WrittenSidecar,
  counts: (container: Container) => boolean,
): OrderFault | undefined {
  const redirection = init ?? validation;
  if (!proxy?.native || !redirection) return undefined;
  const containers = workload.containers.filter((c) => c.init);
  const [atProxy, atInit] = [containers.indexOf(proxy), containers.indexOf(redirection)];
  if (atProxy < atInit) return { kind: 'reversed', container: proxy, init: redirection };
  const own = (c: Container) => c === proxy || c === init || c === validation;
  const between = containers.slice(atInit + 1, atProxy).find((c) => !own(c) && counts(c));
  if (between) return { kind: 'between', container: between, init: redirection };
  const before = containers.slice(0, atInit).find((c) => !own(c) && counts(c));
  return before && { kind: 'before', container: before, init: redirection };
}
