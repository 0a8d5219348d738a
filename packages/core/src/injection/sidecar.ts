import type { Workload } from '../cluster/workloads.ts';
import type { Installation } from '../installation/installation.ts';
import { istioAtLeast, kubernetesAtLeast, type MeshSettings } from '../installation/settings.ts';
import type { Answer } from '../manifest/lookup.ts';

/** Annotation of a pod that asks for the native form of the sidecar, or refuses it. Since 1.24. */
export const NATIVE_SIDECAR_KEY = 'sidecar.istio.io/nativeSidecar';

/**
 * How the proxy runs beside the application. `classic`: a container among the others. `native`: an init container with
 * `restartPolicy: Always`, which starts before the others and ends after them.
 */
export type SidecarForm = 'classic' | 'native';

/** The form of a sidecar, and what decided it. */
export interface FormDecision {
  readonly form: SidecarForm;
  readonly reason: string;
  /** Whether the form is not certain: the nodes of the cluster decide, of which only `kubernetesVersion` is known, or manifests disagree. */
  readonly byNodes: boolean;
}

/**
 * The form that Istio's sidecar of a workload has, written or to be injected. Source: `detectNativeSidecar` in `pkg/kube/inject/webhook.go`;
 * annotation since 1.24 (exactly "true"), since 1.27 anything but "false".
 */
export function sidecarForm(workload: Workload, installation: Installation, settings: MeshSettings): FormDecision {
  const written = workload.containers.find((c) => c.name === 'istio-proxy' && c.image !== 'auto' && c.image !== '');
  if (written)
    return decided(written.init && written.native ? 'native' : 'classic', 'the manifest carries the proxy so');
  if (!istioAtLeast(settings, '1.19')) return decided('classic', 'Istio before 1.19 has no other form');
  const annotation = workload.podAnnotations.get(NATIVE_SIDECAR_KEY);
  if (
    annotation !== undefined &&
    istioAtLeast(settings, '1.24') &&
    (annotation !== '' || !istioAtLeast(settings, '1.27'))
  ) {
    const asks = istioAtLeast(settings, '1.27') ? annotation !== 'false' : annotation === 'true';
    return decided(asks ? 'native' : 'classic', `the pods have annotation ${NATIVE_SIDECAR_KEY}=${annotation || '""'}`);
  }
  const { nativeSidecars } = installation;
  const native = nativeSidecars.value === 'auto' ? kubernetesAtLeast(settings, '1.33') : nativeSidecars.value;
  const form = native ? 'native' : 'classic';
  if (workload.podAnnotations.has(NATIVE_SIDECAR_KEY) && annotation === undefined && istioAtLeast(settings, '1.24'))
    return { form, reason: `the value of annotation ${NATIVE_SIDECAR_KEY} is filled in later`, byNodes: true };
  if (!nativeSidecars.certain)
    return { form, reason: `it is not certain what istiod is told (${nativeSidecars.source})`, byNodes: true };
  if (nativeSidecars.value !== 'auto') {
    const source =
      nativeSidecars.source ?? (nativeSidecars.from === 'config' ? 'the config' : 'the default of the release');
    return decided(form, `native sidecars are ${native ? 'on' : 'off'} (${source})`);
  }
  return {
    form,
    reason: `istiod chooses by the kubelets, native from Kubernetes 1.33 on (kubernetesVersion is ${settings.kubernetesVersion.join('.')})`,
    byNodes: true,
  };
}

/** Istio's sidecar of a workload: whether the pods have one, written or injected, and in which form. */
export interface Sidecar extends FormDecision {
  /** Ambient pods, gateways, and pods with Linkerd's proxy only have none. */
  readonly present: Answer;
  /** Whether the proxy stands in the manifest, and is not left to the injector. */
  readonly written: boolean;
}

function decided(form: SidecarForm, reason: string): FormDecision {
  return { form, reason, byNodes: false };
}
