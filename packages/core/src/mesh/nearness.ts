import type { MeshSettings } from '../installation/settings.ts';
import { folderOf } from '../manifest/kustomize.ts';
import { fileOf, type Resource } from '../manifest/resource.ts';
import { lazy, lazyBy } from '../source/lazy.ts';
import { Alternatives } from './alternatives.ts';
import type { Inventory } from './inventory.ts';

/** Whether two resources stand near each other and are deployed side by side, by their places in the tree of files. */
export class Nearness {
  readonly #settings: MeshSettings;
  readonly #inventory: Inventory;
  readonly #rootsOf: (path: string) => ReadonlySet<string>;
  readonly #unread: ReadonlySet<string>;

  /** `rootsOf`: the Kustomizations that take a file in; `unread`: folders with files that could not be read. */
  constructor(
    settings: MeshSettings,
    inventory: Inventory,
    rootsOf: (path: string) => ReadonlySet<string>,
    unread: ReadonlySet<string>,
  ) {
    this.#settings = settings;
    this.#inventory = inventory;
    this.#rootsOf = rootsOf;
    this.#unread = unread;
  }

  // A Namespace may stand beside each application that lives in it: it makes no alternatives.
  readonly #alternatives = lazy(
    () =>
      new Alternatives(
        [...this.#inventory.objects()]
          .filter((v) => v.length > 1 && v[0]?.type !== 'Namespace')
          .map((v) => new Set(v.map((r) => folderOf(fileOf(r))))),
      ),
  );
  readonly #folderOf = lazyBy(folderOf);
  readonly #hasVariantElsewhere = lazyBy((resource: Resource) => {
    const folder = folderOf(fileOf(resource));
    return this.#inventory.variants(resource).some((v) => folderOf(fileOf(v)) !== folder);
  });

  /**
   * In a closed world all resources are together. Else they are near each other, or both name their namespace. But a quarter of the objects of
   * real repositories stand in several overlays, tutorial steps or releases: what has a variant elsewhere, or stands in a branch that is an
   * alternative of the other, does not meet it.
   */
  together(a: Resource, b: Resource): boolean {
    if (a.namespace !== b.namespace && a.namespace !== undefined && b.namespace !== undefined) return false;
    if (this.#settings.closedWorld) return true;
    const nearness = this.#between(a, b);
    if (nearness !== 'unrelated') return nearness === 'near';
    return a.namespaceWritten && b.namespaceWritten && !a.rewrites?.namespace && !b.rewrites?.namespace;
  }

  near(a: Resource, b: Resource): boolean {
    return this.#between(a, b) === 'near';
  }

  /** In a closed world all resources are, but for those of branches that describe one object both: no cluster has that object twice. */
  appliedTogether(a: Resource, b: Resource): boolean {
    if (a.document.source === b.document.source || this.shareKustomization(fileOf(a), fileOf(b))) return true;
    return this.#settings.closedWorld && !this.areAlternatives(this.#folderOf(fileOf(a)), this.#folderOf(fileOf(b)));
  }

  /** Whether some Kustomization takes in two files. */
  shareKustomization(a: string, b: string): boolean {
    const roots = this.#rootsOf(a);
    return [...this.#rootsOf(b)].some((root) => roots.has(root));
  }

  /** Whether two folders lie in branches that describe one object both. */
  areAlternatives(a: string, b: string): boolean {
    return a !== b && this.#alternatives().has(a, b);
  }

  hasUnreadBeside(resource: Resource): boolean {
    return this.#unread.has(folderOf(fileOf(resource)));
  }

  assumesNamespace(resource: Resource): boolean {
    if (resource.namespace === undefined) return false;
    // Where a Kustomization fills it in nobody knows it, however much was read.
    if (this.#settings.closedWorld) return !resource.namespaceWritten && resource.rewrites?.namespace === true;
    if (resource.rewrites?.namespace) return true;
    return !resource.namespaceWritten && this.#settings.defaultNamespace === 'default';
  }

  /** `near`: in one file, one folder, one Kustomization, or in folders side by side. */
  #between(a: Resource, b: Resource): 'near' | 'alternative' | 'unrelated' {
    if (a.document.source === b.document.source) return 'near';
    const folderA = this.#folderOf(fileOf(a));
    const folderB = this.#folderOf(fileOf(b));
    if (folderA === folderB) return 'near';
    if (this.shareKustomization(fileOf(a), fileOf(b))) return 'near';
    if (this.#alternatives().has(folderA, folderB)) return 'alternative';
    if (this.#hasVariantElsewhere(a) || this.#hasVariantElsewhere(b)) return 'alternative';
    if (a.rewrites?.namespace || b.rewrites?.namespace) return 'unrelated';
    const [aboveA, aboveB] = [this.#folderOf(folderA), this.#folderOf(folderB)];
    return aboveA === aboveB || folderA === aboveB || aboveA === folderB ? 'near' : 'unrelated';
  }
}
