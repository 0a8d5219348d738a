import { folderOf } from '../manifest/folders.ts';
import { fileOf, type Resource } from '../manifest/resource.ts';
import { isAppliedAlone } from '../manifest/test-data.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import { Field } from '../source/field.ts';
import { API_FAMILIES, type ApiFamily, gatewayApiOfIstio, type Product } from './api-families.ts';
import type { CelEngine } from './cel.ts';
import { type DefinedKind, definedKinds, definedType } from './custom-resources.ts';
import { type Channel, KnownKinds } from './definitions.ts';
import { type Glance, glanceAt, type MoreGlances, ruleKey } from './known-rules.ts';
import { type History, historyOf, type Nearest, nearestReleases, type Version } from './releases.ts';
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
  /** Where neither the release at hand nor a later one serves the API version. */
  readonly unserved?: Unserved | undefined;
  /** The kind that was probably meant, where no release has one of this name. */
  readonly meantKind?: string | undefined;
}

/** When an API version of a kind comes, and which ones the release at hand serves. */
export interface TooNew extends History {
  readonly served: readonly string[];
}

/** An API version that is not served any more, or that never was. */
export interface Unserved {
  /** What to write instead: the versions that the release at hand serves, or where it has not the kind, the newest that has it. */
  readonly served: readonly string[];
  /** The last known release that served it; undefined where none of the known ones did. */
  readonly last: string | undefined;
  /** Whether the API server surely refuses it: somebody said which release is installed, or none that is known ever served it. */
  readonly certain: boolean;
}

/**
 * The schema that a resource was held against: of a release of Istio, the Gateway API or Linkerd, of a CustomResourceDefinition of the input,
 * or of one that was named as that of the cluster.
 */
export type ShapeBasis =
  | {
      readonly from: 'release';
      readonly product: Product;
      readonly release: string;
      /** Where the project has two channels, and it was said which one is installed. */
      readonly channel?: Channel | undefined;
      readonly exact: boolean;
      readonly asked: string;
    }
  | { readonly from: 'input' | 'named'; readonly definition: Resource };

/** What the shapes depend on beside the resources. */
export interface ShapeSettings {
  readonly istioVersion: Version;
  readonly kubernetesVersion: Version;
  readonly linkerdVersion: Version;
  /** The release of the Gateway API; undefined takes that which Istio is written for, and forgives what a later one has. */
  readonly gatewayApiVersion?: Version | undefined;
  /** The channel of it that is installed; undefined forgives what either has. */
  readonly gatewayApiChannel?: Channel | undefined;
  readonly closedWorld: boolean;
}

/** The shapes of the resources that there is a schema for. */
export type Shapes = ReadonlyMap<Resource, Shape>;

/**
 * Holds the resources against the schemas of their kinds: those of Istio, the Gateway API and Linkerd, and those that the input defines
 * itself. `named` are the CustomResourceDefinitions of the cluster as somebody told them: of their kinds they alone count. Schemas, and
 * what runs expressions, are loaded when the input needs them.
 */
export async function readShapes(
  resources: readonly Resource[],
  settings: ShapeSettings,
  named: readonly Resource[] = [],
): Promise<Shapes> {
  const types = new Set<string>();
  const groups = new Set<string>();
  let definitions = false;
  for (const resource of resources) {
    if (resource.kind === 'CustomResourceDefinition') definitions = true;
    else if (resource.group.includes('.')) {
      types.add(definedType(resource));
      groups.add(resource.group);
    }
  }
  const defined: DefinedKinds = {
    named: definedKinds(named, types),
    input: definitions ? definedKinds(resources, types) : new Map(),
  };
  const hasOwn = defined.named.size + defined.input.size > 0;
  const families = API_FAMILIES.filter((family) => [...family.groups].some((group) => groups.has(group)));
  if (!hasOwn && families.length === 0) return new Map();
  const reader = new ShapeReader(settings, defined);
  for (const family of families) {
    reader.learn(family, new KnownKinds(await family.load()));
    if (family.glances) reader.glances = await family.glances();
  }
  if (hasOwn) reader.matchPattern = (await import('./re2.ts')).patternMatcher();
  for (const resource of resources) if (!resource.partial) reader.read(resource);
  if (reader.needsCel) reader.cel = new (await import('./cel.ts')).CelEngine();
  return reader.shapes();
}

/** Kinds with the definitions that there are of them, by type. */
type DefinedKinds = Readonly<Record<'named' | 'input', ReadonlyMap<string, readonly DefinedKind[]>>>;

/** A family as it counts for this run. */
interface Installed {
  readonly product: Product;
  readonly kinds: KnownKinds;
  readonly asked: Version;
  /** Whether the release is one that is meant for sure, and not one that another product suggests. */
  readonly told: boolean;
  readonly nearest: Nearest;
  /** The channels that may be installed, the more permissive one first. */
  readonly channels: readonly Channel[];
}

function installed(family: ApiFamily, kinds: KnownKinds, settings: ShapeSettings): Installed {
  const { product } = family;
  const { istioVersion, linkerdVersion, gatewayApiVersion, gatewayApiChannel } = settings;
  const asked = {
    Istio: istioVersion,
    Linkerd: linkerdVersion,
    'Gateway API': gatewayApiVersion ?? gatewayApiOfIstio(istioVersion),
  }[product];
  const isGatewayApi = product === 'Gateway API';
  return {
    ...{ product, kinds, asked },
    told: !isGatewayApi || gatewayApiVersion !== undefined,
    nearest: nearestReleases(asked, kinds.releases),
    channels: !isGatewayApi ? ['standard'] : gatewayApiChannel ? [gatewayApiChannel] : BOTH_CHANNELS,
  };
}

interface Read {
  readonly basis: ShapeBasis;
  readonly tooNew?: TooNew | undefined;
  readonly unserved?: Unserved | undefined;
  readonly meantKind?: string | undefined;
  readonly schema: Schema;
  readonly walk: Walk;
  /** What the schema of another release says that may be the one at hand. */
  readonly other?: Walk | undefined;
  readonly of?: Installed | undefined;
}

const NOTHING_SAID: { readonly schema: Schema; readonly walk: Walk } = { schema: {}, walk: { faults: [], cel: [] } };

class ShapeReader {
  matchPattern: MatchPattern = knownPatterns();
  cel: CelEngine | undefined;
  /** What is known of the expressions of families that have many. */
  glances: MoreGlances | undefined;
  needsCel = false;
  readonly #settings: ShapeSettings;
  readonly #defined: DefinedKinds;
  readonly #installed = new Map<string, Installed>();
  readonly #read = new Map<Resource, Read>();
  readonly #roots = new Map<Schema, Schema>();
  readonly #glances = new Map<string, Glance>();

  constructor(settings: ShapeSettings, defined: DefinedKinds) {
    this.#settings = settings;
    this.#defined = defined;
  }

  /** Takes in the definitions of a family. */
  learn(family: ApiFamily, kinds: KnownKinds): void {
    const here = installed(family, kinds, this.#settings);
    for (const group of family.groups) this.#installed.set(group, here);
  }

  read(resource: Resource): void {
    const read =
      this.#readDefined(resource, 'named') ?? this.#readDefined(resource, 'input') ?? this.#readKnown(resource);
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
      if (!glance) this.#glances.set(rule, (glance = glanceAt(rule, this.glances)));
      return !glance.plainlyHolds(value) && !glance.isFilledLater(value);
    });
  }

  #walk(schema: Schema, resource: Resource): Walk {
    let root = this.#roots.get(schema);
    if (!root) this.#roots.set(schema, (root = rootSchema(schema)));
    return walk(root, resource.body.value, this.matchPattern);
  }

  #readDefined(resource: Resource, from: keyof DefinedKinds): Read | undefined {
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

  #readKnown(resource: Resource): Read | undefined {
    const here = this.#installed.get(resource.group);
    const [release, otherRelease] = here?.nearest.releases ?? [];
    if (!here || release === undefined) return undefined;
    const type = definedType(resource);
    const { product, kinds, asked, nearest, channels } = here;
    const [only, second] = channels;
    const basis: ShapeBasis = {
      ...{ from: 'release', product, release, exact: nearest.exact, asked: asked.join('.') },
      ...(product === 'Gateway API' && second === undefined ? { channel: only } : {}),
    };
    const bare = { basis, ...NOTHING_SAID, of: here };
    if (!kinds.has(type)) {
      const names = kinds.types.filter((one) => one.startsWith(`${resource.group}/`));
      const meantKind = didYouMean(
        resource.kind,
        names.map((name) => name.slice(resource.group.length + 1)),
      );
      return meantKind === undefined ? undefined : { ...bare, meantKind };
    }
    const tooNew = this.#tooNew(resource, here, release);
    const unserved = tooNew ? undefined : this.#unserved(resource, here, release);
    const schemaOf = (at: string): Schema | undefined =>
      channels.map((channel) => kinds.of(type, at, channel)?.schema(resource.version)).find((one) => one !== undefined);
    const schema = schemaOf(release);
    if (!schema) return (tooNew ?? unserved) ? { ...bare, tooNew, unserved } : undefined;
    const walk = this.#walk(schema, resource);
    const other = otherRelease === undefined || walk.faults.length === 0 ? undefined : schemaOf(otherRelease);
    return { ...bare, schema, walk, tooNew, unserved, other: other && this.#walk(other, resource) };
  }

  /** The API versions of a kind that a release serves in one of the channels that may be installed. */
  #served(resource: Resource, { kinds, channels }: Installed, release: string): readonly string[] {
    const type = definedType(resource);
    const versions = channels.flatMap((channel) => kinds.of(type, release, channel)?.versions ?? []);
    return [...new Set(versions)].sort();
  }

  #tooNew(resource: Resource, here: Installed, release: string): TooNew | undefined {
    // What went before the known releases may have served it, and a cluster may have a later release than the one that is suggested.
    if (here.nearest.older || !here.told) return undefined;
    const serves = (at: string) => this.#served(resource, here, at);
    // Between two known releases it is too new only where neither has it.
    if (here.nearest.releases.some((one) => serves(one).includes(resource.version))) return undefined;
    const answers = here.kinds.releases.map((one) => ({ release: one, has: serves(one).includes(resource.version) }));
    const history = historyOf(answers, release);
    return history && { ...history, served: serves(release) };
  }

  #unserved(resource: Resource, here: Installed, release: string): Unserved | undefined {
    if (here.nearest.older || resource.version === '') return undefined;
    const known = here.kinds.releases;
    const all: Installed = { ...here, channels: BOTH_CHANNELS };
    const last = known.find((one) => this.#served(resource, all, one).includes(resource.version));
    const at = last === undefined ? -1 : known.indexOf(last);
    // A release that is not told may be any; one that is, or a later one, serves it. Another channel is for who says which one it is.
    if (last !== undefined && (!here.told || at <= known.indexOf(release))) return undefined;
    const served =
      [release, ...known].map((one) => this.#served(resource, here, one)).find((one) => one.length > 0) ?? [];
    const wasOnTrial = here.product === 'Gateway API' && /^v1(?:alpha|beta)\d$/.test(resource.version);
    return { served, last, certain: here.told || !wasOnTrial };
  }

  shapes(): Shapes {
    const shapes = new Map<Resource, Shape>();
    for (const [resource, read] of this.#read) {
      const faults = [...read.walk.faults, ...this.#celFaults(read)]
        .filter((fault) => !isRewritten(resource, placeOf(fault)) && !isAsserted(resource, fault))
        .flatMap((fault) => this.#judged(fault, read, resource));
      const { basis, tooNew, unserved, meantKind } = read;
      shapes.set(resource, { faults, basis, tooNew, unserved, meantKind });
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
        if (answer === 'fails' || (answer === 'error' && basis.from === 'release'))
          found.push({ kind: 'cel', path: place.path, rule });
        if (found.length >= MOST_CEL_FAULTS) return found;
      }
    }
    return withoutEchoes(found);
  }

  #judged(fault: Fault, read: Read, resource: Resource): ShapeFault[] {
    const { basis, of: here, other } = read;
    if (basis.from !== 'release' || !here) {
      if (basis.from === 'release') return [];
      // A repository may hold the definition of another release, somewhere else, that its cluster never sees.
      const certain = basis.from === 'named' || this.#settings.closedWorld || isNear(basis.definition, resource);
      return [{ ...fault, certain }];
    }
    const { nearest } = here;
    if (nearest.older) {
      const sure = fault.kind !== 'unknown-field' || (fault.suggestion ?? fault.belongs) !== undefined;
      return sure && fault.kind !== 'missing-field' ? [{ ...fault, certain: false }] : [];
    }
    const answers = this.#answers(fault, resource, here);
    // The cluster may well have another release: only who says which one it has is told so.
    if (!here.told && answers.some(({ has }) => has)) return [];
    const history = historyOf(answers, basis.release);
    const beyond = !nearest.exact && nearest.releases.length === 1;
    const shared = !other || other.faults.some((one) => one.kind === fault.kind && samePlace(one, fault));
    const certain = nearest.exact || (shared && !(beyond && fault.kind === 'unknown-field'));
    return [history ? { ...fault, certain, history } : { ...fault, certain }];
  }

  /** Which releases have the field, or take the word, that a fault speaks of, newest first; empty for other faults. */
  #answers(fault: Fault, resource: Resource, here: Installed): { readonly release: string; readonly has: boolean }[] {
    const has = acceptance(fault);
    if (!has) return [];
    const type = definedType(resource);
    return here.kinds.releases.map((release) => ({
      release,
      has: here.channels.some((channel) => {
        const schema = here.kinds.of(type, release, channel)?.schema(resource.version);
        return schema !== undefined && has(schema);
      }),
    }));
  }
}

/** Whether a schema has the field, or takes the word, that a fault speaks of; undefined for other faults. */
function acceptance(fault: Fault): ((schema: Schema) => boolean) | undefined {
  if (fault.kind === 'unknown-field') {
    const parent = fault.path.slice(0, -1);
    return (schema) => {
      const inner = schemaAt(schema, parent);
      return inner?.properties !== undefined && Object.hasOwn(inner.properties, fault.key);
    };
  }
  if (fault.kind !== 'value' || fault.problem.check !== 'enum') return undefined;
  return (schema) => schemaAt(schema, fault.path)?.enum?.includes(fault.value) === true;
}

/** The more permissive one first. */
const BOTH_CHANNELS: readonly Channel[] = ['experimental', 'standard'];
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

/** Whether a file of tests only names an object to ask whether it is there: of such a one, nothing but its name is written. */
function isAsserted(resource: Resource, fault: Fault): boolean {
  return fault.kind === 'missing-field' && fault.path.length === 0 && isAppliedAlone(fileOf(resource));
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
