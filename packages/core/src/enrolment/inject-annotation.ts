import { INJECT_KEY, wishOf } from '../injection/injection.ts';
import { readServiceMesh2 } from '../injection/service-mesh-2.ts';
import { type PodMetadata, podMetadataOf } from '../manifest/pod-metadata.ts';
import type { Resource } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { workloadOf } from '../mesh/resource-workload.ts';
import type { Field } from '../source/field.ts';
import { meaningOf } from './inject-value.ts';

/** What is wrong with the annotation `sidecar.istio.io/inject` of a pod. An annotation has one such defect at most. */
export type AnnotationDefect =
  /** It is what this Istio reads; later ones read the label first. */
  | 'early'
  /** It keeps the sidecar out, as it is meant to, and is deprecated. */
  | 'opt-out'
  /** It asks for a sidecar that the namespace or another label may bring, and is deprecated. */
  | 'opt-in'
  /** Its value is filled in later, or may be replaced. */
  | 'unread'
  /** It asks for a sidecar, and nothing calls the injector. */
  | 'not-selected'
  /** Its value tells this Istio nothing. */
  | 'no-value'
  /** The label of the same name says the contrary. */
  | 'disagrees';

/** The defect of the annotation, with its field and value. */
export interface InjectAnnotation {
  readonly defect: AnnotationDefect;
  readonly field: Field;
  /** As written; a placeholder too. */
  readonly value: string;
  readonly pod: PodMetadata;
}

/** The annotation `sidecar.istio.io/inject` of the pods of a resource, if there is something to say of it. */
export function injectAnnotation(mesh: Mesh, resource: Resource): InjectAnnotation | undefined {
  const pod = podMetadataOf(resource);
  if (!pod?.annotations.has(INJECT_KEY)) return undefined;
  const field = pod.annotations.at(INJECT_KEY);
  if (typeof field.value === 'object' && field.value !== null) return undefined;
  const value = field.text() ?? String(field.value);
  const defect = defectOf(mesh, resource, pod);
  return defect && { defect, field, value, pod };
}

const serviceMesh2 = (mesh: Mesh) => readServiceMesh2(mesh.resources) !== undefined;

function defectOf(mesh: Mesh, resource: Resource, pod: PodMetadata): AnnotationDefect | undefined {
  const value = pod.annotations.get(INJECT_KEY);
  const mayChange = pod.annotations.mayChange(INJECT_KEY);
  if (pod.labels.has(INJECT_KEY)) return !mayChange && disagrees(mesh, pod, value) ? 'disagrees' : undefined;
  // OpenShift Service Mesh 2 injects by this very annotation.
  if (mesh.derive(serviceMesh2)) return undefined;
  // Whatever the value will be, the key stands where it is deprecated.
  if (value === undefined || mayChange) return mesh.istioAtLeast('1.10') ? 'unread' : undefined;
  switch (wishOf(value, mesh.settings)) {
    case 'default':
      // Of a value that is no string a rule of its own speaks; what remains is that the key is deprecated.
      if (typeof pod.annotations.at(INJECT_KEY).value !== 'string' && value !== '') return 'unread';
      return 'no-value';
    case 'yes':
      if (isSurelyUnselected(mesh, resource, pod)) return 'not-selected';
      return mesh.istioAtLeast('1.10') ? 'opt-in' : 'early';
    case 'no':
      return mesh.istioAtLeast('1.10') ? 'opt-out' : 'early';
  }
}

// Both with the same meaning serve old and new Istio side by side: nothing to say.
function disagrees(mesh: Mesh, pod: PodMetadata, annotation: string | undefined): boolean {
  const label = pod.labels.get(INJECT_KEY);
  if (label === undefined || annotation === undefined || pod.labels.mayChange(INJECT_KEY)) return false;
  // Before 1.9 nothing reads the label, and it says what it says to somebody else.
  if (!mesh.istioAtLeast('1.9')) return false;
  return (meaningOf(label) ?? label) !== (meaningOf(annotation) ?? annotation);
}

/** Whether no webhook selects the pod, known for certain, and for no reason that another rule names. */
function isSurelyUnselected(mesh: Mesh, resource: Resource, pod: PodMetadata): boolean {
  const workload = workloadOf(mesh, resource);
  if (!workload || pod.annotations.has('sidecar.istio.io/status')) return false;
  const { outcome, cause } = mesh.admission(workload).istio;
  return outcome === 'not-injected' && (cause === 'no-label' || cause === 'namespace-label' || cause === 'webhook');
}

/** Whether the pods are known to get a sidecar as they are written. */
export function isInjectedAnyway(mesh: Mesh, resource: Resource): boolean {
  const workload = workloadOf(mesh, resource);
  return workload !== undefined && mesh.admission(workload).istio.outcome === 'injected';
}
