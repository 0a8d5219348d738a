import { dirname, join, relative, resolve, sep } from 'node:path';
import { type ConfigReferences, configReferences, type InputFile, PRESETS, type PresetName } from '@meshvet/core';
import { isCodeConfig } from './code-config.ts';
import { failureWords, UsageError } from './errors.ts';
import type { Host } from './host.ts';
import { readInput } from './read-input.ts';
import { shownPath } from './shown-path.ts';

const MEGABYTE = 1024 * 1024;
/** No tree of configs that somebody wrote is larger. */
const MOST_FILES = 100;

/** A file that counts, or a preset. */
export type ConfigLayer =
  | { readonly preset: PresetName }
  | {
      /** Full path. */
      readonly path: string;
      /** The same without links, by which a file is known again. */
      readonly real: string;
      readonly file: InputFile;
      readonly plugins: readonly string[];
    };

/**
 * A config file and all that it extends, each once: what is laid over others stands behind them, the file itself is the
 * last; `program` is what it exports where it is code. Throws a `UsageError` with the way that led there for a file that is missing or extends itself.
 */
export async function configLayers(path: string, host: Host, program?: InputFile): Promise<readonly ConfigLayer[]> {
  return new Layers(host, program).of(path, []);
}

class Layers {
  readonly #host: Host;
  readonly #program: InputFile | undefined;
  readonly #open = new Set<string>();
  readonly #done = new Map<string, readonly ConfigLayer[]>();

  constructor(host: Host, program: InputFile | undefined) {
    this.#host = host;
    this.#program = program;
  }

  /** `way`: the files that led here, the first of them the config of the run. */
  async of(wanted: string, way: readonly string[]): Promise<readonly ConfigLayer[]> {
    const { real, file } = this.#read(wanted, way);
    const before = this.#done.get(real);
    if (before) return before;
    if (this.#open.has(real)) throw new UsageError(`a config extends itself: ${this.#told([...way, wanted])}`);
    this.#open.add(real);
    if (this.#done.size + way.length >= MOST_FILES)
      throw new UsageError(`a config extends more than ${MOST_FILES} files`);
    const { extends: names, plugins }: ConfigReferences = await configReferences(file);
    const layers: ConfigLayer[] = [];
    for (const name of names) {
      const preset = PRESETS.find((one) => one === name);
      if (preset) layers.push({ preset });
      else layers.push(...(await this.of(this.#target(name, wanted, way), [...way, wanted])));
    }
    const own = eachLast([...layers, { path: wanted, real, file, plugins }]);
    this.#open.delete(real);
    this.#done.set(real, own);
    return own;
  }

  #read(wanted: string, way: readonly string[]): { real: string; file: InputFile } {
    const shown = this.#shown(wanted);
    try {
      // A pipe or a device could be waited for without end. Who names one on the command line means it.
      if (way.length > 0 && this.#host.kind(wanted) === 'other') throw new Error('it is no regular file');
      const program = way.length === 0 ? this.#program : undefined;
      if (!program && isCodeConfig(wanted)) throw new Error('it is a program, and only data can be extended');
      return { file: program ?? readInput(this.#host, wanted, shown), real: this.#host.realPath(wanted) };
    } catch (error) {
      const led = way.length === 0 ? '' : `; ${this.#told([...way, wanted])}`;
      throw new UsageError(`cannot read the config file ${JSON.stringify(shown)}: ${failureWords(error)}${led}`);
    }
  }

  /** The file that a name in `extends` stands for. */
  #target(name: string, from: string, way: readonly string[]): string {
    const folder = dirname(from);
    const fault = (words: string) => {
      const told = [...way, from].map((path) => JSON.stringify(this.#shown(path)));
      return new UsageError(`${words}; ${[...told, JSON.stringify(name)].join(' extends ')}`);
    };
    if (/^\.\.?(?:[/\\]|$)/.test(name)) return resolve(folder, name);
    if (!/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i.test(name))
      throw fault('extends takes presets, names of packages, and paths that begin with "./" or "../"');
    for (let at = folder; ; at = dirname(at)) {
      const home = join(at, 'node_modules', name);
      if (this.#host.kind(home) === 'folder') {
        // What a package extends is looked for from where it really is, as Node does it.
        const found = this.#configOfPackage(this.#host.realPath(home));
        if ('path' in found) return found.path;
        throw fault(`package "${name}" ${found.lacks}`);
      }
      if (at === dirname(at)) break;
    }
    const beside = this.#host.kind(resolve(folder, name)) === 'file' ? `, did you mean "./${name}"?` : '';
    throw fault(`there is no package "${name}", looked for from ${JSON.stringify(folder)}${beside}`);
  }

  #configOfPackage(home: string): { readonly path: string } | { readonly lacks: string } {
    const named = this.#namedIn(join(home, 'package.json'));
    if (named === undefined) {
      const path = join(home, 'meshvet.config.json');
      if (this.#host.kind(path) === 'file') return { path };
      return { lacks: 'brings no config: its package.json has no text "meshvet", and there is no meshvet.config.json' };
    }
    const path = resolve(home, named);
    const inside = relative(home, path);
    if (inside === '..' || inside.startsWith(`..${sep}`) || inside === '' || resolve(inside) === inside)
      return { lacks: `names ${JSON.stringify(named)} as its config, which is no file of its own` };
    if (!/\.(?:ya?ml|json)$/.test(path))
      return { lacks: `names ${JSON.stringify(named)} as its config, which is no YAML or JSON` };
    return { path };
  }

  /** `meshvet` of a package.json. */
  #namedIn(path: string): string | undefined {
    if (this.#host.kind(path) !== 'file') return undefined;
    const content = this.#host.read(path, MEGABYTE);
    if (!('bytes' in content)) return undefined;
    try {
      const { meshvet } = JSON.parse(new TextDecoder().decode(content.bytes)) as { readonly meshvet?: unknown };
      return typeof meshvet === 'string' && !meshvet.includes('\0') ? meshvet : undefined;
    } catch {
      return undefined; // A broken package.json names nothing.
    }
  }

  #shown(path: string): string {
    return shownPath(this.#host, path) || '.';
  }

  /** The way as a sentence. */
  #told(way: readonly string[]): string {
    return way.map((path) => JSON.stringify(this.#shown(path))).join(' extends ');
  }
}

/** Of a file that is reached twice the last place counts: there it lies over the most. */
function eachLast(layers: readonly ConfigLayer[]): ConfigLayer[] {
  const key = (layer: ConfigLayer) => ('preset' in layer ? layer.preset : layer.real);
  const last = new Map(layers.map((layer, i) => [key(layer), i]));
  return layers.filter((layer, i) => last.get(key(layer)) === i);
}
