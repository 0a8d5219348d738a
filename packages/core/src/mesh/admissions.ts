import type { Namespace } from '../cluster/namespaces.ts';
import type { Service } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import {
  type AdmissionSetup,
  decideInjection,
  type Fact,
  type Injection,
  namedLabels,
  type Outcome,
  REVISION_KEY,
} from '../injection/injection.ts';
import { askedWebhooks, candidatesFor, installedWebhooks, writtenWebhooks } from '../injection/injector-webhooks.ts';
import { LINKERD_INJECT_KEY } from '../injection/linkerd.ts';
import {
  type Admission,
  admissionOf,
  injectionOfSilentPod,
  type Membership,
  MOST_VARIANTS,
  type NamespaceFacts,
} from '../injection/membership.ts';
import { rejectionsOf } from '../injection/rejections.ts';
import { injectionByServiceMesh2, readServiceMesh2 } from '../injection/service-mesh-2.ts';
import { type Sidecar, sidecarForm } from '../injection/sidecar.ts';
import { readWrittenSidecar } from '../injection/written-sidecar.ts';
import type { EmbeddedTexts } from '../installation/embedded.ts';
import type { Installation } from '../installation/installation.ts';
import { type MeshUse, usesMesh } from '../installation/mesh-use.ts';
import type { MeshSettings } from '../installation/settings.ts';
import type { InjectorWebhook } from '../installation/webhook-entries.ts';
import { labelsOf } from '../manifest/label-set.ts';
import type { Labels } from '../manifest/labels.ts';
import { lazy, lazyBy } from '../source/lazy.ts';
import type { ServicePods } from './behind.ts';
import type { Inventory } from './inventory.ts';
import type { Nearness } from './nearness.ts';

/** Labels of a Namespace that bring its pods into a mesh, or keep them out. */
export const NAMESPACE_MESH_LABELS: readonly string[] = ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode'];

/** The same admission with the answer of another injector than that of Istio's charts. */
function withInjection(admission: Admission, istio: Injection, { hasProxy }: Workload): Admission {
  if (hasProxy) return { ...admission, istio };
  const { text, field } = istio.facts.at(-1) as Fact;
  const answer = istio.outcome === 'injected' ? 'yes' : 'no';
  const membership: Membership = {
    answer,
    reason: text,
    ...(field ? { field } : {}),
    ...(answer === 'yes' ? { mode: 'sidecar' as const } : {}),
  };
  return { ...admission, istio, membership, change: () => undefined, ambientChange: undefined };
}

/** Of pods whose namespace nobody has read, where no proxy is written, asked for or configured anywhere. */
const NO_MESH: Membership = { answer: 'no', reason: 'nothing that was read uses a mesh' };

/** What decides about the pods of a workload beside the workload itself. */
interface Around {
  readonly settings: MeshSettings;
  readonly inventory: Inventory;
  readonly nearness: Nearness;
  readonly pods: ServicePods;
  readonly embedded: EmbeddedTexts;
  readonly installation: () => Installation;
  /** Which meshes are in use; undefined where nobody asked, and then any may be. */
  readonly use: MeshUse | undefined;
}

/**
 * Which pods are in the mesh, and with which proxy: for each workload the facts of its namespace and the webhooks that may take it are
 * brought together here; `injection` decides.
 */
export class Admissions {
  readonly #around: Around;

  constructor(around: Around) {
    this.#around = around;
  }

  readonly #webhooks = lazy(() => {
    const { settings, installation, inventory } = this.#around;
    return installedWebhooks(settings, installation(), inventory.resources);
  });
  readonly #linkerdWebhooks = lazy(() => writtenWebhooks('linkerd', this.#around.inventory.resources));
  readonly #serviceMesh2 = lazy(() => readServiceMesh2(this.#around.inventory.resources));
  readonly #candidates = new Map<string, readonly InjectorWebhook[]>();

  /** What the injectors of Istio and Linkerd and the ambient mode make of the pods of a workload, with the chain of facts. */
  readonly admission = lazyBy((workload: Workload): Admission => {
    const { settings, installation, embedded } = this.#around;
    const namespace = this.#namespaceFacts(workload);
    const rejections = rejectionsOf(workload, settings, installation(), embedded);
    const admission = admissionOf(workload, namespace, this.#admissionSetup(workload, namespace), rejections);
    const openshift = this.#serviceMesh2();
    const there = openshift && injectionByServiceMesh2(openshift, workload);
    if (there) return withInjection(admission, there, workload);
    const { membership } = admission;
    if (!this.#isWithoutMesh || membership.answer !== 'unknown') return admission;
    return { ...admission, membership: NO_MESH };
  });

  /** What Istio's injector makes of pods of a namespace that say nothing themselves, by this one manifest of the namespace. */
  readonly injectionIn = lazyBy((namespace: Namespace) =>
    injectionOfSilentPod(namespace, this.#setupFor([namespace.resource.labels.get(REVISION_KEY)])),
  );

  /** Istio's sidecar of a workload: whether its pods have one, and in which form. */
  readonly sidecar = lazyBy((workload: Workload): Sidecar => {
    const { answer, mode } = this.admission(workload).membership;
    const isOther = mode !== undefined && mode !== 'sidecar';
    const present = answer === 'no' || isOther ? 'no' : mode === 'sidecar' ? answer : 'unknown';
    const { settings, installation } = this.#around;
    return { present, written: workload.hasProxy, ...sidecarForm(workload, installation(), settings) };
  });

  // Nearly all workloads have none, and a dozen rules ask of each.
  readonly writtenSidecar = {
    istio: lazyBy((workload: Workload) => readWrittenSidecar(workload, 'istio')),
    linkerd: lazyBy((workload: Workload) => readWrittenSidecar(workload, 'linkerd')),
  };

  membershipOfService(service: Service): Membership {
    if (this.#isWithoutMesh) return NO_MESH;
    const { pods, inventory } = this.#around;
    const behind = pods.behind(service);
    if (behind.state === 'found' && behind.value.certain) {
      const answers = behind.value.workloads.map((w) => this.admission(w).membership);
      return (
        answers.find((a) => a.answer === 'yes') ??
        answers.find((a) => a.answer === 'unknown') ??
        (answers[0] as Membership)
      );
    }
    const { namespace = '', namespaceWritten, rewrites } = service.resource;
    const variants = namespaceWritten && !rewrites?.namespace ? inventory.namespacesNamed(namespace) : [];
    const isUnmeshed = ({ resource: { labels, annotations } }: Namespace) =>
      !NAMESPACE_MESH_LABELS.some((key) => labels.has(key) || labels.mayChange(key)) &&
      annotations.lacks(LINKERD_INJECT_KEY) &&
      this.#injectionOfSilentPods(namespace, labels) === 'not-injected';
    if (variants.length > 0 && variants.every(isUnmeshed))
      return { answer: 'no', reason: `Namespace ${namespace} carries no mesh label` };
    return { answer: 'unknown', reason: 'no pod behind the Service was read' };
  }

  get #isWithoutMesh(): boolean {
    const { use } = this.#around;
    return use !== undefined && !usesMesh(use);
  }

  // Webhooks of the input may take namespaces by other labels than Istio's, or all.
  #injectionOfSilentPods(namespace: string, namespaceLabels: Labels): Outcome {
    const nothing = labelsOf({});
    const pod = { namespace, namespaceLabels, podLabels: nothing, podAnnotations: nothing, hostNetwork: 'no' as const };
    const { settings, installation } = this.#around;
    return decideInjection(pod, { settings, installation: installation(), webhooks: this.#webhooks() }).outcome;
  }

  #admissionSetup({ podLabels }: Workload, namespace: NamespaceFacts): AdmissionSetup {
    const variants = namespace.state === 'read' ? namespace.variants.slice(0, MOST_VARIANTS) : [];
    const above = variants.map((n) => n.resource.labels.get(REVISION_KEY));
    return this.#setupFor([...above, podLabels.get(REVISION_KEY)], this.#candidatesIn(variants));
  }

  /** What a decision needs, with the entries of the revisions that namespace and pods name. */
  #setupFor(revisions: readonly (string | undefined)[], near?: readonly InjectorWebhook[]): AdmissionSetup {
    const { settings } = this.#around;
    const installation = this.#around.installation();
    const installed = this.#webhooks();
    const asked = askedWebhooks(settings, installation, installed, revisions);
    return {
      settings,
      installation,
      webhooks: asked.length === 0 ? installed : [...installed, ...asked],
      ...(near ? { candidates: [...near, ...asked] } : {}),
      linkerdWebhooks: this.#linkerdWebhooks(),
    };
  }

  // Thousands of pods live in one namespace: what its labels rule out is ruled out once.
  #candidatesIn(variants: readonly Namespace[]): readonly InjectorWebhook[] | undefined {
    const [first] = variants;
    if (!first) return undefined;
    let near = this.#candidates.get(first.name);
    if (!near) {
      const labels = variants.map(({ name, resource }) =>
        namedLabels({ namespace: name, namespaceLabels: resource.labels }),
      );
      this.#candidates.set(first.name, (near = candidatesFor(this.#webhooks(), labels)));
    }
    return near;
  }

  #namespaceFacts({ resource }: Workload): NamespaceFacts {
    const { namespace = '', rewrites, body } = resource;
    const { nearness, inventory } = this.#around;
    const unknown = (why: string, needs: string, isOpen = true) => ({ state: 'unknown', why, needs, isOpen }) as const;
    const render = 'check what is rendered (--kustomize, --helm, or standard input)';
    if (rewrites?.namespace) return unknown('a Kustomization gives it a namespace that is filled in later', render);
    if (body.at('metadata').at('namespace').text() === undefined && body.at('metadata').at('namespace').hasValue)
      return unknown('its namespace is filled in later', render);
    const place = 'say which namespace it goes to, in the manifest or as defaultNamespace in the config';
    if (nearness.assumesNamespace(resource)) return unknown('the manifest names no namespace', place);
    const variants = inventory.differentNamespaces(namespace);
    if (variants) return { state: 'read', variants };
    const add = `add the manifest of Namespace ${namespace} to what is checked`;
    return unknown(`no manifest of Namespace ${namespace} was read`, add, false);
  }
}
