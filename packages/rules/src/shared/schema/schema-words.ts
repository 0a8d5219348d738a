import { fileOf, nameOf, type Path, type Resource, type Shape, type ShapeFault } from '@meshvet/core';

/** `spec.http[0].route[1].weight`, the way Kubernetes writes a path. */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(step)) text += text === '' ? step : `.${step}`;
    else text += `["${cut(step)}"]`;
  }
  return text;
}

/** What the objects are called that stand behind a key; those of a list by one item. */
const NOUNS: Readonly<Record<string, string>> = {
  http: 'an HTTP route',
  tls: 'a tls block',
  tcp: 'a TCP route',
  route: 'a route destination',
  match: 'a match',
  destination: 'a destination',
  trafficPolicy: 'a traffic policy',
  subsets: 'a subset',
  servers: 'a server of a Gateway',
  port: 'a port',
  ports: 'a port',
  loadBalancer: 'a load balancer',
  connectionPool: 'a connection pool',
  outlierDetection: 'an outlierDetection block',
  portLevelSettings: 'the settings of a port',
  endpoints: 'an endpoint',
  workloadSelector: 'a workload selector',
  selector: 'a selector',
  egress: 'an egress listener',
  ingress: 'an ingress listener',
  source: 'a source',
  operation: 'an operation',
  when: 'a condition',
  mtls: 'an mtls block',
  jwtRules: 'a JWT rule',
  fromHeaders: 'a header that holds a token',
  configPatches: 'a config patch',
  patch: 'a patch',
  retries: 'a retry policy',
  corsPolicy: 'a CORS policy',
  fault: 'a fault',
  delay: 'a delay',
  abort: 'an abort',
  redirect: 'a redirect',
  rewrite: 'a rewrite',
  mirror: 'a mirror',
  headers: 'a headers block',
  targetRef: 'a target reference',
  targetRefs: 'a target reference',
  metadata: 'the metadata',
};

/** The object at a path, as a person would call it: "a route destination (spec.http[0].route[1])". */
export function objectText(resource: Resource, path: Path): string {
  const kind = resource.kind;
  if (path.length === 0) return `${article(kind)} ${kind}`;
  if (path.length === 1 && path[0] === 'spec') return `the spec of ${article(kind)} ${kind}`;
  const last = path.findLast((step) => typeof step === 'string');
  const isItem = typeof path.at(-1) === 'number';
  const parent = path.at(-2);
  // `tls` and `http` name routes in a VirtualService only, and `match` of an HTTP route is its own.
  const ambiguous = !isItem && (last === 'http' || last === 'tcp');
  const noun = typeof last === 'string' && !ambiguous && Object.hasOwn(NOUNS, last) ? NOUNS[last] : undefined;
  if (noun === undefined || (last === 'tls' && isItem)) return pathText(path);
  return parent === undefined ? noun : `${noun} (${pathText(path)})`;
}

function article(word: string): string {
  return /^(?:[AEIO]|HTTP|X[A-Z])/.test(word) ? 'an' : 'a';
}

/** A value as it is written, cut where it is long. */
export function valueText(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

const LONGEST = 60;

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`;
}

/** `"a", "b" and "c"`; of many the first ones. */
export function listText(names: readonly string[], word: 'and' | 'or' = 'and'): string {
  const shown = names.slice(0, MOST_SHOWN).map((name) => `"${cut(name)}"`);
  if (names.length > MOST_SHOWN) return `${shown.join(', ')} and ${names.length - MOST_SHOWN} more`;
  const last = shown.pop();
  return shown.length === 0 ? (last ?? '') : `${shown.join(', ')} ${word} ${last}`;
}

const MOST_SHOWN = 8;

/** Whose schema it is, where that is not what everybody expects: " (by the schema of Istio 1.18, the nearest known one to 1.17)". */
export function basisText({ basis }: Shape): string {
  if (basis.from !== 'release') {
    const { definition } = basis;
    return ` (the schema of ${nameOf(definition)} in ${fileOf(definition)})`;
  }
  const { product, release, exact, asked } = basis;
  return exact ? '' : ` (by the schema of ${product} ${release}, the nearest known one to ${asked})`;
}

/** The release of a schema, in words: "Istio 1.30", "Gateway API 1.5 (standard channel)". */
export function releaseText({ basis }: Shape): string {
  if (basis.from !== 'release') return 'its CustomResourceDefinition';
  const channel = basis.channel ? ` (${basis.channel} channel)` : '';
  return `${basis.product} ${basis.release}${channel}`;
}

/** The release that somebody has, as far as it is known, in words: "Istio 1.17", "Gateway API 1.5 (standard channel)". */
export function askedText({ basis }: Shape): string {
  if (basis.from !== 'release') return 'its CustomResourceDefinition';
  return `${basis.product} ${basis.asked}${basis.channel ? ` (${basis.channel} channel)` : ''}`;
}

/** "it needs Istio 1.24" or "Istio 1.15 has it not yet, 1.18 has it": the first release of a field or value, as far as it is known. */
export function sinceText(
  { first, after }: { readonly first: string; readonly after: string },
  { basis }: Shape,
): string {
  const product = basis.from === 'release' ? basis.product : 'Istio';
  const minor = (release: string) => Number(release.split('.')[1]);
  return minor(first) - minor(after) === 1
    ? `it needs ${product} ${first}`
    : `${product} ${after} has it not yet, ${first} has it`;
}

/**
 * How much a fault weighs: an error where the API server surely refuses the object, or kubectl does; a warning where it may. By a definition
 * that only stands somewhere among the files it is advice: the cluster may well have another version or channel of it.
 */
export function standingOf(
  { basis }: Shape,
  fault: ShapeFault,
): { readonly severity: 'error' | 'warning' | 'info'; readonly advice?: boolean } {
  if (fault.certain) return { severity: fault.kind === 'empty' ? 'warning' : 'error' };
  return basis.from === 'input' ? { severity: 'info', advice: true } : { severity: 'warning' };
}

/** The faults of one kind that the schema of a resource finds. */
export function faultsOf<K extends ShapeFault['kind']>(
  shape: Shape | undefined,
  kind: K,
): readonly Extract<ShapeFault, { readonly kind: K }>[] {
  // Of nearly all resources there is nothing to say.
  if (!shape || shape.faults.length === 0) return [];
  return shape.faults.filter((fault): fault is Extract<ShapeFault, { readonly kind: K }> => fault.kind === kind);
}
