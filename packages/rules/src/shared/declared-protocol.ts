import { classOf, type Field, knownTokens, type Mesh, protocolOfText } from '@meshvet/core';
import { quote, type Refusal } from './refusals.ts';

// The tunnel of ambient mode: istiod writes it itself.
const INTERNAL = 'hbone';

/** Whether Istio knows the protocol of a port that a user wrote; nothing written is one to find out. */
export function protocolFault(field: Field, mesh: Mesh): Refusal | undefined {
  const text = field.string();
  if (!text || text.toLowerCase() === INTERNAL || knownTokens(mesh.settings).includes(text.toLowerCase()))
    return undefined;
  const known = knownTokens(mesh.settings).map((token) => token.toUpperCase());
  return { at: field, what: `protocol ${quote(text)} is none that Istio knows: ${known.join(', ')}` };
}

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
