import { nameOf } from '../manifest/resource.ts';
import type { Wire } from './filter-chain.ts';
import { endsTls, isPlainHttp, seesHttp } from './gateway-servers.ts';
import type { OpenServer } from './open-server.ts';

/** What a server of a Gateway makes of a connection from inside the mesh. */
export interface ServerTaking {
  /** undefined where names or certificates decide, which no file tells. */
  readonly takes: boolean | undefined;
  readonly layer: 'http' | 'tcp';
  /** Whether mutual TLS of the mesh ends here, so that the caller is known. */
  readonly ended: boolean;
  /** In a clause. */
  readonly text: string;
}

/** Whether a server of a Gateway takes what arrives. Source: `pilot/pkg/networking/core/gateway.go`, buildGatewayTLSContext. */
export function serverTakes(server: OpenServer, wire: Wire): ServerTaking {
  const { mode, protocol, gateway } = server;
  const layer = seesHttp(server) ? 'http' : 'tcp';
  const isMesh = wire === 'istio-http' || wire === 'istio-tcp';
  const answer = (takes: boolean | undefined, text: string, ended = false): ServerTaking => ({
    takes,
    layer,
    ended,
    text: `the ${protocol} server of ${nameOf(gateway.resource)} ${text}`,
  });
  if (isPlainHttp(server)) return answer(wire === 'http', 'takes plain HTTP and nothing else');
  if (mode === undefined) return answer(true, 'takes any bytes');
  if (!isMesh && wire !== 'tls') return answer(false, 'takes TLS and nothing else');
  if (!endsTls(server)) return answer(wire === 'tls' ? true : undefined, 'passes TLS on by its server name');
  if (mode === 'ISTIO_MUTUAL') return answer(isMesh, 'ends mutual TLS of the mesh and takes nothing else', isMesh);
  if (isMesh)
    return answer(false, `shows a certificate of its own (mode ${mode}), which callers of the mesh do not take`);
  return answer(mode === 'SIMPLE' || mode === 'OPTIONAL_MUTUAL' ? true : undefined, `ends TLS (mode ${mode})`);
}
