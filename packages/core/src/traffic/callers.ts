import type { Workload } from '../cluster/workloads.ts';
import { workloadKindOf } from '../manifest/kinds.ts';
import { identityOf, nameOf } from '../manifest/resource.ts';
import type { Mesh } from '../mesh/mesh.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import { groupBy } from '../source/grouping.ts';

/** A workload that calls, and the mesh that it stands in: a project of the config is a mesh of its own. */
export interface Caller {
  readonly mesh: Mesh;
  readonly workload: Workload;
}

/** All manifests of the caller, which are variants of one workload; or why there is none, in a clause. */
export type FoundCallers = { readonly callers: readonly Caller[] } | { readonly fault: string };

// So many of the workloads that a name fits are told.
const MOST_NAMED = 4;

/** Finds workloads by the names that people give them. Made once a run: a file of requests names a caller in each of them. */
export class Callers {
  readonly all: readonly Caller[];
  readonly #byName: ReadonlyMap<string, readonly Caller[]>;
  readonly #known = new Map<string, FoundCallers>();

  constructor(meshes: readonly Mesh[]) {
    this.all = meshes.flatMap((mesh) => mesh.workloads.map((workload) => ({ mesh, workload })));
    this.#byName = groupBy(this.all, ({ workload }) => workload.resource.name);
  }

  /**
   * The workload that a text names: `web`, `deployment/web`, `shop/web`, `deployment/shop/web`. A namespace in the text wins over the one
   * that is given beside it; a first word that is a kind is taken for one, unless only a namespace of that name has the workload.
   */
  find(text: string, namespace: string | undefined): FoundCallers {
    const key = `${namespace ?? ''}\n${text}`;
    let found = this.#known.get(key);
    if (!found) this.#known.set(key, (found = this.#find(text, namespace)));
    return found;
  }

  #find(text: string, namespace: string | undefined): FoundCallers {
    for (const wish of wishesOf(text, namespace)) {
      const hits = (this.#byName.get(wish.name) ?? []).filter(({ workload: { resource } }) => fits(resource, wish));
      if (hits.length === 0) continue;
      const identities = [...new Set(hits.map(({ workload }) => identityOf(workload.resource)))];
      if (identities.length === 1) return { callers: hits };
      const names = [...new Set(hits.map(({ workload }) => nameOf(workload.resource)))].sort();
      const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
      return {
        fault: `several workloads are ${JSON.stringify(text)}: ${names.slice(0, MOST_NAMED).join(', ')}${more}; write KIND/NAMESPACE/NAME`,
      };
    }
    return { fault: `no workload ${JSON.stringify(text)} in what was read${this.#hint(text, namespace)}` };
  }

  /** What was probably meant, written the way the text is. */
  #hint(text: string, namespace: string | undefined): string {
    const slashes = text.split('/').length - 1;
    const here = this.all.filter(
      ({ workload }) => namespace === undefined || workload.resource.namespace === namespace,
    );
    const forms = (here.length > 0 ? here : this.all).flatMap(({ workload: { resource } }) => {
      const { kind, name, namespace = '' } = resource;
      if (slashes === 0) return [name];
      return slashes === 1
        ? [`${kind.toLowerCase()}/${name}`, `${namespace}/${name}`]
        : [`${kind.toLowerCase()}/${namespace}/${name}`];
    });
    const near = didYouMean(text, new Set(forms));
    if (near !== undefined) return `, did you mean ${JSON.stringify(near)}?`;
    // The right name in another namespace is the likeliest mistake of all.
    const name = text.slice(text.lastIndexOf('/') + 1);
    const [other] = this.#byName.get(name) ?? [];
    return other ? `; there is ${nameOf(other.workload.resource)}` : '';
  }
}

interface Wish {
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
}

function wishesOf(text: string, namespace: string | undefined): readonly Wish[] {
  const [a = '', b, c, more] = text.split('/');
  if (more !== undefined) return [];
  if (b === undefined) return [{ name: a, namespace }];
  const kind = workloadKindOf(a);
  if (c !== undefined) return kind === undefined ? [] : [{ kind, namespace: b, name: c }];
  const inNamespace: Wish = { namespace: a, name: b };
  return kind === undefined ? [inNamespace] : [{ kind, namespace, name: b }, inNamespace];
}

function fits(resource: Caller['workload']['resource'], { kind, namespace }: Wish): boolean {
  if (kind !== undefined && resource.kind.toLowerCase() !== kind) return false;
  return namespace === undefined || resource.namespace === namespace;
}
