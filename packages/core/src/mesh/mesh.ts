import { type Namespace, readNamespace } from '../cluster/namespaces.ts';
import { type PortProtocol, portProtocol } from '../cluster/protocol.ts';
import { readService, type Service, type ServicePort } from '../cluster/services.ts';
import { readWorkload, type Workload } from '../cluster/workloads.ts';
import {
  type AdmissionSetup,
  decideInjection,
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
import { type Sidecar, sidecarForm } from '../injection/sidecar.ts';
import { readWrittenSidecar, type WrittenSidecar } from '../injection/written-sidecar.ts';
import type { EmbeddedText, EmbeddedTexts } from '../installation/embedded.ts';
import { type Installation, readInstallation } from '../installation/installation.ts';
import type { HelmValues } from '../installation/installation-sources.ts';
import {
  type ExternalMatchers,
  istioAtLeast,
  kubernetesAtLeast,
  type MeshSettings,
  NO_EXTERNAL_MATCHERS,
} from '../installation/settings.ts';
import type { InjectorWebhook } from '../installation/webhook-entries.ts';
import { isKnownGroup } from '../manifest/kinds.ts';
import { folderOf } from '../manifest/kustomize.ts';
import { labelsOf } from '../manifest/label-set.ts';
import type { Labels } from '../manifest/labels.ts';
import { elsewhere, found, type Lookup, MISSING } from '../manifest/lookup.ts';
import { fileOf, identityOf, type Resource } from '../manifest/resource.ts';
import { matches } from '../manifest/selectors.ts';
import type { Shape, Shapes } from '../schema/shapes.ts';
import { addTo, groupBy } from '../source/grouping.ts';
import { lazy } from '../source/lazy.ts';
import { Alternatives } from './alternatives.ts';

/** What a Mesh is made of. */
export interface MeshInput {
  readonly resources: readonly Resource[];
  readonly settings: MeshSettings;
  readonly externals?: ExternalMatchers;
  /** Kustomizations that take a file in, by their folders. */
  readonly rootsOf?: (path: string) => ReadonlySet<string>;
  /** Folders with files that may hold manifests and could not be read: templates. */
  readonly unread?: ReadonlySet<string>;
  /** Resources of other clusters of the same mesh. */
  readonly clusters?: ReadonlyMap<string, readonly Resource[]>;
  /** Texts inside the resources that are YAML themselves, after reading. */
  readonly embedded?: EmbeddedTexts;
  /** Plain values files of the charts of Istio. */
  readonly helmValues?: readonly HelmValues[];
  /** What the schemas of their kinds say of the resources. */
  readonly shapes?: Shapes;
  /** MeshNetworks of a file of its own, as a resource. */
  readonly meshNetworks?: Resource | undefined;
  /** The day of the run, `2026-12-31`, where it is known. */
  readonly today?: string | undefined;
}

/** How surely a Service and its pods belong together. */
export interface Behind {
  readonly workloads: readonly Workload[];
  /** False when the only ones that fit stand in an unrelated folder: nothing may be accused on their account. */
  readonly certain: boolean;
}

/** A workload, and a port of one of its Services, at the number that the pod listens on. */
export type ResolvedTarget =
  | { readonly state: 'found'; readonly number: number; readonly declared: boolean }
  | { readonly state: 'missing' }
  | { readonly state: 'unknown' };

/**
 * The model that rules ask. Each index is made at its first question and once; nothing in it changes afterwards.
 * All answers come in the order of the input files, which the run sorts, so that order never decides.
 */
export class Mesh {
  readonly settings: MeshSettings;
  readonly resources: readonly Resource[];
  readonly clusters: ReadonlyMap<string, readonly Resource[]>;
  /** MeshNetworks that were given as a file of their own; `settings.meshNetworks` is the same as plain data. */
  readonly meshNetworks: Resource | undefined;
  /** The day of the run, `2026-12-31`; undefined where nobody said it, and then nothing ends. */
  readonly today: string | undefined;
  readonly #externals: ExternalMatchers;
  readonly #rootsOf: (path: string) => ReadonlySet<string>;
  readonly #unread: ReadonlySet<string>;
  readonly #embedded: EmbeddedTexts;
  readonly #helmValues: readonly HelmValues[];
  readonly #shapes: Shapes;
  readonly #sidecars = new Map<Workload, Sidecar>();
  readonly #admissions = new Map<Workload, Admission>();
  readonly #written = {
    istio: new Map<Workload, WrittenSidecar | undefined>(),
    linkerd: new Map<Workload, WrittenSidecar | undefined>(),
  };
  readonly #injectionsIn = new Map<Namespace, Injection>();
  readonly #candidates = new Map<string, readonly InjectorWebhook[]>();
  readonly #behind = new Map<Service, Lookup<Behind>>();
  readonly #servicesBy = new Map<Workload, readonly Service[]>();
  readonly #protocols = new Map<ServicePort, PortProtocol>();
  readonly #variantElsewhere = new Map<Resource, boolean>();
  readonly #folders = new Map<string, string>();
  readonly #derived = new Map<(mesh: Mesh) => unknown, unknown>();

  constructor({ resources, settings, externals, rootsOf, unread, clusters, embedded, helmValues, ...more }: MeshInput) {
    this.#shapes = more.shapes ?? new Map();
    this.meshNetworks = more.meshNetworks;
    this.today = more.today;
    this.#embedded = embedded ?? new Map();
    this.#helmValues = helmValues ?? [];
    this.#unread = unread ?? new Set();
    this.resources = resources;
    this.settings = settings;
    this.clusters = clusters ?? new Map();
    this.#externals = externals ?? NO_EXTERNAL_MATCHERS;
    this.#rootsOf = rootsOf ?? (() => new Set());
  }

  /**
   * What follows from this mesh and costs a walk over it: made once a mesh, and kept with it. For rules, whose modules keep no state.
   * The same function gives the same value.
   */
  derive<T>(make: (mesh: Mesh) => T): T {
    if (!this.#derived.has(make)) this.#derived.set(make, make(this));
    return this.#derived.get(make) as T;
  }

  /** Whether the configured Istio is at least a minor release. */
  istioAtLeast(minor: `1.${number}`): boolean {
    return istioAtLeast(this.settings, minor);
  }

  kubernetesAtLeast(minor: `1.${number}`): boolean {
    return kubernetesAtLeast(this.settings, minor);
  }

  readonly #installation = lazy(() =>
    readInstallation(this.settings, this.resources, this.#embedded, this.#helmValues),
  );
  readonly #webhooks = lazy(() => installedWebhooks(this.settings, this.installation, this.resources));
  readonly #linkerdWebhooks = lazy(() => writtenWebhooks('linkerd', this.resources));
  readonly #workloads = lazy(() => this.resources.flatMap((r) => readWorkload(r) ?? []));
  readonly #services = lazy(() => this.resources.flatMap((r) => readService(r) ?? []));
  readonly #namespaces = lazy(() => this.resources.flatMap((r) => readNamespace(r) ?? []));
  readonly #variants = lazy(() =>
    groupBy(
      this.resources.filter((r) => !r.partial && r.name !== ''),
      identityOf,
    ),
  );
  readonly #byType = lazy(() => groupBy(this.resources, (r) => r.type));
  readonly #namespacesByName = lazy(() => groupBy(this.#namespaces(), (n) => n.name));
  // A Namespace may stand beside each of a thousand applications: what decides is asked once, and in an order of its own.
  readonly #differentNamespaces = lazy(() => {
    const byName = new Map<string, readonly Namespace[]>();
    for (const [name, variants] of this.#namespacesByName()) {
      const different = new Map<string, Namespace>();
      for (const variant of variants) {
        const key = substanceOf(variant);
        if (!different.has(key)) different.set(key, variant);
      }
      const keys = [...different.keys()].sort();
      byName.set(
        name,
        keys.map((key) => different.get(key) as Namespace),
      );
    }
    return byName;
  });
  readonly #workloadsByNamespace = lazy(() => groupBy(this.#workloads(), (w) => w.resource.namespace ?? ''));
  readonly #servicesByNamespace = lazy(() => groupBy(this.#services(), (s) => s.resource.namespace ?? ''));
  readonly #servicesByName = lazy(() => groupBy(this.#services(), (s) => `${s.resource.namespace}/${s.resource.name}`));

  // A Namespace may stand beside each application that lives in it: it makes no alternatives.
  readonly #alternatives = lazy(
    () =>
      new Alternatives(
        [...this.#variants().values()]
          .filter((v) => v.length > 1 && v[0]?.type !== 'Namespace')
          .map((v) => new Set(v.map((r) => folderOf(fileOf(r))))),
      ),
  );

  // The keys that the selectors of Services begin with: few, and no other label of a pod has to be in an index.
  readonly #firstKeys = lazy(() => {
    const keys = new Set<string>();
    for (const { selector } of this.#services()) {
      const first = selector?.requirements?.[0];
      if (first) keys.add(first.key);
    }
    return keys;
  });

  // By namespace and each label pair: a selector looks only at workloads that have its first pair.
  readonly #workloadsByPair = lazy(() => {
    const index = new Map<string, Workload[]>();
    const asked = this.#firstKeys();
    for (const workload of this.#workloads()) {
      for (const key of workload.podLabels.keys())
        if (asked.has(key)) addTo(index, pairKey(workload.resource, key, workload.podLabels.get(key)), workload);
    }
    return index;
  });

  readonly #workloadsByLabel = lazy(() => {
    const index = new Map<string, Workload[]>();
    const asked = this.#firstKeys();
    for (const workload of this.#workloads()) {
      for (const key of workload.podLabels.keys())
        if (asked.has(key)) addTo(index, labelKey(key, workload.podLabels.get(key)), workload);
    }
    return index;
  });

  // By namespace and the first pair of the selector: a workload looks only at Services that name a label it has.
  readonly #servicesByPair = lazy(() => {
    const index = new Map<string, Service[]>();
    for (const service of this.#services()) {
      const first = service.selector?.requirements?.[0];
      if (first) addTo(index, pairKey(service.resource, first.key, first.values[0]), service);
    }
    return index;
  });

  readonly #foreignWords = lazy(() => {
    const words = new Map<string, Set<string>>();
    for (const resource of this.resources) {
      if (resource.namespace === undefined || isKnownGroup(resource.group)) continue;
      let set = words.get(resource.namespace);
      if (!set) words.set(resource.namespace, (set = new Set()));
      set.add(resource.kind.toLowerCase()).add(resource.name.toLowerCase());
    }
    return words;
  });

  /** How Istio is installed, as far as the config and the manifests of the control plane tell. */
  get installation(): Installation {
    return this.#installation();
  }

  /** A text inside a manifest that is YAML itself (MeshConfig of a ConfigMap, ProxyConfig of a pod); undefined for any other. */
  embedded(text: string): EmbeddedText | undefined {
    return this.#embedded.get(text);
  }

  /** What the schema of its kind says of a resource; undefined where no schema is known, and for patches. */
  shapeOf(resource: Resource): Shape | undefined {
    return this.#shapes.get(resource);
  }

  /** Every workload and bare Pod, patches left out. */
  get workloads(): readonly Workload[] {
    return this.#workloads();
  }

  get services(): readonly Service[] {
    return this.#services();
  }

  get namespaces(): readonly Namespace[] {
    return this.#namespaces();
  }

  /** The resources of a type, such as `networking.istio.io/VirtualService`; the bare kind for core. */
  ofType(type: string): readonly Resource[] {
    return this.#byType().get(type) ?? [];
  }

  /** All manifests of the object that a resource describes, itself included. They never conflict with each other. */
  variants(resource: Resource): readonly Resource[] {
    return this.#variants().get(identityOf(resource)) ?? [resource];
  }

  /** The Namespace object of a name, with all its variants. */
  namespace(name: string): Lookup<readonly Namespace[]> {
    const variants = this.#namespacesByName().get(name);
    if (variants) return found(variants);
    return this.settings.closedWorld && !this.#externals.namespace(name)
      ? MISSING
      : elsewhere(`no manifest of Namespace ${name} was read`);
  }

  /** A Service by namespace and name, with all its variants. */
  service(namespace: string, name: string): Lookup<readonly Service[]> {
    const variants = this.#servicesByName().get(`${namespace}/${name}`);
    if (variants) return found(variants);
    if (this.#externals.service(namespace, name) || this.#externals.namespace(namespace))
      return elsewhere('the config declares it');
    if (this.settings.closedWorld || this.services.some((s) => s.resource.namespace === namespace)) return MISSING;
    return elsewhere(`no Service of namespace ${namespace} was read`);
  }

  /** Whether the pods of a workload are in the mesh. */
  membership(workload: Workload): Membership {
    return this.admission(workload).membership;
  }

  /** What the injectors of Istio and Linkerd and the ambient mode make of the pods of a workload, with the chain of facts. */
  admission(workload: Workload): Admission {
    let admission = this.#admissions.get(workload);
    if (!admission) {
      const namespace = this.#namespaceFacts(workload);
      const rejections = rejectionsOf(workload, this.settings, this.installation, this.#embedded);
      admission = admissionOf(workload, namespace, this.#admissionSetup(workload, namespace), rejections);
      this.#admissions.set(workload, admission);
    }
    return admission;
  }

  /** What Istio's injector makes of pods of a namespace that say nothing themselves, by this one manifest of the namespace. */
  injectionIn(namespace: Namespace): Injection {
    let injection = this.#injectionsIn.get(namespace);
    if (!injection) {
      const setup = this.#setupFor([namespace.resource.labels.get(REVISION_KEY)]);
      this.#injectionsIn.set(namespace, (injection = injectionOfSilentPod(namespace, setup)));
    }
    return injection;
  }

  #admissionSetup({ podLabels }: Workload, namespace: NamespaceFacts): AdmissionSetup {
    const variants = namespace.state === 'read' ? namespace.variants.slice(0, MOST_VARIANTS) : [];
    const above = variants.map((n) => n.resource.labels.get(REVISION_KEY));
    return this.#setupFor([...above, podLabels.get(REVISION_KEY)], this.#candidatesIn(variants));
  }

  /** What a decision needs, with the entries of the revisions that namespace and pods name. */
  #setupFor(revisions: readonly (string | undefined)[], near?: readonly InjectorWebhook[]): AdmissionSetup {
    const installed = this.#webhooks();
    const asked = askedWebhooks(this.settings, this.installation, installed, revisions);
    return {
      settings: this.settings,
      installation: this.installation,
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
    const unknown = (why: string, needs: string, isOpen = true) => ({ state: 'unknown', why, needs, isOpen }) as const;
    const render = 'check what is rendered (--kustomize, --helm, or standard input)';
    if (rewrites?.namespace) return unknown('a Kustomization moves it to another namespace', render);
    if (body.at('metadata').at('namespace').text() === undefined && body.at('metadata').at('namespace').hasValue)
      return unknown('its namespace is filled in later', render);
    const place = 'say which namespace it goes to, in the manifest or as defaultNamespace in the config';
    if (this.assumesNamespace(resource)) return unknown('the manifest names no namespace', place);
    const variants = this.#differentNamespaces().get(namespace);
    if (variants) return { state: 'read', variants };
    const add = `add the manifest of Namespace ${namespace} to what is checked`;
    return unknown(`no manifest of Namespace ${namespace} was read`, add, false);
  }

  /** Istio's sidecar of a workload: whether its pods have one, and in which form. */
  sidecar(workload: Workload): Sidecar {
    let sidecar = this.#sidecars.get(workload);
    if (!sidecar) {
      const { answer, mode } = this.membership(workload);
      const isOther = mode !== undefined && mode !== 'sidecar';
      const present = answer === 'no' || isOther ? 'no' : mode === 'sidecar' ? answer : 'unknown';
      sidecar = { present, written: workload.hasProxy, ...sidecarForm(workload, this.installation, this.settings) };
      this.#sidecars.set(workload, sidecar);
    }
    return sidecar;
  }

  /** The parts of a mesh that stand in the manifest of a workload, by hand or from an injector; undefined when none do. */
  writtenSidecar(workload: Workload, mesh: 'istio' | 'linkerd' = 'istio'): WrittenSidecar | undefined {
    // Nearly all workloads have none, and a dozen rules ask of each.
    const known = this.#written[mesh];
    if (!known.has(workload)) known.set(workload, readWrittenSidecar(workload, mesh));
    return known.get(workload);
  }

  /**
   * Whether the pods behind a Service are in the mesh: yes when some are, no when all that there are, are not. A Service
   * without a workload in the input is judged by its namespace, as a pod without labels of its own would be.
   */
  membershipOfService(service: Service): Membership {
    const behind = this.behind(service);
    if (behind.state === 'found' && behind.value.certain) {
      const answers = behind.value.workloads.map((w) => this.membership(w));
      return (
        answers.find((a) => a.answer === 'yes') ??
        answers.find((a) => a.answer === 'unknown') ??
        (answers[0] as Membership)
      );
    }
    const { namespace, namespaceWritten, rewrites } = service.resource;
    const variants =
      namespaceWritten && !rewrites?.namespace ? (this.#namespacesByName().get(namespace ?? '') ?? []) : [];
    const isUnmeshed = ({ resource: { labels, annotations } }: Namespace) =>
      !NAMESPACE_MESH_LABELS.some((key) => labels.has(key) || labels.mayChange(key)) &&
      annotations.lacks(LINKERD_INJECT_KEY) &&
      this.#injectionOfSilentPods(namespace ?? '', labels) === 'not-injected';
    if (variants.length > 0 && variants.every(isUnmeshed))
      return { answer: 'no', reason: `Namespace ${namespace} carries no mesh label` };
    return { answer: 'unknown', reason: 'no pod behind the Service was read' };
  }

  // Webhooks of the input may take namespaces by other labels than Istio's, or all.
  #injectionOfSilentPods(namespace: string, namespaceLabels: Labels): Outcome {
    const nothing = labelsOf({});
    const pod = { namespace, namespaceLabels, podLabels: nothing, podAnnotations: nothing, hostNetwork: 'no' as const };
    const { settings, installation } = this;
    return decideInjection(pod, { settings, installation, webhooks: this.#webhooks() }).outcome;
  }

  /** The workloads that a Service selects. A Service without selector has none to look for: `elsewhere`. */
  behind(service: Service): Lookup<Behind> {
    let answer = this.#behind.get(service);
    if (!answer) this.#behind.set(service, (answer = this.#findBehind(service)));
    return answer;
  }

  #findBehind(service: Service): Lookup<Behind> {
    const selector = service.selector;
    const first = selector?.requirements?.[0];
    if (!selector || !first) return elsewhere('the Service has no selector that can be read');
    const candidates = this.#workloadsByPair().get(pairKey(service.resource, first.key, first.values[0])) ?? [];
    const fitting = candidates.slice(0, MOST_PARTNERS).filter((w) => matches(selector, w.podLabels) === 'yes');
    if (candidates.length > MOST_PARTNERS && fitting.length > 0) return found({ workloads: fitting, certain: false });
    const sure = fitting.filter((w) => this.together(service.resource, w.resource));
    if (sure.length > 0) return found({ workloads: sure, certain: true });
    if (fitting.length > 0) return found({ workloads: fitting, certain: false });
    return this.#noneBehind(service);
  }

  #noneBehind(service: Service): Lookup<Behind> {
    const { namespace = '', name } = service.resource;
    if (
      this.#externals.namespace(namespace) ||
      this.#externals.workload(namespace, name) ||
      this.#externals.service(namespace, name)
    )
      return elsewhere('the config declares it');
    if (this.settings.closedWorld) return MISSING;
    if (service.resource.rewrites?.namespace) return elsewhere('a Kustomization moves it to another namespace');
    if (this.#unread.has(folderOf(fileOf(service.resource)))) return elsewhere('a template beside it may make them');
    const neighbours = (this.#workloadsByNamespace().get(namespace) ?? []).filter(
      (w) => this.#nearness(service.resource, w.resource) === 'near',
    );
    if (neighbours.length === 0) return elsewhere(`no workload of namespace ${namespace} was read beside it`);
    if (this.#mayFit(service, neighbours)) return elsewhere('some labels or namespaces are filled in later');
    if (this.#namesUnseenRelease(service, neighbours)) return elsewhere('a Helm release of that name may make them');
    // An operator makes pods out of its own kinds, and labels them with the kind or the name.
    const words = this.#foreignWords().get(namespace);
    const values =
      service.selector?.requirements?.flatMap((r) => [r.key.toLowerCase(), ...r.values.map((v) => v.toLowerCase())]) ??
      [];
    if (words && values.some((value) => words.has(value)))
      return elsewhere('a custom resource of that name may make the pods');
    return MISSING;
  }

  // `app.kubernetes.io/instance` and `release` carry the name of a Helm release: one of which no pod was read was rendered elsewhere.
  #namesUnseenRelease(service: Service, neighbours: readonly Workload[]): boolean {
    const releases = service.selector?.requirements?.filter((r) => RELEASE_LABELS.has(r.key)) ?? [];
    return releases.some((r) => !neighbours.some((w) => w.podLabels.get(r.key) === r.values[0]));
  }

  // A workload whose labels fit, but whose namespace is not the one that is written: nobody knows where it goes.
  #mayFit(service: Service, neighbours: readonly Workload[]): boolean {
    const { selector, resource } = service;
    const first = selector?.requirements?.[0];
    if (!selector || !first) return false;
    if (neighbours.some((w) => matches(selector, w.podLabels) === 'unknown')) return true;
    return (this.#workloadsByLabel().get(labelKey(first.key, first.values[0])) ?? []).some((w) => {
      const loose = !resource.namespaceWritten || !w.resource.namespaceWritten || w.resource.rewrites?.namespace;
      return loose && matches(selector, w.podLabels) === 'yes';
    });
  }

  /** The Services that select the pods of a workload, and surely belong with it. One entry an identity would lose variants: all are given. */
  servicesOf(workload: Workload): readonly Service[] {
    let services = this.#servicesBy.get(workload);
    if (!services) this.#servicesBy.set(workload, (services = this.#findServicesOf(workload)));
    return services;
  }

  #findServicesOf(workload: Workload): readonly Service[] {
    const fitting = new Set<Service>();
    const asked = this.#firstKeys();
    for (const key of workload.podLabels.keys()) {
      if (!asked.has(key)) continue;
      for (const service of this.#servicesByPair().get(pairKey(workload.resource, key, workload.podLabels.get(key))) ??
        []) {
        if (service.selector && matches(service.selector, workload.podLabels) === 'yes') fitting.add(service);
        if (fitting.size > MOST_PARTNERS) return [];
      }
    }
    return [...fitting].filter((s) => this.together(s.resource, workload.resource));
  }

  /** Whether some Service may select the pods of a workload, sure or not, related or not. */
  mayHaveService(workload: Workload): boolean {
    const services = this.#servicesByNamespace().get(workload.resource.namespace ?? '') ?? [];
    return services.some((s) => s.selector && matches(s.selector, workload.podLabels) !== 'no');
  }

  /**
   * Whether two resources are surely deployed side by side, so that one may be held against the other. In a closed world
   * all are. Else they are near each other, or both name their namespace. But a quarter of the objects of real repositories
   * stand in several overlays, tutorial steps or releases: what has a variant elsewhere, or stands in a branch that is an
   * alternative of the other, does not meet it.
   */
  together(a: Resource, b: Resource): boolean {
    if (a.namespace !== b.namespace && a.namespace !== undefined && b.namespace !== undefined) return false;
    if (this.settings.closedWorld) return true;
    const nearness = this.#nearness(a, b);
    if (nearness !== 'unrelated') return nearness === 'near';
    return a.namespaceWritten && b.namespaceWritten && !a.rewrites?.namespace && !b.rewrites?.namespace;
  }

  /** Whether two resources stand in one file, one folder, one Kustomization, or in folders side by side, of whatever namespace. */
  near(a: Resource, b: Resource): boolean {
    return this.#nearness(a, b) === 'near';
  }

  /**
   * Whether two resources are surely applied together: they stand in one file, a Kustomization takes both, or the input is the whole world.
   * Two files of a folder may be alternatives, or steps of a tutorial.
   */
  appliedTogether(a: Resource, b: Resource): boolean {
    if (this.settings.closedWorld || a.document.source === b.document.source) return true;
    const roots = this.#rootsOf(fileOf(a));
    return [...this.#rootsOf(fileOf(b))].some((root) => roots.has(root));
  }

  /** What the config says lives somewhere else. */
  get externals(): ExternalMatchers {
    return this.#externals;
  }

  /** Whether a file beside a resource may hold manifests that could not be read: a template. */
  hasUnreadBeside(resource: Resource): boolean {
    return this.#unread.has(folderOf(fileOf(resource)));
  }

  /**
   * Whether the namespace of a resource is an assumption: none is written and none was configured, or a Kustomization sets another. Nothing
   * may be accused because of it.
   */
  assumesNamespace(resource: Resource): boolean {
    if (resource.namespace === undefined || this.settings.closedWorld) return false;
    if (resource.rewrites?.namespace) return true;
    return !resource.namespaceWritten && this.settings.defaultNamespace === 'default';
  }

  /** `near`: in one file, one folder, one Kustomization, or in folders side by side. */
  #nearness(a: Resource, b: Resource): 'near' | 'alternative' | 'unrelated' {
    if (a.document.source === b.document.source) return 'near';
    const folderA = this.#folderOf(fileOf(a));
    const folderB = this.#folderOf(fileOf(b));
    if (folderA === folderB) return 'near';
    const rootsA = this.#rootsOf(fileOf(a));
    for (const root of this.#rootsOf(fileOf(b))) if (rootsA.has(root)) return 'near';
    if (this.#alternatives().has(folderA, folderB)) return 'alternative';
    if (this.#hasVariantElsewhere(a) || this.#hasVariantElsewhere(b)) return 'alternative';
    if (a.rewrites?.namespace || b.rewrites?.namespace) return 'unrelated';
    const [aboveA, aboveB] = [this.#folderOf(folderA), this.#folderOf(folderB)];
    return aboveA === aboveB || folderA === aboveB || aboveA === folderB ? 'near' : 'unrelated';
  }

  #folderOf(path: string): string {
    let folder = this.#folders.get(path);
    if (folder === undefined) this.#folders.set(path, (folder = folderOf(path)));
    return folder;
  }

  #hasVariantElsewhere(resource: Resource): boolean {
    let elsewhere = this.#variantElsewhere.get(resource);
    if (elsewhere === undefined) {
      const folder = folderOf(fileOf(resource));
      elsewhere = this.variants(resource).some((v) => folderOf(fileOf(v)) !== folder);
      this.#variantElsewhere.set(resource, elsewhere);
    }
    return elsewhere;
  }

  /** Whether two manifests describe one object; such never conflict. */
  sameObject(a: Resource, b: Resource): boolean {
    return a === b || identityOf(a) === identityOf(b);
  }

  /** The protocol that Istio reads from a Service port. */
  protocol(port: ServicePort): PortProtocol {
    let protocol = this.#protocols.get(port);
    if (!protocol) this.#protocols.set(port, (protocol = portProtocol(this.settings, port)));
    return protocol;
  }

  /**
   * The number that a Service port reaches in the pods of a workload, and whether a container declares it. A name is
   * looked up with the L4 protocol, in containers and (Istio since 1.30; Kubernetes itself since 1.28) native sidecars.
   */
  resolveTarget(port: ServicePort, workload: Workload): ResolvedTarget {
    if (port.targetField.hasValue && port.targetField.number() === undefined && port.targetField.string() === undefined)
      return { state: 'unknown' };
    const target = port.target ?? port.number;
    if (target === undefined) return { state: 'unknown' };
    const declared = workload.declaredPorts;
    if (typeof target === 'number')
      return { state: 'found', number: target, declared: declared.some((p) => p.number === target) };
    const hit = declared.find((p) => p.name === target && p.protocol === port.protocol);
    if (hit?.number !== undefined) return { state: 'found', number: hit.number, declared: true };
    const unreadable = declared.some(
      (p) => (p.field.at('name').hasValue && p.name === undefined) || (p.name === target && p.number === undefined),
    );
    return { state: unreadable ? 'unknown' : 'missing' };
  }
}

// No real Service selects so many manifests, and no pod has so many Services; a hostile file holds thousands of each against each.
const MOST_PARTNERS = 400;

const RELEASE_LABELS: ReadonlySet<string> = new Set(['app.kubernetes.io/instance', 'release']);

/** Labels of a Namespace that bring its pods into a mesh, or keep them out. */
export const NAMESPACE_MESH_LABELS: readonly string[] = ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode'];

// All of a Namespace that decides about its pods, in one order.
function substanceOf({ resource: { labels, annotations, rewrites } }: Namespace): string {
  const keys = (added: ReadonlySet<string> | 'any' | undefined) => (added instanceof Set ? [...added].sort() : added);
  const pairs = ({ field }: Labels) =>
    field.isMapping
      ? field
          .entries()
          .map(([key, f]) => [key, f.value])
          .sort()
      : field.value;
  return JSON.stringify([pairs(labels), pairs(annotations), keys(rewrites?.labels), keys(rewrites?.annotations)]);
}

function pairKey(resource: Resource, key: string, value: string | undefined): string {
  return `${resource.namespace ?? ''}\n${labelKey(key, value)}`;
}

function labelKey(key: string, value: string | undefined): string {
  return `${key}\n${value ?? ''}`;
}
