import type { Workload } from '../cluster/workloads.ts';
import type { Mesh } from '../mesh/mesh.ts';

/** The annotation that turns the rewriting of probes on or off for pods. */
export const REWRITE_KEY = 'sidecar.istio.io/rewriteAppHTTPProbers';

/** What says whether probes are rewritten. The annotation is a Go boolean, and one that is none is not heard. */
export function probeRewriting(
  mesh: Mesh,
  { podAnnotations }: Workload,
): 'on' | 'unknown' | 'annotation' | { reason: string } {
  const annotation = podAnnotations.get(REWRITE_KEY);
  if (podAnnotations.mayChange(REWRITE_KEY) || (podAnnotations.has(REWRITE_KEY) && annotation === undefined))
    return 'unknown';
  if (annotation !== undefined && /^(?:0|f|F|FALSE|false|False)$/.test(annotation)) return 'annotation';
  if (annotation !== undefined && /^(?:1|t|T|TRUE|true|True)$/.test(annotation)) return 'on';
  const { value, certain, from, source } = mesh.installation.rewriteAppHTTPProbe;
  if (!certain) return 'unknown';
  if (value) return 'on';
  // The charts of 1.6 did not rewrite, its default profile did.
  if (from === 'default') return 'unknown';
  return { reason: source ?? 'rewriteAppHTTPProbe is false in the config' };
}
