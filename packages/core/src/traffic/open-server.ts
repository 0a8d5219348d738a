import type { Protocol } from '../cluster/protocol.ts';
import type { Gateway, GatewayServer } from '../routing/gateways.ts';

/** A server of a Gateway as a gateway pod opens it. */
export interface OpenServer {
  readonly gateway: Gateway;
  /** `namespace/name`, as VirtualServices name it. */
  readonly name: string;
  readonly server: GatewayServer;
  /** Port of the pod. */
  readonly port: number;
  readonly protocol: Protocol;
  /** undefined for plain text. */
  readonly mode: TlsMode | undefined;
  readonly httpsRedirect: boolean;
}

/** TLS of a server; PASSTHROUGH is what nobody writes. Source: `networking/v1/gateway.proto`, ServerTLSSettings. */
export type TlsMode = 'PASSTHROUGH' | 'SIMPLE' | 'MUTUAL' | 'AUTO_PASSTHROUGH' | 'ISTIO_MUTUAL' | 'OPTIONAL_MUTUAL';
