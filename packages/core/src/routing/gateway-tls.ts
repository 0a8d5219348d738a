import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import type { GatewayServer } from './gateways.ts';

/** Whether a server of a Gateway is told by the name in the TLS handshake; plain HTTP that only redirects is not. */
export function isTlsServer({ protocol = '', tls }: GatewayServer): boolean {
  return tls.hasValue && (protocol.toUpperCase() === 'HTTPS' || protocol.toUpperCase() === 'TLS');
}

/** The modes in which a gateway shows a certificate of its own. */
export function terminatesTls({ tls }: GatewayServer): boolean {
  const mode = tls.at('mode');
  return !mode.hasValue || ['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(mode.string() ?? '');
}

/** The fields of a server that name Secrets with its certificate: one, or (since 1.27) several. */
export function credentialFields({ tls }: GatewayServer): readonly Field[] {
  const one = tls.at('credentialName');
  return [...(one.hasValue ? [one] : []), ...(tls.at('credentialNames').items() as Field[])];
}

/** The field of a server that names a certificate which another server shows too. */
export function sharesCertificate(own: GatewayServer, other: GatewayServer): Field | undefined {
  if (!own.tls.hasValue || !other.tls.hasValue || !terminatesTls(own) || !terminatesTls(other)) return undefined;
  const theirs = new Set(credentialFields(other).map((f) => f.string() ?? ''));
  const credential = credentialFields(own).find((f) => f.string() && theirs.has(f.string() as string));
  if (credential) return credential;
  if (credentialFields(own).length > 0 || theirs.size > 0) return undefined;
  const same = (key: string) => {
    const value = own.tls.at(key).string();
    return value !== undefined && value !== '' && value === other.tls.at(key).string();
  };
  return same('serverCertificate') && same('privateKey') ? own.tls.at('serverCertificate') : undefined;
}

/** What names the certificates of a server, for a quick look before `sharesCertificate`; read once, since many are held against many. */
export function certificateNames(mesh: Mesh, server: GatewayServer): readonly string[] {
  const known = mesh.derive(namesByServer);
  let names = known.get(server);
  if (!names) {
    const fields = [...credentialFields(server), server.tls.at('serverCertificate')];
    known.set(server, (names = fields.flatMap((f) => f.string() || [])));
  }
  return names;
}

function namesByServer(): Map<GatewayServer, readonly string[]> {
  return new Map();
}
