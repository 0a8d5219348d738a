import { istioAtLeast, type MeshSettings } from '../installation/settings.ts';
import type { Answer } from '../manifest/lookup.ts';
import { type AdmissionInput, DATAPLANE_KEY, type Fact } from './injection.ts';

/** Whether the ztunnel of the node takes the traffic of some pods, and what decided. */
export interface Enrolment {
  readonly answer: Answer;
  readonly facts: readonly Fact[];
  /** Whether somebody wrote what decided: a label of ambient mode, or the older annotation, of whatever value. */
  readonly isWritten: boolean;
}

/**
 * Enrolment in ambient mode by the stock selectors: the pod's label `ambient`, or the namespace's, unless the pod says `none`. The value
 * `none` of a namespace is as no label, and any other value is none at all. Source: `cni/pkg/util/podutil.go`; namespaces since 1.18, pods
 * and `none` since 1.22, hostNetwork left out since 1.23; `excludeNamespaces` of the istio-cni chart.
 */
export function decideEnrolment(pod: AdmissionInput, settings: MeshSettings): Enrolment {
  const enrolment = byLabels(pod, settings);
  return enrolment.answer === 'yes' && pod.hostNetwork === 'unknown' && istioAtLeast(settings, '1.23')
    ? answer('unknown', 'hostNetwork is filled in later', pod.hostNetworkField)
    : enrolment;
}

function byLabels(pod: AdmissionInput, settings: MeshSettings): Enrolment {
  if (!istioAtLeast(settings, '1.18')) return answer('no', 'Istio before 1.18 has no ambient mode');
  if (pod.hostNetwork === 'yes' && istioAtLeast(settings, '1.23'))
    return answer('no', 'the pods use hostNetwork', pod.hostNetworkField);
  if (pod.namespace === 'kube-system' && !pod.isNamespaceOpen)
    return answer('no', 'the CNI plugin leaves namespace kube-system alone');
  if (pod.podAnnotations.has(STATUS_KEY))
    return answer(
      'no',
      `the pods have annotation ${STATUS_KEY}, so they have a sidecar`,
      pod.podAnnotationField?.(STATUS_KEY),
    );
  const byPod = podsOwn(pod, settings);
  if (byPod) return byPod;
  const { namespaceLabels, namespace } = pod;
  if (namespaceLabels.mayChange(DATAPLANE_KEY))
    return answer(
      'unknown',
      pod.namespaceUnknown ?? `label ${DATAPLANE_KEY} of namespace ${namespace} may be set later`,
    );
  const value = namespaceLabels.get(DATAPLANE_KEY);
  const field = pod.namespaceField?.(DATAPLANE_KEY);
  if (!namespaceLabels.has(DATAPLANE_KEY))
    return answer('no', `namespace ${namespace} has no label ${DATAPLANE_KEY}`, field);
  if (value === undefined)
    return answer('unknown', `the value of label ${DATAPLANE_KEY} of namespace ${namespace} is filled in later`, field);
  return written(
    value === 'ambient' ? 'yes' : 'no',
    `namespace ${namespace} has label ${DATAPLANE_KEY}=${value || '""'}`,
    field,
  );
}

const STATUS_KEY = 'sidecar.istio.io/status';

/** Annotation by which pods left the ambient mesh before 1.22; since then the CNI plugin alone writes it. */
export const OLD_REDIRECTION_KEY = 'ambient.istio.io/redirection';

function podsOwn(pod: AdmissionInput, settings: MeshSettings): Enrolment | undefined {
  const { podLabels, podAnnotations } = pod;
  if (!istioAtLeast(settings, '1.22')) {
    const place = pod.podAnnotationField?.(OLD_REDIRECTION_KEY);
    const redirection = podAnnotations.get(OLD_REDIRECTION_KEY);
    if (podAnnotations.has(OLD_REDIRECTION_KEY) && redirection === undefined && mayBeEnrolled(pod))
      return answer('unknown', `the value of annotation ${OLD_REDIRECTION_KEY} is filled in later`, place);
    return redirection === 'disabled'
      ? written('no', `the pods have annotation ${OLD_REDIRECTION_KEY}=disabled`, place)
      : undefined;
  }
  const field = pod.podLabelField?.(DATAPLANE_KEY);
  if (podLabels.mayChange(DATAPLANE_KEY))
    return answer('unknown', `label ${DATAPLANE_KEY} of the pods may be set later`, field);
  if (!podLabels.has(DATAPLANE_KEY)) return undefined;
  const value = podLabels.get(DATAPLANE_KEY);
  if (value === undefined)
    return answer('unknown', `the value of label ${DATAPLANE_KEY} of the pods is filled in later`, field);
  if (value === 'ambient') return written('yes', `the pods have label ${DATAPLANE_KEY}=ambient`, field);
  return value === 'none' ? written('no', `the pods have label ${DATAPLANE_KEY}=none`, field) : undefined;
}

function mayBeEnrolled({ namespaceLabels }: AdmissionInput): boolean {
  return (
    namespaceLabels.mayChange(DATAPLANE_KEY) ||
    (namespaceLabels.has(DATAPLANE_KEY) && (namespaceLabels.get(DATAPLANE_KEY) ?? 'ambient') === 'ambient')
  );
}

function answer(value: Answer, text: string, field?: Fact['field']): Enrolment {
  return { answer: value, facts: [field ? { text, field } : { text }], isWritten: false };
}

function written(value: Answer, text: string, field?: Fact['field']): Enrolment {
  return { ...answer(value, text, field), isWritten: true };
}
