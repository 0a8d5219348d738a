import { classOf, knownTokens, protocolOfText } from '../cluster/protocol.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';

/** What a written protocol is for Istio's validation; undefined for what is filled in later, and for none that is known. */
export function protocolKind(field: Field, mesh: Mesh): 'http' | 'tls' | 'tcp' | 'udp' | 'none' | undefined {
  if (!field.hasValue || field.value === '') return 'none';
  const token = field.string()?.toLowerCase();
  if (token === undefined) return undefined;
  if (token === 'https' || token === 'tls') return 'tls';
  const protocol = knownTokens(mesh.settings).includes(token) ? protocolOfText(mesh.settings, token) : undefined;
  if (protocol === undefined) return undefined;
  const kind = classOf(protocol);
  return kind === 'auto' ? undefined : kind;
}
