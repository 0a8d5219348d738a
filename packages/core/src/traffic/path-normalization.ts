import { at } from '../installation/told.ts';
import type { Mesh } from '../mesh/mesh.ts';

/** How the proxies tidy paths before routes and policies see them: `pathNormalization.normalization` of MeshConfig, BASE unless set. */
export type PathNormalization = 'NONE' | 'BASE' | 'MERGE_SLASHES' | 'DECODE_AND_MERGE_SLASHES';

/** What MeshConfig says of paths. */
export function pathNormalizationOf(mesh: Mesh): PathNormalization {
  const word = at(mesh.installation.meshConfig.value, 'pathNormalization', 'normalization');
  return word === 'NONE' || word === 'MERGE_SLASHES' || word === 'DECODE_AND_MERGE_SLASHES' ? word : 'BASE';
}

/**
 * The path of a request as policies see it: without the query, tidied. BASE resolves dots, turns backslashes into slashes and decodes what
 * needs no code; MERGE_SLASHES makes one of several slashes; DECODE_AND_MERGE_SLASHES decodes slashes before that.
 * Source: istio.io, "Authorization Policy Normalization"; `pilot/pkg/networking/core/listener_builder.go`.
 */
export function normalizedPath(path: string, how: PathNormalization): string {
  const end = path.search(/[?#]/);
  const bare = end < 0 ? path : path.slice(0, end);
  if (how === 'NONE') return bare;
  const decoded = how === 'DECODE_AND_MERGE_SLASHES' ? bare.replaceAll(/%2f/gi, '/').replaceAll(/%5c/gi, '\\') : bare;
  const slashes = decoded.replaceAll('\\', '/').replaceAll(/%([0-9a-f]{2})/gi, decodeUnreserved);
  const resolved = slashes.startsWith('/') ? withoutDots(slashes) : slashes;
  return how === 'BASE' ? resolved : resolved.replaceAll(/\/{2,}/g, '/');
}

function decodeUnreserved(written: string, code: string): string {
  const character = String.fromCharCode(Number.parseInt(code, 16));
  return /[A-Za-z0-9\-._~]/.test(character) ? character : written;
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (last && (segment === '.' || segment === '..')) kept.push('');
  }
  return `/${kept.join('/')}`;
}
