import { folderOf } from '../manifest/folders.ts';
import { fileOf, type Resource } from '../manifest/resource.ts';
import { Field } from '../source/field.ts';
import type { CelEngine } from './cel.ts';
import { type DefinedKind, definedKinds, definedType } from './custom-resources.ts';
import type { IstioSchemas } from './istio-schemas.ts';
import { type Glance, glanceAt, ruleKey } from './known-rules.ts';
import { type History, historyOf, type Version } from './releases.ts';
import type { CelRule, Schema } from './schema.ts';
import { type CelPlace, type Fault, type MatchPattern, type Path, rootSchema, type Walk, walk } from './walk.ts';

/** What is wrong with the shape of a resource, and how sure that is. */
export type ShapeFault = Fault & {
  /** False where the schema is that of another release than the one at hand, and the fault may be the difference. */
  readonly certain: boolean;
  /** When the field or value is accepted, where it is not now. */
  readonly history?: History | undefined;
};

/** What a schema says of a resource. */
export interface Shape {
  readonly faults: readonly ShapeFault[];
  /** Whose word it is. */
  readonly basis: ShapeBasis;
  /** Where the release at hand does not serve the API version, or has no such kind, and a later one does. */
  readonly tooNew?: TooNew | undefined;
}

/** When an API version of a kind comes, and which ones the release at hand serves. */
export interface TooNew extends History {
  readonly served: readonly string[];
}

/**
 * The schema that a resource was held against: of a release of Istio, of a CustomResourceDefinition of the input, or of one that was named as
 * that of the cluster.
 */
export type ShapeBasis =
  | { readonly from: 'istio'; readonly release: string; readonly exact: boolean; readonly asked: string }
  | { readonly from: 'input' | 'named'; readonly definition: Resource };

/** What the shapes depend on beside the resources. */
export interface ShapeSettings {
  readonly istioVersion: Version;
  readonly kubernetesVersion: Version;
  readonly closedWorld: boolean;
}

/** The shapes of the resources that there is a schema for. */
export type Shapes = ReadonlyMap<Resource, Shape>;

/**
 * Holds the resources against the schemas of their kinds: those of Istio, and those that the input defines itself. `named` are the
 * CustomResourceDefinitions of the cluster as somebody told them: of their kinds they alone count. Schemas, and what runs
 * expressions, are loaded when the input needs them.
 */
export async function readShapes(
  resources: readonly Resource[],
  settings: ShapeSettings,
  named: readonly Resource[] = [],
): Promise<Shapes> {
  const types = new Set<string>();
  let definitions = false;
  for (const resource of resources) {
    if (resource.kind === 'CustomResourceDefinition') definitions = true;
    else if (resource.group.includes('.')) types.add(definedType(resource));
  }
  const defined: Definitions = {
    named: definedKinds(named, types),
    input: definitions ? definedKinds(resources, types) : new Map(),
  };
  const hasOwn = defined.named.size + defined.input.size > 0;
  const istioTypes = [...types].filter((type) => ISTIO_GROUP.test(type));
  if (!hasOwn && istioTypes.length === 0) return new Map();
  const reader = new ShapeReader(settings, defined);
  if (istioTypes.length > 0) reader.istio = new (await import('./istio-schemas.ts')).IstioSchemas();
  if (hasOwn) reader.matchPattern = (await import('./re2.ts')).patternMatcher();
  reader.nearest =
    istioTypes.length > 0 ? (await import('./istio-schemas.ts')).nearestReleases(settings.istioVersion) : NONE;
  for (const resource of resources) if (!resource.partial) reader.read(resource);
  if (reader.needsCel) reader.cel = new (await import('./cel.ts')).CelEngine();
  return reader.shapes();
}

/** Kinds with the definitions that there are of them, by type. */
type Definitions = Readonly<Record<'named' | 'input', ReadonlyMap<string, readonly DefinedKind[]>>>;

const ISTIO_GROUP = /^(?:networking|security|telemetry|extensions)\.istio\.io\//;
const NONE = { exact: false, releases: [] as readonly string[] };
/** Before the first release with structural schemas that is known here, a field may have been there that nobody tells of. */
const FIRST_KNOWN_MINOR = 10;

interface Read {
  readonly basis: ShapeBasis;
  readonly tooNew?: TooNew | undefined;
  readonly schema: Schema;
  readonly walk: Walk;
  readonly other: Walk | undefined;
}

class ShapeReader {
  istio: IstioSchemas | undefined;
  nearest: { readonly exact: boolean; readonly releases: readonly string[] } = NONE;
  matchPattern: MatchPattern = knownPatterns();
  cel: CelEngine | undefined;
  needsCel = false;
  readonly #settings: ShapeSettings;
  readonly #defined: Definitions;
  readonly #read = new Map<Resource, Read>();
  readonly #roots = new Map<Schema, Schema>();
  readonly #glances = new Map<string, Glance>();

  constructor(settings: ShapeSettings, defined: Definitions) {
    this.#settings = settings;
    this.#defined = defined;
  }

  read(resource: Resource): void {
    const read =
      this.#readDefined(resource, 'named') ?? this.#readDefined(resource, 'input') ?? this.#readIstio(resource);
    if (!read) return;
    this.#read.set(resource, read);
    const [major, minor] = this.#settings.kubernetesVersion;
    // Expressions are in force since 1.25, where they went beta.
    if (this.needsCel || (major === 1 && minor < 25)) return;
    this.needsCel = read.walk.cel.some((place) => this.#pending(place).length > 0);
  }

  /** The rules that have to be run for a value. */
  #pending({ schema, value }: CelPlace): readonly CelRule[] {
    return (schema.rules ?? []).filter(([rule]) => {
      let glance = this.#glances.get(rule);
      if (!glance) this.#glances.set(rule, (glance = glanceAt(rule)));
      return !glance.plainlyHolds(value) && !glance.isFilledLater(value);
    });
  }

  #walk(schema: Schema, resource: Resource): Walk {
    let root = this.#roots.get(schema);
    if (!root) this.#roots.set(schema, (root = rootSchema(schema)));
    return walk(root, resource.body.value, this.matchPattern);
  }

  #readDefined(resource: Resource, from: keyof Definitions): Read | undefined {
    const candidates = this.#defined[from].get(definedType(resource)) ?? [];
    let first: Read | undefined;
    for (const { definition, versions } of candidates.slice(0, MOST_DEFINITIONS)) {
      const schema = versions(resource.version);
      if (!schema) continue;
      const read: Read = {
        basis: { from, definition },
        schema,
        walk: this.#walk(schema, resource),
        other: undefined,
      };
      // Where several are in the input, one of them is the cluster's: nothing is said that one of them accepts.
      if (read.walk.faults.length === 0) return read;
      first ??= read;
    }
    return first;
  }

  #readIstio(resource: Resource): Read | undefined {
    const [release, other] = this.nearest.releases;
    if (!this.istio || release === undefined || !ISTIO_GROUP.test(definedType(resource))) return undefined;
    const type = definedType(resource);
    const tooNew = this.#tooNew(resource, release);
    const basis: ShapeBasis = {
      ...{ from: 'istio', release },
      ...{ exact: this.nearest.exact, asked: this.#settings.istioVersion.join('.') },
    };
    const kind = this.istio.of(type, release);
    if (!kind) return tooNew && { basis, tooNew, schema: {}, walk: { faults: [], cel: [] }, other: undefined };
    const otherKind = other === undefined ? undefined : this.istio.of(type, other);
    const first = this.#walk(kind.schema, resource);
    return {
      basis,
      tooNew,
      schema: kind.schema,
      walk: first,
      other: otherKind && first.faults.length > 0 ? this.#walk(otherKind.schema, resource) : undefined,
    };
  }

  #tooNew(resource: Resource, release: string): TooNew | undefined {
    const [major, minor] = this.#settings.istioVersion;
    if (!this.istio || major < 1 || (major === 1 && minor < FIRST_KNOWN_MINOR)) return undefined;
    const serves = (at: string) => this.istio?.of(definedType(resource), at)?.versions ?? [];
    // Between two known releases it is too new only where neither has it.
    if (this.nearest.releases.some((one) => serves(one).includes(resource.version))) return undefined;
    const answers = this.istio.releases.map((one) => ({ release: one, has: serves(one).includes(resource.version) }));
    const history = historyOf(answers, release);
    return history && { ...history, served: serves(release) };
  }

  shapes(): Shapes {
    const shapes = new Map<Resource, Shape>();
    for (const [resource, read] of this.#read) {
      const faults = [...read.walk.faults, ...this.#celFaults(read)]
        .filter((fault) => !isRewritten(resource, placeOf(fault)))
        .flatMap((fault) => this.#judged(fault, read, resource));
      shapes.set(resource, { faults, basis: read.basis, tooNew: read.tooNew });
    }
    return shapes;
  }

  #celFaults({ walk: { cel, faults }, basis }: Read): Fault[] {
    if (!this.cel || faults.length >= MOST_CEL_FAULTS) return [];
    const found: Fault[] = [];
    for (const place of cel) {
      for (const rule of this.#pending(place)) {
        const answer = this.cel.evaluate(rule[0], place.schema, place.value);
        // An error refuses the object as well, but with a rule that was never tried it may be ours.
        if (answer === 'fails' || (answer === 'error' && basis.from === 'istio'))
          found.push({ kind: 'cel', path: place.path, rule });
        if (found.length >= MOST_CEL_FAULTS) return found;
      }
    }
    return withoutEchoes(found);
  }

  #judged(fault: Fault, read: Read, resource: Resource): ShapeFault[] {
    if (read.basis.from !== 'istio') {
      const { from, definition } = read.basis;
      // A repository may hold the definition of another release, somewhere else, that its cluster never sees.
      const certain = from === 'named' || this.#settings.closedWorld || isNear(definition, resource);
      return [{ ...fault, certain }];
    }
    const [major, minor] = this.#settings.istioVersion;
    if (major < 1 || (major === 1 && minor < FIRST_KNOWN_MINOR)) {
      const sure = fault.kind !== 'unknown-field' || (fault.suggestion ?? fault.belongs) !== undefined;
      return sure && fault.kind !== 'missing-field' ? [{ ...fault, certain: false }] : [];
    }
    const history = this.#history(fault, read.basis.release, resource);
    const beyond = !this.nearest.exact && this.nearest.releases.length === 1;
    const shared = !read.other || read.other.faults.some((one) => one.kind === fault.kind && samePlace(one, fault));
    const certain = this.nearest.exact || (shared && !(beyond && fault.kind === 'unknown-field'));
    return [history ? { ...fault, certain, history } : { ...fault, certain }];
  }

  #history(fault: Fault, release: string, resource: Resource): History | undefined {
    const kinds = this.istio?.all(definedType(resource)) ?? [];
    if (fault.kind === 'unknown-field') {
      const { key } = fault;
      const parent = fault.path.slice(0, -1);
      return historyOf(
        kinds.map(({ release, schema }) => {
          const inner = schemaAt(schema, parent);
          return { release, has: inner?.properties !== undefined && Object.hasOwn(inner.properties, key) };
        }),
        release,
      );
    }
    if (fault.kind === 'value' && fault.problem.check === 'enum') {
      return historyOf(
        kinds.map(({ release, schema }) => ({
          release,
          has: schemaAt(schema, fault.path)?.enum?.includes(fault.value) === true,
        })),
        release,
      );
    }
    return undefined;
  }
}

const MOST_DEFINITIONS = 20;
const MOST_CEL_FAULTS = 50;

// A wildcard in a label is refused once by the selector's own rule; two rules about one value would tell one mistake twice.
function withoutEchoes(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return faults.filter((fault) => {
    if (fault.kind !== 'cel') return true;
    const key = `${JSON.stringify(fault.path)} ${ruleKey(fault.rule[0])}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Whether a definition is surely for a resource: in its folder, above or below it, or in a folder of definitions that is. */
function isNear(definition: Resource, resource: Resource): boolean {
  const home = folderOf(fileOf(definition)).replace(/(?:^|\/)crds?$/i, '');
  const folder = folderOf(fileOf(resource));
  return home === '' || folder === '' || `${home}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${home}/`);
}

/** Where a fault is: of one that is missing, the place where it would stand. */
function placeOf(fault: Fault): Path {
  return fault.kind === 'missing-field' ? [...fault.path, fault.key] : fault.path;
}

function samePlace(a: Fault, b: Fault): boolean {
  return placeOf(a).join('/') === placeOf(b).join('/');
}

function schemaAt(schema: Schema, path: Path): Schema | undefined {
  let at: Schema | undefined = schema;
  for (const step of path) {
    if (!at) return undefined;
    if (typeof step === 'number') at = at.items;
    else at = at.properties && Object.hasOwn(at.properties, step) ? at.properties[step] : at.values;
  }
  return at;
}

/** Whether a patch of the input may write what a fault speaks of. Lists of custom resources are replaced as a whole. */
function isRewritten(resource: Resource, path: Path): boolean {
  const { rewrites } = resource;
  if (!rewrites) return false;
  const keys = path.filter((step): step is string => typeof step === 'string' && step !== 'spec');
  return rewrites.texts.some((text) => text === '*' || keys.length === 0 || keys.some((key) => text.includes(key)));
}

/** The patterns of Istio's own schemas take linear time in any engine; each is compiled once. */
function knownPatterns(): MatchPattern {
  const compiled = new Map<string, RegExp>();
  return (pattern, text) => {
    let expression = compiled.get(pattern);
    if (!expression) compiled.set(pattern, (expression = new RegExp(pattern)));
    return expression.test(text);
  };
}

/** The field at a path below another. */
export function fieldAt(root: Field, path: Path): Field {
  let at = root;
  for (const step of path) {
    if (typeof step === 'string') at = at.at(step);
    else at = new Field(at.document, Array.isArray(at.value) ? at.value[step] : undefined, at, step);
  }
  return at;
}
