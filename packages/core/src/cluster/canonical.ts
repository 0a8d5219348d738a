import { istioAtLeast, type MeshSettings } from '../installation/settings.ts';
import type { Field } from '../source/field.ts';
import type { Workload } from './workloads.ts';

/** What Istio reads from the pod labels for one question: a value, surely nothing, only empty values, or it cannot be told. */
export type Canonical =
  | { readonly state: 'written'; readonly key: string; readonly value: string; readonly field: Field }
  | { readonly state: 'empty' }
  | { readonly state: 'missing' }
  | { readonly state: 'unknown' };

/** What has settings: a mesh. */
interface WithSettings {
  readonly settings: MeshSettings;
}

// Order is precedence. Source: `pkg/model/proxy.go`, `pkg/kube/labels/labels.go` (canonical service, since 1.5); before, `app` and
// `version` fed the telemetry and nothing else was read.
const NAME_KEYS = ['service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app'] as const;
const VERSION_KEYS = ['service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version'] as const;

/** The labels that name an application to the configured Istio, the strongest first. */
export function nameKeys(mesh: WithSettings): readonly string[] {
  return istioAtLeast(mesh.settings, '1.5') ? NAME_KEYS : ['app'];
}

/** The labels that tell the version of an application to the configured Istio, the strongest first. */
export function versionKeys(mesh: WithSettings): readonly string[] {
  return istioAtLeast(mesh.settings, '1.5') ? VERSION_KEYS : ['version'];
}

/** The name that the pods of a workload have in the mesh. */
export function canonicalName(mesh: WithSettings, workload: Workload): Canonical {
  return canonicalState(workload, nameKeys(mesh));
}

/** The revision that the pods of a workload have in the mesh; Istio says `latest` where it is missing. */
export function canonicalRevision(mesh: WithSettings, workload: Workload): Canonical {
  return canonicalState(workload, versionKeys(mesh));
}

/** The first of some keys that the pods have. The injection template takes an empty value for a missing one and goes on to the next key. */
export function canonicalState(workload: Workload, keys: readonly string[]): Canonical {
  const labels = workload.podLabels;
  if (!hasReadableLabels(workload)) return { state: 'unknown' };
  let empty = false;
  for (const key of keys) {
    if (labels.mayChange(key)) return { state: 'unknown' };
    if (!labels.has(key)) continue;
    const value = labels.get(key);
    if (value === undefined) return { state: 'unknown' };
    if (value !== '') return { state: 'written', key, value, field: labels.at(key) };
    empty = true;
  }
  return { state: empty ? 'empty' : 'missing' };
}

/** Whether the labels of the pods can be read: not where `labels: ${LABELS}` or metadata of a wrong type leave open what stands there in the end. */
export function hasReadableLabels(workload: Workload): boolean {
  for (let field: Field | undefined = workload.podLabels.field; field; field = field.parent) {
    if (field.hasValue) return field.isMapping;
  }
  return true;
}

/**
 * A label that only the workload's own metadata carries, while the pods have none of its family: the mesh sees pods and never reads
 * it there. The strongest key that is written. undefined for a bare Pod, whose metadata are the pod's.
 */
export function labelOnWorkloadOnly(
  workload: Workload,
  keys: readonly string[],
): { readonly key: string; readonly value: string; readonly field: Field } | undefined {
  if (workload.resource.type === 'Pod' || canonicalState(workload, keys).state !== 'missing') return undefined;
  const labels = workload.resource.labels;
  for (const key of keys) {
    const value = labels.get(key);
    if (value) return { key, value, field: labels.at(key) };
  }
  return undefined;
}
