import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import type { Client } from './scope.ts';
import { settingAt, type Upstream } from './upstream.ts';

/** Which HTTP a proxy speaks to an upstream, and what decides it. `as-client`: what the client of the proxy spoke. */
export interface HttpVersion {
  readonly version: 'HTTP/1.1' | 'HTTP/2' | 'as-client' | undefined;
  readonly why: string;
  readonly field?: Field;
}

/**
 * Which HTTP a proxy speaks to an upstream for requests that it reads. A port that is declared HTTP gets HTTP/1.1, whatever the client spoke, unless
 * `h2UpgradePolicy` of a DestinationRule (for any port) or of MeshConfig (for ports declared HTTP) upgrades it. To a port whose protocol nobody
 * declared a sidecar speaks as its client did, since it detected that; a gateway detects nothing and speaks HTTP/1.1.
 * `undefined` for protocols that are no HTTP, and for settings that are filled in later.
 * Source: `pilot/pkg/networking/core/cluster_builder.go`, setUpstreamProtocol; `cluster_traffic_policy.go`, shouldH2Upgrade; since 1.3.
 */
export function httpVersionTo(mesh: Mesh, client: Client, { port, rule, subset }: Upstream): HttpVersion {
  const { protocol } = port;
  if (protocol === 'HTTP2' || protocol === 'GRPC' || protocol === 'GRPC-Web')
    return { version: 'HTTP/2', why: `the port is declared ${protocol}` };
  if (protocol !== 'HTTP' && protocol !== 'auto') return { version: undefined, why: `the port is ${protocol}` };
  const pool = settingAt(rule, subset, port.number, 'connectionPool');
  const http = pool?.at('http');
  const asClient = http?.at('useClientProtocol');
  if (asClient?.boolean() === true) return { version: 'as-client', why: 'useClientProtocol is true', field: asClient };
  const policy = http?.at('h2UpgradePolicy');
  const upgrade = policy?.hasValue ? policy.string() : 'DEFAULT';
  if (upgrade === 'UPGRADE' && policy) return { version: 'HTTP/2', why: 'h2UpgradePolicy is UPGRADE', field: policy };
  if (upgrade !== 'DEFAULT' && upgrade !== 'DO_NOT_UPGRADE')
    return { version: undefined, why: 'h2UpgradePolicy is filled in later' };
  if (protocol === 'auto' && !client.gateway)
    return { version: 'as-client', why: 'the sidecar detects what its client speaks' };
  if (protocol === 'HTTP' && upgrade === 'DEFAULT' && mesh.installation.meshConfig.value.h2UpgradePolicy === 'UPGRADE')
    return { version: 'HTTP/2', why: 'h2UpgradePolicy of MeshConfig is UPGRADE' };
  return protocol === 'HTTP'
    ? { version: 'HTTP/1.1', why: 'the port is declared HTTP' }
    : { version: 'HTTP/1.1', why: 'the port declares no protocol, and a gateway detects none' };
}
