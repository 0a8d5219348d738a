import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { failureWords } from './errors.ts';
import { globFilter, type Wanted } from './glob-filter.ts';
import type { Entry, Host, RawPath } from './host.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import { isInside, slashes } from './path-text.ts';

/** A file to read: the path to show and the path to open. Without `path` it is standard input. */
export interface FoundFile {
  /** Relative to the working directory, with `/`. */
  readonly shown: string;
  readonly path: RawPath | undefined;
}

/** Something that was asked for, or stands in a folder that was, and cannot be read. */
export interface Unreadable {
  readonly shown: string;
  /** In one clause. */
  readonly reason: string;
}

export interface FindOptions {
  /** Whether .gitignore and .meshvetignore count. */
  readonly ignore: boolean;
  /** Whether the config leaves a path out; asked for files that were found, not for those that were named. */
  readonly excluded?: (shown: string) => boolean;
  readonly stdinFilename?: string;
}

export interface FoundFiles {
  /** Sorted by the path that is shown; none twice. */
  readonly files: readonly FoundFile[];
  readonly unreadable: readonly Unreadable[];
  /** Paths and globs that lead to nothing. */
  readonly missing: readonly string[];
  /** Whether a folder or a glob was asked for, and not single files alone: what is in none of them may be taken for not there. */
  readonly whole: boolean;
}

export const STDIN = '<stdin>';

const MANIFEST = /\.(?:ya?ml|json)$/i;
const GLOB = /[*?[\]{}]/;
const NEVER: ReadonlySet<string> = new Set(['.git', 'node_modules']);
const IGNORE_FILES = ['.gitignore', '.meshvetignore'] as const;
/** A line of an ignore file that is more than a comment: git makes a file of comments in each new repository. */
const PATTERN_LINE = /^(?!#).*\S/m;

/**
 * The files behind the paths of a command line. A file that is named is taken whatever its name; of a folder all that
 * looks like a manifest, without what the ignore files and the config leave out.
 */
export async function findFiles(paths: readonly string[], options: FindOptions, host: Host): Promise<FoundFiles> {
  const search = new Search(options, host);
  for (const path of paths) await search.path(path);
  return search.finish();
}

/** A folder that is to be walked. */
interface Folder {
  readonly path: RawPath;
  /** Without links; tells whether it was walked before. */
  readonly real: string;
  readonly shown: string;
  /** Relative to the root of the ignore rules. */
  readonly below: string;
  readonly rules: IgnoreRules | undefined;
  /** Relative to the folder where this walk began. */
  readonly inner: string;
  readonly wanted: Wanted;
  /** Links to folders are followed inside this folder only, so that one link does not lead over the whole disk. */
  readonly fence: string;
}

interface Link {
  readonly entry: Entry;
  readonly folder: Folder;
}

class Search {
  readonly #options: FindOptions;
  readonly #host: Host;
  readonly #files = new Map<string, FoundFile>();
  readonly #seenFiles = new Set<string>();
  /** Folders that were walked, by what was wanted of them. */
  readonly #seenFolders = new Map<Wanted, Set<string>>();
  readonly #unreadable: Unreadable[] = [];
  readonly #missing: string[] = [];
  readonly #folders: Folder[] = [];
  readonly #links: Link[] = [];

  constructor(options: FindOptions, host: Host) {
    this.#options = options;
    this.#host = host;
  }

  async path(path: string): Promise<void> {
    if (path === '-') {
      const shown = this.#options.stdinFilename ?? STDIN;
      this.#files.set(shown, { shown, path: undefined });
      return;
    }
    const full = resolve(this.#host.cwd, path);
    const shown = this.#shown(path, full);
    await this.#guard(shown, async () => {
      const kind = this.#host.kind(full);
      if (kind === 'folder') {
        this.#whole = true;
        this.#folders.push(await this.#root(full, shown, manifests));
      } else if (kind === 'file') this.#add(shown, full, this.#host.realPath(full));
      // A pipe (/dev/stdin, <(helm template)) is not found again under what its link says.
      else if (kind !== undefined) this.#add(shown, full, full);
      else if (GLOB.test(path)) {
        this.#whole = true;
        await this.#glob(path);
      } else this.#missing.push(path);
    });
  }

  async finish(): Promise<FoundFiles> {
    while (this.#folders.length > 0 || this.#links.length > 0) {
      // Links last, so that a file is shown under its own name where it has one in the folders that were asked for.
      const folder = this.#folders.pop();
      if (folder) await this.#guard(folder.shown, () => this.#walk(folder));
      else this.#followLinks(this.#links.splice(0));
    }
    for (const { glob, hit } of this.#globs) if (!hit()) this.#missing.push(glob);
    const byShown = (a: { shown: string }, b: { shown: string }): number =>
      a.shown < b.shown ? -1 : a.shown > b.shown ? 1 : 0;
    return {
      files: [...this.#files.values()].sort(byShown),
      unreadable: [...this.#unreadable].sort(byShown),
      missing: this.#missing,
      whole: this.#whole,
    };
  }

  #whole = false;
  readonly #globs: { glob: string; hit: () => boolean }[] = [];

  async #glob(glob: string): Promise<void> {
    const filter = globFilter(glob);
    const base = resolve(this.#host.cwd, filter.base);
    if (this.#host.kind(base) !== 'folder') {
      this.#missing.push(glob);
      return;
    }
    let hit = false;
    this.#globs.push({ glob, hit: () => hit });
    const wanted: Wanted = (path, isFolder) => {
      const answer = filter.wanted(path, isFolder);
      if (isFolder ? answer === 'manifest' : answer === 'yes' || (answer === 'manifest' && MANIFEST.test(path)))
        hit = true;
      return answer;
    };
    this.#folders.push(await this.#root(base, this.#shown(filter.base, base), wanted));
  }

  async #root(full: string, shown: string, wanted: Wanted): Promise<Folder> {
    const real = this.#host.realPath(full);
    const repository = repositoryOf(this.#host, real);
    const { cwd } = this.#host;
    const top = repository ?? (isInside(real, this.#host.realPath(cwd)) ? this.#host.realPath(cwd) : real);
    const below = slashes(relative(top, real));
    const folder = { path: full, real, shown, below, inner: '', wanted, fence: repository ?? real };
    return { ...folder, rules: this.#options.ignore ? await this.#rulesAbove(top, below) : undefined };
  }

  /** The rules that hold in a folder by the ignore files above it. None when they leave out the folder itself: it was asked for. */
  async #rulesAbove(top: string, below: string): Promise<IgnoreRules | undefined> {
    let rules = await this.#rulesOf(undefined, '', resolve(top, '.git/info/exclude'));
    const parts = below === '' ? [] : below.split('/');
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      for (const name of IGNORE_FILES) rules = await this.#rulesOf(rules, folder, resolve(top, folder, name));
      if (rules?.ignores(parts.slice(0, depth + 1).join('/'), true)) return undefined;
    }
    return rules;
  }

  async #rulesOf(rules: IgnoreRules | undefined, folder: string, path: RawPath): Promise<IgnoreRules | undefined> {
    if (this.#host.kind(path) !== 'file') return rules;
    const content = this.#host.read(path, 1024 * 1024);
    if (!('bytes' in content)) return rules;
    const text = Buffer.from(content.bytes).toString('utf8');
    if (!PATTERN_LINE.test(text)) return rules;
    const { noRules } = await import('./ignore-rules.ts');
    return (rules ?? noRules()).with(folder, text);
  }

  async #walk(folder: Folder): Promise<void> {
    const seen = this.#seenFolders.get(folder.wanted) ?? new Set<string>();
    this.#seenFolders.set(folder.wanted, seen);
    if (seen.has(folder.real)) return;
    seen.add(folder.real);
    const entries = this.#host.list(folder.path);
    let { rules } = folder;
    if (this.#options.ignore) {
      for (const name of IGNORE_FILES) {
        const file = entries.find((entry) => entry.name === name);
        if (file) rules = await this.#rulesOf(rules, folder.below, file.path);
      }
    }
    const here = rules === folder.rules ? folder : { ...folder, rules };
    for (const entry of entries) {
      if (entry.kind === 'other') continue;
      if (entry.kind === 'link') this.#links.push({ entry, folder: here });
      else this.#take(entry, here, entry.kind, join(here.real, nameKey(entry)));
    }
  }

  #take(entry: Entry, folder: Folder, kind: 'file' | 'folder', real: string): void {
    const { name, path } = entry;
    const isFolder = kind === 'folder';
    if (isFolder && NEVER.has(name)) return;
    const inner = join(folder.inner, name);
    const wanted = folder.wanted(inner, isFolder);
    if (wanted === 'no' || (!isFolder && wanted === 'manifest' && !MANIFEST.test(name))) return;
    const below = join(folder.below, name);
    if (folder.rules?.ignores(below, isFolder)) return;
    // Found from above (`meshvet ..`), the working directory is still where shown paths begin.
    const shown = path === this.#host.cwd ? '' : join(folder.shown, name);
    if (shown !== '' && this.#options.excluded?.(shown)) return;
    if (!isFolder) this.#add(shown, path, real);
    else
      this.#folders.push({
        ...folder,
        path,
        real,
        shown,
        below,
        inner,
        wanted: wanted === 'manifest' ? manifests : folder.wanted,
      });
  }

  #followLinks(links: readonly Link[]): void {
    const sorted = [...links].sort((a, b) =>
      join(a.folder.shown, a.entry.name) < join(b.folder.shown, b.entry.name) ? -1 : 1,
    );
    for (const { entry, folder } of sorted) {
      const shown = join(folder.shown, entry.name);
      try {
        const kind = this.#host.kind(entry.path);
        const real = kind && this.#host.realPath(entry.path);
        if (kind === 'folder' && real !== undefined) {
          if (isInside(real, folder.fence)) this.#take(entry, folder, kind, real);
        } else if (kind === 'file' && real !== undefined) {
          this.#take(entry, folder, kind, real);
        } else if (kind === undefined && this.#wouldTake(entry, folder)) {
          this.#unreadable.push({ shown, reason: 'a symbolic link that leads nowhere' });
        }
      } catch (error) {
        this.#unreadable.push({ shown, reason: failureWords(error) });
      }
    }
  }

  #wouldTake({ name }: Entry, folder: Folder): boolean {
    const shown = join(folder.shown, name);
    if (!MANIFEST.test(name) || folder.wanted(join(folder.inner, name), false) === 'no') return false;
    return !folder.rules?.ignores(join(folder.below, name), false) && !this.#options.excluded?.(shown);
  }

  #add(shown: string, path: RawPath, real: string): void {
    if (this.#seenFiles.has(real)) return;
    this.#seenFiles.add(real);
    // Standard input under the name of a file stands for that file: an editor has a newer text of it.
    const known = this.#files.get(shown);
    if (known && known.path === undefined) return;
    // Two names with broken bytes can look the same: they are different files all the same.
    this.#files.set(known ? `${shown}\0${real}` : shown, { shown, path });
  }

  async #guard(shown: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      this.#unreadable.push({ shown: shown === '' ? '.' : shown, reason: failureWords(error) });
    }
  }

  /** Inside the working directory relative to it; outside as it was written, relative or not. */
  #shown(path: string, full: string): string {
    const { cwd } = this.#host;
    if (full === cwd) return '';
    return isAbsolute(path) && !isInside(full, cwd) ? slashes(full) : slashes(relative(cwd, full));
  }
}

function manifests(): 'manifest' {
  return 'manifest';
}

/** The folder with `.git`, from a folder upward. */
export function repositoryOf(host: Host, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (host.kind(resolve(at, '.git')) !== undefined) return at;
    if (dirname(at) === at) return undefined;
  }
}

function join(folder: string, name: string): string {
  if (folder === '') return name;
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

/** Tells entries apart whose broken bytes look the same. */
function nameKey({ name, path }: Entry): string {
  return typeof path === 'string' ? name : `${name}\0${path.toString('hex')}`;
}
