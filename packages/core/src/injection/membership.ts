import type { Namespace } from '../cluster/namespaces.ts';
import type { Container, Workload } from '../cluster/workloads.ts';
import { labelsOf, UNKNOWN_LABELS } from '../manifest/label-set.ts';
import type { Answer } from '../manifest/lookup.ts';
import type { Field } from '../source/field.ts';
import { lazy } from '../source/lazy.ts';
import { decideEnrolment, type Enrolment } from './ambient.ts';
import { type AdmissionInput, type AdmissionSetup, decideInjection, type Fact, type Injection } from './injection.ts';
import { type InjectionChange, rejoinAmbient, smallestChange } from './injection-change.ts';
import { decideLinkerd, type LinkerdInjection, type LinkerdInput } from './linkerd.ts';

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

/** What the meshes decide about the pods of a workload, each for itself, and what comes of it. */
export interface Admission {
  /** By Istio's injector; also for pods that carry a proxy already, which it renders anew. */
  readonly istio: Injection;
  /** By Istio's ambient mode, if no sidecar comes first. */
  readonly ambient: Enrolment;
  /** By Linkerd's injector, which declines where it finds a proxy. */
  readonly linkerd: LinkerdInjection;
  /** Linkerd's answer if Istio were not there: both wanted is a double injection. */
  readonly linkerdAlone: LinkerdInjection;
  readonly membership: Membership;
  /** What turns the answer of Istio's injector. */
  readonly change: () => InjectionChange | undefined;
  /** What brings pods back into ambient mode that opted out of it. */
  readonly ambientChange: InjectionChange | undefined;
}

/** What is known of the namespace of a workload: the variants of its manifest, or why there are none. */
export type NamespaceFacts =
  | { readonly state: 'read'; readonly variants: readonly Namespace[] }
  /** `needs`: what would have to be read, as an order; `isOpen`: not even its name is certain. */
  | { readonly state: 'unknown'; readonly why: string; readonly needs: string; readonly isOpen: boolean };

type UnknownNamespace = Extract<NamespaceFacts, { state: 'unknown' }>;

/** Decides for one workload. With several manifests of its namespace that do not agree the answer is unknown. */
export function admissionOf(
  workload: Workload,
  namespace: NamespaceFacts,
  setup: AdmissionSetup,
  rejections: readonly Fact[],
): Admission {
  if (namespace.state === 'unknown') return admit(workload, undefined, namespace, setup, rejections);
  const [only] = namespace.variants;
  if (namespace.variants.length <= MOST_VARIANTS) {
    const admissions = namespace.variants.map((variant) => admit(workload, variant, undefined, setup, rejections));
    const [first] = admissions as [Admission];
    if (admissions.every((a) => isSame(a, first))) return first;
  }
  const unknown = {
    state: 'unknown',
    why: `the manifests of Namespace ${only?.name} differ`,
    needs: 'check the manifests of one cluster alone, or make them projects in the config',
    isOpen: false,
  } as const;
  const { candidates: _, ...everything } = setup;
  return admit(workload, undefined, unknown, everything, rejections);
}

/** What Istio's injector makes of a pod without any label or annotation of the mesh. */
export function injectionOfSilentPod(namespace: Namespace, setup: AdmissionSetup): Injection {
  const silent = labelsOf({});
  const input: AdmissionInput = {
    namespace: namespace.name,
    ...namespacePart(namespace),
    podLabels: silent,
    podAnnotations: silent,
    hostNetwork: 'no',
  };
  return decideInjection(input, setup);
}

function namespacePart({ resource }: Namespace): Pick<AdmissionInput, 'namespaceLabels' | 'namespaceField'> {
  const { labels } = resource;
  return {
    namespaceLabels: labels,
    namespaceField: (key) => (labels.has(key) ? labels.at(key) : resource.body.at('metadata').at('name')),
  };
}

/** How many manifests of one Namespace are weighed; overlays of more clusters nobody keeps in one repository. */
export const MOST_VARIANTS = 12;

function isSame(a: Admission, b: Admission): boolean {
  return (
    a.istio.outcome === b.istio.outcome &&
    a.istio.revision === b.istio.revision &&
    a.ambient.answer === b.ambient.answer &&
    a.linkerd.outcome === b.linkerd.outcome &&
    a.linkerd.mode === b.linkerd.mode &&
    a.membership.answer === b.membership.answer &&
    a.membership.mode === b.membership.mode
  );
}

function admit(
  workload: Workload,
  namespace: Namespace | undefined,
  unknown: UnknownNamespace | undefined,
  setup: AdmissionSetup,
  rejections: readonly Fact[],
): Admission {
  const input: AdmissionInput = {
    ...admissionInput(workload, namespace, unknown, rejections),
    isNamespaceOpen: unknown?.isOpen ?? false,
  };
  const istio = decideInjection(input, setup);
  const ambient = decideEnrolment(input, setup.settings);
  const linkerdInput = linkerdInputOf(workload, namespace, input);
  const linkerdAlone = decideLinkerd(linkerdInput, setup);
  const linkerd =
    istio.outcome === 'injected'
      ? decideLinkerd({ ...linkerdInput, existingProxy: linkerdInput.existingProxy ?? ISTIO_FIRST }, setup)
      : linkerdAlone;
  const rejoin = rejoinAmbient(input, setup);
  const plain = membershipOf(
    workload,
    istio,
    { ...ambient, isOptOut: rejoin !== undefined },
    linkerd,
    unknown === undefined,
  );
  const membership: Membership =
    plain.answer === 'unknown' && setup.settings.expectMesh === 'all'
      ? { mode: 'sidecar', ...plain, answer: 'yes', reason: `expectMesh is "all" (${plain.reason})` }
      : plain;
  const change = lazy(() => smallestChange(input, istio, setup));
  return { istio, ambient, linkerd, linkerdAlone, membership, change, ambientChange: rejoin };
}

const ISTIO_FIRST: Fact = { text: 'Istio injects its proxy first, since its webhooks sort before those of Linkerd' };

function admissionInput(
  workload: Workload,
  namespace: Namespace | undefined,
  unknown: UnknownNamespace | undefined,
  rejections: readonly Fact[],
): AdmissionInput {
  const { podLabels, podAnnotations, resource } = workload;
  const hostNetwork = workload.podSpec.at('hostNetwork');
  const written = (map: { has(key: string): boolean; at(key: string): Field }) => (key: string) =>
    map.has(key) ? map.at(key) : undefined;
  return {
    namespace: resource.namespace ?? '',
    ...(namespace ? namespacePart(namespace) : { namespaceLabels: UNKNOWN_LABELS }),
    podLabels,
    podLabelField: written(podLabels),
    podAnnotations,
    podAnnotationField: written(podAnnotations),
    hostNetwork: workload.hostNetwork
      ? 'yes'
      : hostNetwork.hasValue && hostNetwork.boolean() === undefined
        ? 'unknown'
        : 'no',
    hostNetworkField: hostNetwork,
    ...(unknown ? { namespaceUnknown: unknown.why, namespaceNeeds: unknown.needs } : {}),
    rejections,
  };
}

function linkerdInputOf(workload: Workload, namespace: Namespace | undefined, input: AdmissionInput): LinkerdInput {
  const annotations = namespace?.resource.annotations;
  const proxy = workload.containers.find(isProxy);
  const token = workload.podSpec.at('automountServiceAccountToken');
  return {
    ...input,
    namespaceAnnotations: annotations ?? UNKNOWN_LABELS,
    ...(annotations
      ? { namespaceAnnotationField: (key: string) => (annotations.has(key) ? annotations.at(key) : undefined) }
      : {}),
    existingProxy: proxy && { text: `the manifest carries container ${proxy.name}`, field: proxy.field.at('name') },
    withoutToken:
      token.boolean() === false ? { text: 'automountServiceAccountToken is false', field: token } : undefined,
  };
}

// Linkerd goes by the names, whatever the images, and by its own images whatever the names. Source: `pkg/healthcheck/sidecar.go`.
function isProxy({ name, image, init }: Container): boolean {
  return init
    ? name === 'linkerd-init' ||
        name === 'istio-init' ||
        name === 'linkerd-proxy' ||
        image.startsWith('cr.l5d.io/linkerd/proxy-init:') ||
        image.startsWith('gcr.io/istio-release/proxy_init:')
    : name === 'linkerd-proxy' ||
        name === 'istio-proxy' ||
        image.startsWith('cr.l5d.io/linkerd/proxy:') ||
        image.startsWith('gcr.io/istio-release/proxyv2:');
}

function membershipOf(
  workload: Workload,
  istio: Injection,
  ambient: Enrolment & { readonly isOptOut: boolean },
  linkerd: LinkerdInjection,
  isNamespaceKnown: boolean,
): Membership {
  // A gateway may well use the network of its node; its proxy captures nothing.
  if (istio.cause === 'host-network' && !(workload.hasProxy && workload.isGateway))
    return toMembership('no', istio.facts);
  if (workload.hasProxy || workload.podAnnotations.has('sidecar.istio.io/status')) {
    const fact: Fact = { text: 'the manifest carries a proxy', field: workload.podSpec.at('containers') };
    return toMembership('yes', [fact], modeOf(istio.templates, workload));
  }
  const linkerdProxy = workload.containers.find((c) => c.name === 'linkerd-proxy' && (!c.init || c.native));
  if (linkerdProxy)
    return toMembership(
      'yes',
      [{ text: 'the manifest carries the proxy of Linkerd', field: linkerdProxy.field.at('name') }],
      'linkerd',
    );
  if (istio.outcome === 'injected' || istio.outcome === 'rejected')
    return toMembership('yes', istio.facts, modeOf(istio.templates, workload));
  // What is not known of Istio's sidecar does not matter where another mode is certain. Who asks for Linkerd or ambient mode in a namespace
  // that nobody has read gets that; one that names a revision of which nothing is known may get a sidecar after all.
  const isSettled = istio.outcome === 'not-injected' || !isNamespaceKnown;
  if (ambient.answer === 'yes') return toMembership('yes', ambient.facts, isSettled ? 'ambient' : undefined);
  if (linkerd.outcome === 'injected') return toMembership('yes', linkerd.facts, isSettled ? 'linkerd' : undefined);
  if (istio.outcome === 'unknown') return toMembership('unknown', istio.facts);
  // Who opts out of Istio in a namespace that nobody has read means to stay out; of ambient mode and Linkerd there is no sign then.
  if (isNamespaceKnown && ambient.answer === 'unknown') return toMembership('unknown', ambient.facts);
  if (isNamespaceKnown && linkerd.outcome === 'unknown') return toMembership('unknown', linkerd.facts);
  // Of several answers that all say no, the one that somebody wrote is the reason: "no label of the mesh" is untrue beside it.
  if (ambient.isOptOut || (istio.cause === 'no-label' && ambient.isWritten)) return toMembership('no', ambient.facts);
  return toMembership('no', istio.facts);
}

function modeOf(templates: readonly string[], workload: Workload): MembershipMode {
  if (workload.isGateway || templates.some((t) => /gateway|waypoint/.test(t))) return 'gateway';
  return templates.some((t) => t === 'grpc-agent' || t === 'grpc-simple') ? 'proxyless' : 'sidecar';
}

function toMembership(answer: Answer, facts: readonly Fact[], mode?: MembershipMode): Membership {
  const { text, field } = facts.at(-1) as Fact;
  return { answer, reason: text, ...(field ? { field } : {}), ...(mode ? { mode } : {}) };
}
