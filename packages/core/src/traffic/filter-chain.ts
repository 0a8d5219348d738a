import type { MtlsMode } from '../security/peer-authentication.ts';
import type { InboundProtocol } from './inbound-listener.ts';

/**
 * What arrives at the server's proxy. `istio-http`, `istio-tcp`: mutual TLS of the mesh, with what it announces as its content; `tls`: any
 * other TLS; `http`, `bytes`: plain text, as the first bytes tell.
 */
export type Wire = 'istio-http' | 'istio-tcp' | 'tls' | 'http' | 'bytes';

/** The filter chain that takes a connection, or why none does. */
export type FilterChain =
  | {
      readonly taken: true;
      /** Which filters it has. */
      readonly layer: 'http' | 'tcp';
      /** `ended`: mutual TLS ends here, and the proxy knows the caller; `passed`: TLS goes on to the application as it is. */
      readonly tls: 'ended' | 'passed' | 'none';
    }
  | { readonly taken: false; readonly why: Refusal };

/**
 * `no-mtls`: the port takes mutual TLS only. `own-tls`: it is TLS, without a certificate of the mesh. `tls-to-http`: the port takes requests,
 * and TLS that is not of the mesh is none.
 */
export type Refusal = 'no-mtls' | 'own-tls' | 'tls-to-http';

/**
 * The inbound filter chain by mode, declared protocol, and what arrives. A port that takes no TLS at all is not searched for it, so that TLS
 * passes through plain TCP, and breaks plain HTTP. Source: `pilot/pkg/networking/core/filterchain_options.go` and
 * `listener_inbound.go`, populateListenerFilters.
 */
export function filterChainFor(mode: MtlsMode, protocol: InboundProtocol, wire: Wire): FilterChain {
  const isMesh = wire === 'istio-http' || wire === 'istio-tcp';
  if (mode === 'STRICT') {
    if (wire === 'tls') return refused('own-tls');
    return isMesh ? taken(layerOf(protocol, wire), 'ended') : refused('no-mtls');
  }
  if (mode === 'PERMISSIVE') {
    if (isMesh) return taken(layerOf(protocol, wire), 'ended');
    if (wire === 'tls') return protocol === 'http' ? refused('tls-to-http') : taken('tcp', 'passed');
    return taken(layerOf(protocol, wire), 'none');
  }
  if (!isMesh && wire !== 'tls') return taken(layerOf(protocol, wire), 'none');
  return protocol === 'http' ? refused('tls-to-http') : taken('tcp', 'passed');
}

// Undeclared ports go by what is announced in TLS, or by the first bytes.
function layerOf(protocol: InboundProtocol, wire: Wire): 'http' | 'tcp' {
  if (protocol !== 'auto') return protocol;
  return wire === 'istio-http' || wire === 'http' ? 'http' : 'tcp';
}

function taken(layer: 'http' | 'tcp', tls: 'ended' | 'passed' | 'none'): FilterChain {
  return { taken: true, layer, tls };
}

function refused(why: Refusal): FilterChain {
  return { taken: false, why };
}
