import type { Namespace } from '../cluster/namespaces.ts';
import { type PortProtocol, portProtocol } from '../cluster/protocol.ts';
import type { Service, ServicePort } from '../cluster/services.ts';
import type { Workload } from '../cluster/workloads.ts';
import type { Injection } from '../injection/injection.ts';
import type { Admission, Membership } from '../injection/membership.ts';
import type { Sidecar } from '../injection/sidecar.ts';
import type { WrittenSidecar } from '../injection/written-sidecar.ts';
import type { EmbeddedText, EmbeddedTexts } from '../installation/embedded.ts';
import { type Installation, readInstallation } from '../installation/installation.ts';
import type { MeshUse } from '../installation/mesh-use.ts';
import {
  type ExternalMatchers,
  istioAtLeast,
  kubernetesAtLeast,
  type MeshSettings,
  NO_EXTERNAL_MATCHERS,
} from '../installation/settings.ts';
import type { Lookup } from '../manifest/lookup.ts';
import { identityOf, type Resource } from '../manifest/resource.ts';
import type { Shape, Shapes } from '../schema/shapes.ts';
import { lazy, lazyBy } from '../source/lazy.ts';
import { Admissions } from './admissions.ts';
import { type Behind, ServicePods } from './behind.ts';
import { Inventory } from './inventory.ts';
import type { MadeOutside } from './made-outside.ts';
import type { MeshInput } from './mesh-input.ts';
import { Nearness } from './nearness.ts';
import { Surroundings } from './surroundings.ts';
import { type ResolvedTarget, resolveTarget } from './targets.ts';

/**
 * The model that rules ask: a face with one line a question, whose answers stand in files by subject. Each index is made at its first
 * question and once; nothing in it changes afterwards.
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
  /** Which meshes are in use; undefined where nobody asked, and then any may be. */
  readonly use: MeshUse | undefined;
  /** What the config says lives somewhere else. */
  readonly externals: ExternalMatchers;
  /** What programs make beside what the manifests say: generators, charts that were passed over. */
  readonly madeOutside: readonly MadeOutside[];
  readonly #embedded: EmbeddedTexts;
  readonly #shapes: Shapes;
  readonly #installation: () => Installation;
  readonly #inventory: Inventory;
  readonly #nearness: Nearness;
  readonly #pods: ServicePods;
  readonly #admissions: Admissions;
  readonly #surroundings: Surroundings<Mesh>;
  readonly #asWhole: () => Mesh;
  readonly #protocol = lazyBy((port: ServicePort) => portProtocol(this.settings, port));
  readonly #derived = lazyBy((make: (mesh: Mesh) => unknown) => make(this));

  constructor(input: MeshInput) {
    const { resources, settings, externals = NO_EXTERNAL_MATCHERS, embedded = new Map(), helmValues = [] } = input;
    this.settings = settings;
    this.resources = resources;
    this.clusters = input.clusters ?? new Map();
    this.meshNetworks = input.meshNetworks;
    this.today = input.today;
    this.use = input.use;
    this.externals = externals;
    this.madeOutside = input.madeOutside ?? [];
    this.#embedded = embedded;
    this.#shapes = input.shapes ?? new Map();
    this.#installation = lazy(() => readInstallation(settings, resources, embedded, helmValues));
    this.#inventory = new Inventory(resources, settings, externals);
    this.#nearness = new Nearness(settings, this.#inventory, input.unread ?? new Set());
    this.#pods = new ServicePods(settings, externals, this.#inventory, this.#nearness);
    this.#surroundings = new Surroundings<Mesh>(
      this.#inventory,
      this.#nearness,
      this,
      (kept) => new Mesh({ ...input, resources: kept }),
    );
    this.#asWhole = lazy(() =>
      settings.closedWorld ? this : new Mesh({ ...input, settings: { ...settings, closedWorld: true } }),
    );
    this.#admissions = new Admissions({
      settings,
      inventory: this.#inventory,
      nearness: this.#nearness,
      pods: this.#pods,
      embedded,
      installation: this.#installation,
      use: input.use,
    });
  }

  /**
   * What follows from this mesh and costs a walk over it: made once a mesh, and kept with it. For rules, whose modules keep no state.
   * The same function gives the same value.
   */
  derive<T>(make: (mesh: Mesh) => T): T {
    return this.#derived(make) as T;
  }

  /** Whether the configured Istio is at least a minor release. */
  istioAtLeast(minor: `1.${number}`): boolean {
    return istioAtLeast(this.settings, minor);
  }

  kubernetesAtLeast(minor: `1.${number}`): boolean {
    return kubernetesAtLeast(this.settings, minor);
  }

  /** How Istio is installed, as far as the config and the manifests of the control plane tell. */
  get installation(): Installation {
    return this.#installation();
  }

  /** The mesh as another cluster of it has it: its own resources under the same settings. */
  ofCluster(resources: readonly Resource[]): Mesh {
    return new Mesh({ resources, settings: this.settings, embedded: this.#embedded, use: this.use });
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
    return this.#inventory.workloads();
  }

  get services(): readonly Service[] {
    return this.#inventory.services();
  }

  get namespaces(): readonly Namespace[] {
    return this.#inventory.namespaces();
  }

  /** The resources of a type, such as `networking.istio.io/VirtualService`; the bare kind for core. */
  ofType(type: string): readonly Resource[] {
    return this.#inventory.ofType(type);
  }

  /** All manifests of the object that a resource describes, itself included. They never conflict with each other. */
  variants(resource: Resource): readonly Resource[] {
    return this.#inventory.variants(resource);
  }

  /** Whether two manifests describe one object; such never conflict. */
  sameObject(a: Resource, b: Resource): boolean {
    return a === b || identityOf(a) === identityOf(b);
  }

  /** The Namespace object of a name, with all its variants. */
  namespace(name: string): Lookup<readonly Namespace[]> {
    return this.#inventory.namespace(name);
  }

  /** A Service by namespace and name, with all its variants. */
  service(namespace: string, name: string): Lookup<readonly Service[]> {
    return this.#inventory.service(namespace, name);
  }

  /** Whether the pods of a workload are in the mesh. */
  membership(workload: Workload): Membership {
    return this.admission(workload).membership;
  }

  /** What the injectors of Istio and Linkerd and the ambient mode make of the pods of a workload, with the chain of facts. */
  admission(workload: Workload): Admission {
    return this.#admissions.admission(workload);
  }

  /** What Istio's injector makes of pods of a namespace that say nothing themselves, by this one manifest of the namespace. */
  injectionIn(namespace: Namespace): Injection {
    return this.#admissions.injectionIn(namespace);
  }

  /** Istio's sidecar of a workload: whether its pods have one, and in which form. */
  sidecar(workload: Workload): Sidecar {
    return this.#admissions.sidecar(workload);
  }

  /** The parts of a mesh that stand in the manifest of a workload, by hand or from an injector; undefined when none do. */
  writtenSidecar(workload: Workload, mesh: 'istio' | 'linkerd' = 'istio'): WrittenSidecar | undefined {
    return this.#admissions.writtenSidecar[mesh](workload);
  }

  /**
   * Whether the pods behind a Service are in the mesh: yes when some are, no when all that there are, are not. A Service
   * without a workload in the input is judged by its namespace, as a pod without labels of its own would be.
   */
  membershipOfService(service: Service): Membership {
    return this.#admissions.membershipOfService(service);
  }

  /** The workloads that a Service selects. A Service without selector has none to look for: `elsewhere`. */
  behind(service: Service): Lookup<Behind> {
    return this.#pods.behind(service);
  }

  /** The Services that select the pods of a workload, and surely belong with it. One entry an identity would lose variants: all are given. */
  servicesOf(workload: Workload): readonly Service[] {
    return this.#pods.servicesOf(workload);
  }

  /** Whether some Service may select the pods of a workload, sure or not, related or not. */
  mayHaveService(workload: Workload): boolean {
    return this.#pods.mayHaveService(workload);
  }

  /** Whether two resources are surely deployed side by side, so that one may be held against the other. */
  together(a: Resource, b: Resource): boolean {
    return this.#nearness.together(a, b);
  }

  /** Whether two resources stand in one file, one folder, one Kustomization, or in folders side by side, of whatever namespace. */
  near(a: Resource, b: Resource): boolean {
    return this.#nearness.near(a, b);
  }

  /**
   * Whether two resources are surely applied together: they stand in one file, a Kustomization takes both, or the input is the whole world.
   * Two files of a folder may be alternatives, or steps of a tutorial.
   */
  appliedTogether(a: Resource, b: Resource): boolean {
    return this.#nearness.appliedTogether(a, b);
  }

  /** Whether a file beside a resource may hold manifests that could not be read: a template. */
  hasUnreadBeside(resource: Resource): boolean {
    return this.#nearness.hasUnreadBeside(resource);
  }

  /**
   * Whether the namespace of a resource is an assumption: none is written and none was configured, or a Kustomization sets another. Nothing
   * may be accused because of it.
   */
  assumesNamespace(resource: Resource): boolean {
    return this.#nearness.assumesNamespace(resource);
  }

  /**
   * The mesh as it is where a resource is applied: of objects that stand in several overlays or releases the nearest manifests alone. It is
   * this mesh where nothing stands twice, and undefined where the input has too many such places to look at each.
   */
  around(resource: Resource): Mesh | undefined {
    return this.#surroundings.of(resource);
  }

  /** The same mesh in a closed world: what it would be if nothing existed but what was read. For answers that say so. */
  get asWhole(): Mesh {
    return this.#asWhole();
  }

  /** The protocol that Istio reads from a Service port. */
  protocol(port: ServicePort): PortProtocol {
    return this.#protocol(port);
  }

  /** The number that a Service port reaches in the pods of a workload, and whether a container declares it. */
  resolveTarget(port: ServicePort, workload: Workload): ResolvedTarget {
    return resolveTarget(port, workload);
  }
}
