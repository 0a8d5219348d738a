import { formatVersion, type Mesh, nameOf, type PodPort } from '@meshvet/core';

/** "port 80 of Service shop/cart (http)" */
export function podPortLabel({ service, number, port }: PodPort): string {
  return `port ${number} of ${nameOf(service.resource)}${port.name === undefined ? '' : ` (${port.name})`}`;
}

/** "since 1.19", "from 1.6 to 1.13": the way messages tell the releases that know a word. */
export function releaseRange({ since, until }: { readonly since: string; readonly until?: string }): string {
  return until === undefined ? `since ${since}` : `from ${since} to ${until}`;
}

/** "Istio 1.30", as messages name the configured release. */
export function istioName(mesh: Mesh): string {
  return `Istio ${formatVersion(mesh.settings.istioVersion)}`;
}
