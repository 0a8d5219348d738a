import type { Labels } from '../manifest/labels.ts';
import type { Field } from '../source/field.ts';
import type { Installation } from './installation.ts';
import type { Answer } from './lookup.ts';
import { type Namespace, SYSTEM_NAMESPACES } from './namespaces.ts';
import { istioAtLeast, type MeshSettings } from './settings.ts';
import type { Workload } from './workloads.ts';

/** Whether the pods of a workload are in the mesh, and what decided it. */
export interface Membership {
  readonly answer: Answer;
  /** What decided, in one clause for a message: "namespace shop has label istio-injection=enabled". */
  readonly reason: string;
  /** Where that is written, if anywhere. */
  readonly field?: Field;
  /** How the pods are in the mesh, where that is known. */
  readonly mode?: MembershipMode;
}

/** A proxy in each pod (Istio's or Linkerd's), the node's ztunnel, gRPC libraries that take the place of a proxy, or a pod that is a gateway. */
export type MembershipMode = 'sidecar' | 'ambient' | 'linkerd' | 'proxyless' | 'gateway';

/** Label (once annotation) by which a pod asks for a sidecar, or refuses it. */
export const INJECT_KEY = 'sidecar.istio.io/inject';
/** Label that names the revision of the control plane. */
export const REVISION_KEY = 'istio.io/rev';
/** Label of a namespace whose pods get a sidecar. */
export const INJECTION_KEY = 'istio-injection';
/** Label by which a namespace or a pod joins the ambient mesh. */
export const DATAPLANE_KEY = 'istio.io/dataplane-mode';

/**
 * Answers from labels, for the stock chart. Source: `mutatingwebhook.yaml` of the istio-discovery chart and `injectRequired` in
 * `pkg/kube/inject/inject.go`, by tag; ambient enrolment: `cni/pkg/util/podutil.go`. `namespaces` are the variants of the Namespace object.
 */
export function membershipOf(
  workload: Workload,
  namespaces: readonly Namespace[],
  plain: MeshSettings,
  installation: Installation,
): Membership {
  const settings = {
    ...plain,
    defaultRevision: installation.defaultRevision.value,
    enableNamespacesByDefault: installation.enableNamespacesByDefault.value,
  };
  const answer = decide(workload, namespaces, settings);
  if (answer.answer === 'unknown' && settings.expectMesh === 'all') {
    return { ...answer, answer: 'yes', reason: `expectMesh is "all" (${answer.reason})` };
  }
  return answer;
}

function decide(workload: Workload, namespaces: readonly Namespace[], settings: MeshSettings): Membership {
  if (workload.hostNetwork) return no('the pods use hostNetwork', workload.podSpec.at('hostNetwork'));
  const namespace = workload.resource.namespace ?? '';
  const moved = workload.resource.rewrites?.namespace === true;
  if (workload.hasProxy || workload.podAnnotations.has('sidecar.istio.io/status')) {
    return yes('the manifest carries a proxy', workload.podSpec.at('containers'));
  }
  if (!moved && SYSTEM_NAMESPACES.has(namespace)) return no(`the injector leaves namespace ${namespace} alone`);
  const optOut = podOptOut(workload, settings);
  const ambient = ambientByPod(workload, settings);
  if (ambient) return ambient;
  if (optOut && (workload.podLabels.get(DATAPLANE_KEY) === 'none' || !mayBeAmbient(namespaces, moved))) return optOut;
  if (moved) return unknown(`a Kustomization moves it to another namespace`);
  if (namespaces.length === 0) return optOut ?? unknown(`no manifest of Namespace ${namespace} was read`);
  const answers = namespaces.map((n) => byNamespace(workload, n, settings, optOut));
  const [first] = answers as [Membership];
  return answers.every((a) => a.answer === first.answer)
    ? first
    : unknown(`the manifests of Namespace ${namespace} differ`);
}

// An opt-out from the sidecar says nothing of ambient; that is the namespace's affair.
function mayBeAmbient(namespaces: readonly Namespace[], moved: boolean): boolean {
  return !moved && namespaces.some((n) => n.resource.labels.get(DATAPLANE_KEY) === 'ambient');
}

function podOptOut(workload: Workload, settings: MeshSettings): Membership | undefined {
  const label = workload.podLabels.get(INJECT_KEY);
  if (label === 'false' && istioAtLeast(settings, '1.9'))
    return no(`the pods have label ${INJECT_KEY}=false`, workload.podLabels.at(INJECT_KEY));
  const annotation = workload.podAnnotations.get(INJECT_KEY);
  // Since 1.12 a label of that name hides the annotation.
  const heard = !workload.podLabels.has(INJECT_KEY) || !istioAtLeast(settings, '1.12');
  const off = annotation !== undefined && annotation !== '' && wish(annotation, settings) === 'no';
  if (heard && off)
    return no(`the pods have annotation ${INJECT_KEY}=${annotation}`, workload.podAnnotations.at(INJECT_KEY));
  return undefined;
}

/** What a value of `sidecar.istio.io/inject` asks of the injector's code (not of its selectors). Strict since 1.27. */
function wish(value: string, settings: MeshSettings): 'yes' | 'no' | 'default' {
  if (value === '') return 'default';
  if (istioAtLeast(settings, '1.27')) return value === 'true' ? 'yes' : value === 'false' ? 'no' : 'default';
  return /^(?:y|yes|true|on)$/i.test(value) ? 'yes' : 'no';
}

function ambientByPod(workload: Workload, settings: MeshSettings): Membership | undefined {
  if (!istioAtLeast(settings, '1.22') || workload.podLabels.get(DATAPLANE_KEY) !== 'ambient') return undefined;
  return yes(`the pods have label ${DATAPLANE_KEY}=ambient`, workload.podLabels.at(DATAPLANE_KEY));
}

function byNamespace(
  workload: Workload,
  namespace: Namespace,
  settings: MeshSettings,
  optOut: Membership | undefined,
): Membership {
  const labels = namespace.resource.labels;
  const ambient = ambientByNamespace(workload, namespace, settings);
  if (ambient) return ambient;
  if (optOut) return optOut;
  if (!istioAtLeast(settings, '1.10')) return byNamespaceBefore110(workload, namespace, settings);
  if (labels.has(INJECTION_KEY) || labels.mayChange(INJECTION_KEY))
    return byInjectionLabel(workload, namespace, settings);
  if (labels.mayChange(REVISION_KEY)) return unknown(`a Kustomization may label Namespace ${namespace.name}`);
  if (labels.has(REVISION_KEY)) {
    return byRevision(labels, `namespace ${namespace.name} has`, settings);
  }
  return byPodLabels(workload, namespace, settings);
}

function ambientByNamespace(workload: Workload, namespace: Namespace, settings: MeshSettings): Membership | undefined {
  const labels = namespace.resource.labels;
  if (!istioAtLeast(settings, '1.18') || labels.get(DATAPLANE_KEY) !== 'ambient') return undefined;
  if (istioAtLeast(settings, '1.22') && workload.podLabels.get(DATAPLANE_KEY) === 'none') return undefined;
  return yes(`namespace ${namespace.name} has label ${DATAPLANE_KEY}=ambient`, labels.at(DATAPLANE_KEY));
}

function byInjectionLabel(workload: Workload, namespace: Namespace, settings: MeshSettings): Membership {
  const labels = namespace.resource.labels;
  const value = labels.get(INJECTION_KEY);
  if (value === undefined || labels.mayChange(INJECTION_KEY))
    return unknown(`the value of ${INJECTION_KEY} on Namespace ${namespace.name} is not known`);
  const field = labels.at(INJECTION_KEY);
  // Any other value matches no entry of the webhook, not even for pods with inject "true".
  if (value !== 'enabled') return no(`namespace ${namespace.name} has label ${INJECTION_KEY}=${value || '""'}`, field);
  const label = workload.podLabels.get(INJECT_KEY);
  if (workload.podLabels.has(INJECT_KEY) && label === undefined)
    return unknown(`the value of ${INJECT_KEY} is not known`);
  const judged = label === undefined || !istioAtLeast(settings, '1.12') ? 'default' : wish(label, settings);
  if (judged === 'no') return no(`the pods have label ${INJECT_KEY}=${label}`, workload.podLabels.at(INJECT_KEY));
  return yes(`namespace ${namespace.name} has label ${INJECTION_KEY}=enabled`, field);
}

function byRevision(labels: Labels, subject: string, settings: MeshSettings): Membership {
  const revision = labels.get(REVISION_KEY);
  const field = labels.at(REVISION_KEY);
  if (revision === undefined) return unknown(`the value of ${REVISION_KEY} is not known`);
  const text = `${subject} label ${REVISION_KEY}=${revision || '""'}`;
  if (revision === settings.defaultRevision || revision === 'default' || settings.revisions.includes(revision))
    return yes(text, field);
  if (revision === '' || settings.closedWorld || settings.revisions.length > 0)
    return no(`${text}, and no such revision is known`, field);
  return unknown(`${text}, and which revisions are installed is not known`, field);
}

function byPodLabels(workload: Workload, namespace: Namespace, settings: MeshSettings): Membership {
  const labels = workload.podLabels;
  if (labels.mayChange(INJECT_KEY) || labels.mayChange(REVISION_KEY))
    return unknown('a Kustomization may label the pods');
  if (labels.has(REVISION_KEY)) return byRevision(labels, 'the pods have', settings);
  if (labels.get(INJECT_KEY) === 'true') return yes(`the pods have label ${INJECT_KEY}=true`, labels.at(INJECT_KEY));
  if (labels.has(INJECT_KEY) && labels.get(INJECT_KEY) === undefined)
    return unknown(`the value of ${INJECT_KEY} is not known`);
  if (!labels.has(INJECT_KEY) && settings.enableNamespacesByDefault) return yes('enableNamespacesByDefault is on');
  return no(`Namespace ${namespace.name} carries no mesh label`, namespace.resource.body.at('metadata').at('name'));
}

// One namespace selector, and the annotation of the pod: charts of 1.0 to 1.9.
function byNamespaceBefore110(workload: Workload, namespace: Namespace, settings: MeshSettings): Membership {
  const labels = namespace.resource.labels;
  const value = labels.get(INJECTION_KEY);
  if (labels.mayChange(INJECTION_KEY) || (labels.has(INJECTION_KEY) && value === undefined)) {
    return unknown(`the value of ${INJECTION_KEY} on Namespace ${namespace.name} is not known`);
  }
  if (istioAtLeast(settings, '1.6') && value === undefined && labels.has(REVISION_KEY))
    return byRevision(labels, `namespace ${namespace.name} has`, settings);
  const selected = settings.enableNamespacesByDefault ? value !== 'disabled' : value === 'enabled';
  if (!selected)
    return no(`Namespace ${namespace.name} is not labelled ${INJECTION_KEY}=enabled`, labels.at(INJECTION_KEY));
  const annotation = workload.podAnnotations.get(INJECT_KEY);
  if (workload.podAnnotations.has(INJECT_KEY) && annotation === undefined)
    return unknown(`the value of ${INJECT_KEY} is not known`);
  if (annotation !== undefined && wish(annotation, settings) === 'no')
    return no(`the pods have annotation ${INJECT_KEY}=${annotation}`, workload.podAnnotations.at(INJECT_KEY));
  return yes(
    `namespace ${namespace.name} has label ${INJECTION_KEY}=${value ?? '(by default)'}`,
    labels.at(INJECTION_KEY),
  );
}

function yes(reason: string, field?: Field): Membership {
  return field ? { answer: 'yes', reason, field } : { answer: 'yes', reason };
}

function no(reason: string, field?: Field): Membership {
  return field ? { answer: 'no', reason, field } : { answer: 'no', reason };
}

function unknown(reason: string, field?: Field): Membership {
  return field ? { answer: 'unknown', reason, field } : { answer: 'unknown', reason };
}
