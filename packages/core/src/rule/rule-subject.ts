import type { MeshSubject } from '../installation/mesh-use.ts';
import type { RuleHead } from './late-rule.ts';

/** Which mesh a rule is about: what it says itself, else what its types belong to. */
export function meshSubjectOf({ meta }: RuleHead): MeshSubject {
  if (meta.about) return meta.about;
  const types = meta.types ?? [];
  if (types.length === 0) return 'kubernetes';
  if (types.every((type) => /(?:^|\.)istio\.io\//.test(type))) return 'istio';
  return types.every((type) => type.startsWith('gateway.networking.k8s.io/')) ? 'gateway-api' : 'kubernetes';
}
