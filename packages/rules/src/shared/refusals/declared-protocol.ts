import { type Field, knownTokens, type Mesh } from '@meshvet/core';
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
