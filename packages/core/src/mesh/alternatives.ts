import { folderOf } from '../manifest/folders.ts';

/**
 * Which folders are alternatives of each other: overlays, releases, steps of a tutorial. Two branches of the tree that describe one and the
 * same object are; what stands in the one is not deployed beside what stands in the other.
 */
export class Alternatives {
  /** For each folder the objects below it that stand in several folders, as numbers. */
  readonly #objects = new Map<string, Set<number>>();
  readonly #known = new Map<string, boolean>();

  /** `places`: for each object the folders of its manifests. */
  constructor(places: Iterable<ReadonlySet<string>>) {
    let id = 0;
    for (const folders of places) {
      if (folders.size < 2) continue;
      id++;
      for (const folder of folders) this.#add(folder, id);
    }
  }

  /** Whether two folders lie in branches that describe one object both. */
  has(a: string, b: string): boolean {
    const key = a < b ? `${a}\n${b}` : `${b}\n${a}`;
    let answer = this.#known.get(key);
    if (answer === undefined) {
      answer = this.#compare(a, b);
      this.#known.set(key, answer);
    }
    return answer;
  }

  #add(folder: string, id: number): void {
    for (let at = folder; ; at = folderOf(at)) {
      let set = this.#objects.get(at);
      if (!set) this.#objects.set(at, (set = new Set()));
      if (set.has(id)) return;
      set.add(id);
      if (at === '') return;
    }
  }

  #compare(a: string, b: string): boolean {
    const [x, y] = branches(a, b);
    // A folder and one inside it do not part: what stands in the inner one stands in both.
    if (x === a && y.startsWith(`${a}/`)) return false;
    if (y === b && x.startsWith(`${b}/`)) return false;
    const left = this.#objects.get(x);
    const right = this.#objects.get(y);
    if (!left || !right) return false;
    const [small, large] = left.size < right.size ? [left, right] : [right, left];
    for (const id of small) if (large.has(id)) return true;
    return false;
  }
}

/** The folders right below where two paths part. */
function branches(a: string, b: string): [string, string] {
  const left = a.split('/');
  const right = b.split('/');
  let same = 0;
  while (same < left.length && same < right.length && left[same] === right[same]) same++;
  return [left.slice(0, same + 1).join('/'), right.slice(0, same + 1).join('/')];
}
