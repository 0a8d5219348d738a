import type { MeshSettings } from '../installation/settings.ts';
import { folderOf } from '../manifest/folders.ts';
import { fileOf, type Resource } from '../manifest/resource.ts';
import { isAppliedAlone } from '../manifest/test-data.ts';
import { lazy, lazyBy } from '../source/lazy.ts';
import { Alternatives } from './alternatives.ts';
import type { Inventory } from './inventory.ts';

/** Whether two resources stand near each other and are deployed side by side, by their places in the tree of files. */
export class Nearness {
  readonly #settings: MeshSettings;
  readonly #inventory: Inventory;
  readonly #unread: ReadonlySet<string>;

  /** `unread`: folders with files that could not be read. */
  constructor(settings: MeshSettings, inventory: Inventory, unread: ReadonlySet<string>) {
    this.#settings = settings;
    this.#inventory = inventory;
    this.#unread = unread;
  }

  // A Namespace may stand beside each application that lives in it: it makes no alternatives.
  readonly #alternatives = lazy(
    () =>
      new Alternatives(
        [...this.#inventory.objects()]
          .filter((v) => (v.length > 1 || (v[0]?.roots?.size ?? 0) > 1) && v[0]?.type !== 'Namespace')
          .map((v) => new Set(v.flatMap((r) => [...(r.roots ?? [folderOf(fileOf(r))])]))),
      ),
  );
  readonly #applications = lazy(() => {
    const folders = new Map<string, boolean>();
    for (const variants of this.#inventory.objects()) {
      const files = new Map<string, string>();
      for (const resource of variants) {
        const file = fileOf(resource);
        const folder = folderOf(file);
        const again = (files.get(folder) ?? file) !== file;
        const isOpen = (resource.namespace !== undefined && !resource.namespaceWritten) || resource.rewrites?.namespace;
        files.set(folder, file);
        folders.set(folder, (folders.get(folder) ?? !isAppliedAlone(file)) && !again && !isOpen);
      }
    }
    return new Set([...folders].flatMap(([folder, isOne]) => (isOne && !this.#unread.has(folder) ? [folder] : [])));
  });
  readonly #folderOf = lazyBy(folderOf);
  readonly #hasVariantElsewhere = lazyBy((resource: Resource) => {
    const home = homeOf(resource);
    return this.#inventory.variants(resource).some((v) => homeOf(v) !== home);
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

  /**
   * In a closed world all resources are, but for those of branches that describe one object both: no cluster has that object twice. Else those
   * of one build, of one file, and of one folder that is applied as a whole.
   */
  appliedTogether(a: Resource, b: Resource): boolean {
    if (shareBuild(a, b)) return true;
    if (areBuiltApart(a, b)) return this.#settings.closedWorld && !this.areAlternatives(a, b);
    if (a.document.source === b.document.source || this.#areInOneApplication(a, b)) return true;
    return this.#settings.closedWorld && !this.areAlternatives(a, b);
  }

  /**
   * `kubectl apply -f folder/` takes every file of a folder. Steps of a tutorial and cases of a test lie side by side as well; they describe
   * one object again and again, leave the namespace to whoever applies them, or lie in a folder of lessons or tests. So any other folder
   * counts as one application when each of its objects stands in one file of it, and all that has a namespace names it.
   */
  #areInOneApplication(a: Resource, b: Resource): boolean {
    const folder = folderOf(fileOf(a));
    return folder === folderOf(fileOf(b)) && this.#applications().has(folder) && !a.roots && !b.roots;
  }

  /** Whether two resources lie in branches that describe one object both: no cluster has that object twice. */
  areAlternatives(a: Resource, b: Resource): boolean {
    const [here, there] = [homeOf(a), homeOf(b)];
    return here !== there && !shareBuild(a, b) && this.#alternatives().has(here, there);
  }

  hasUnreadBeside(resource: Resource): boolean {
    const { roots } = resource;
    return (
      this.#unread.has(folderOf(fileOf(resource))) ||
      (roots !== undefined && [...roots].some((root) => this.#unread.has(root)))
    );
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
    if (shareBuild(a, b)) return 'near';
    if (!areBuiltApart(a, b) && folderOf(fileOf(a)) === folderOf(fileOf(b))) return 'near';
    const [homeA, homeB] = [homeOf(a), homeOf(b)];
    if (this.#alternatives().has(homeA, homeB)) return 'alternative';
    if (this.#hasVariantElsewhere(a) || this.#hasVariantElsewhere(b)) return 'alternative';
    if (a.rewrites?.namespace || b.rewrites?.namespace) return 'unrelated';
    const [aboveA, aboveB] = [this.#folderOf(homeA), this.#folderOf(homeB)];
    return homeA === homeB || aboveA === aboveB || homeA === aboveB || aboveA === homeB ? 'near' : 'unrelated';
  }
}

/** The folder from which a resource is deployed: that of the outermost Kustomization that makes it, if there is one, else its own. */
export function homeOf(resource: Resource): string {
  const [root, second] = resource.roots ?? [];
  return root !== undefined && second === undefined ? root : folderOf(fileOf(resource));
}

/** Whether some build makes two resources both: they are deployed together. */
export function shareBuild({ roots: a }: Resource, { roots: b }: Resource): boolean {
  if (!a || !b) return false;
  for (const root of a) if (b.has(root)) return true;
  return false;
}

/** Whether builds make two resources, and none makes both: a common file or folder says nothing then. */
export function areBuiltApart(a: Resource, b: Resource): boolean {
  return a.roots !== undefined && b.roots !== undefined && !shareBuild(a, b);
}
