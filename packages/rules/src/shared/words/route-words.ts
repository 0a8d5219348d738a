import { type Destination, type HostTarget, nameOf } from '@meshvet/core';

/** "cart", or what a short name is completed to as well: "cart (cart.shop.svc.cluster.local)". */
export function hostText({ host }: Pick<Destination, 'host'>): string {
  if (!host) return '';
  return host.written === host.fqdn ? host.written : `${host.written} (${host.fqdn})`;
}

/** "Service shop/cart", "ServiceEntry shop/api". */
export function targetText(target: HostTarget): string {
  return nameOf(target.resource);
}

/** Some of the ways to write a few things: "a", "b". */
export function quoted(names: Iterable<string>): string {
  return [...new Set(names)]
    .sort()
    .slice(0, 8)
    .map((name) => `"${name}"`)
    .join(', ');
}
