import {
  cutText,
  didYouMean,
  type Field,
  fileOf,
  isPlaceholder,
  type Mesh,
  nameOf,
  type ReportFunction,
  type Resource,
} from '@meshvet/core';

/** Something that Istio's validation says of a resource. */
export interface Refusal {
  readonly at: Field;
  /** What is wrong, as a clause: `host "a_b" is no domain name`. */
  readonly what: string;
  /** Point at the key and not at the value. */
  readonly onKey?: boolean;
  /** Istio takes it, and warns. */
  readonly mild?: boolean;
}

/** Reports what Istio refuses. `codes` are those of istioctl. */
export function tellRefusals(
  report: ReportFunction<{ refused: '{resource}: {what}; Istio refuses it.' }>,
  resource: Resource,
  refusals: Iterable<Refusal>,
): void {
  let told = 0;
  for (const { at, what, onKey = false } of refusals) {
    if (isForReader(at)) continue;
    if (++told > MOST) return;
    report(at, 'refused', { resource: nameOf(resource), what }, { onKey, codes: ['IST0106'] });
  }
}

/** Reports what Istio refuses, and what it warns of. */
export function tellVerdicts(
  report: ReportFunction<{ refused: '{resource}: {what}; Istio refuses it.'; doubted: '{resource}: {what}.' }>,
  resource: Resource,
  refusals: Iterable<Refusal>,
): void {
  let told = 0;
  for (const { at, what, onKey = false, mild } of refusals) {
    if (isForReader(at)) continue;
    if (++told > MOST) return;
    const words = { resource: nameOf(resource), what };
    if (mild) report(at, 'doubted', words, { onKey, severity: 'warning', codes: ['IST0133'] });
    else report(at, 'refused', words, { onKey, codes: ['IST0106'] });
  }
}

// `<CLIENT_IP>` and `JWKS_URI` are filled in by whoever follows the page that the manifest belongs to. A group of a regular expression is
// none of these, and neither is a name among others.
function isForReader({ key, parent, value }: Field): boolean {
  if (typeof value !== 'string' || value.length > 300 || value.includes('(?')) return false;
  if (/<[A-Za-z_][^<>]*>/.test(value)) return true;
  return (
    PLACES.has(String(typeof key === 'number' ? parent?.key : key)) && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value)
  );
}

// Fields with names and addresses, which nobody writes in capitals.
const PLACES: ReadonlySet<string> = new Set(
  'address addresses bind host hosts ipBlocks jwksUri notIpBlocks notRemoteIpBlocks remoteIpBlocks sniHosts targetHost url'.split(
    ' ',
  ),
);

// Nobody mends more at a time, and a hostile file has thousands.
const MOST = 50;

/**
 * The spec of a resource of one of some kinds, where it may be judged: a whole object that no patch of the input writes into. Kinds are
 * written with their groups, `networking.istio.io/Gateway`.
 */
export function specOf(resource: Resource, ...types: readonly string[]): Field | undefined {
  if (resource.partial || !types.includes(resource.type) || isPatched(resource) || isNamedPatch(resource))
    return undefined;
  const spec = resource.body.at('spec');
  return spec.isMapping ? spec : undefined;
}

function isPatched({ kind, rewrites }: Resource): boolean {
  if (!rewrites) return false;
  if (rewrites.patches.some((patch) => patch.at('spec').exists)) return true;
  // A text with a kind is a patch for resources of that kind; any other is a list of changes to somebody.
  return rewrites.patchTexts.some((text) => text.includes('spec') && (!/^kind:/m.test(text) || text.includes(kind)));
}

// A patch that no Kustomization of the input takes in lacks what it does not change, and nothing else tells that it is one.
function isNamedPatch(resource: Resource): boolean {
  const path = fileOf(resource);
  // Asked dozens of times of each resource, and hardly any path has the word at all.
  if (!/patch/i.test(path)) return false;
  const parts = path.split('/').slice(-2);
  return parts.some((part) => /(?:^|[^a-z])patch(?:es)?(?:[^a-z]|$)/i.test(part));
}

/** A text in quotes, cut where it is long. */
export function quote(text: string): string {
  return JSON.stringify(cutText(text, 60));
}

/** Whether a key is settled: no later step fills in a part of it. */
export function isSettledKey(key: string): boolean {
  return !isPlaceholder(key);
}

/** The items of a list that are mappings. */
export function mappings(field: Field): Field[] {
  return (field.items() as Field[]).filter((item) => item.isMapping);
}

/** The items of a list that are texts which no later step fills in. */
export function texts(field: Field): { readonly item: Field; readonly text: string }[] {
  return (field.items() as Field[]).flatMap((item) => {
    const text = item.string();
    return text === undefined ? [] : [{ item, text }];
  });
}

/** Whether a list is written and surely empty. */
export function isEmptyList(field: Field): boolean {
  return Array.isArray(field.value) && field.value.length === 0;
}

/** Whether nothing of substance is written: no value, an empty text, an empty list. */
export function isUnset(field: Field): boolean {
  return !field.hasValue || field.value === '' || isEmptyList(field);
}

// Fields of Istio that look like others.
const SIBLINGS: ReadonlySet<string> = new Set(
  'action address addresses authority bind fault from headers host hosts http interval key labels match mirror mirrors mode name network patch port ports protocol retries rewrite route rules scheme selector tcp timeout tls to uri value values weight'.split(
    ' ',
  ),
);

// Fields that are lists wherever they stand; `[]` says of them what leaving them out says.
const LISTS: ReadonlySet<string> = new Set(
  'http tls tcp route servers hosts rules values notValues egress ingress principals notPrincipals requestPrincipals notRequestPrincipals namespaces notNamespaces ipBlocks notIpBlocks remoteIpBlocks notRemoteIpBlocks serviceAccounts notServiceAccounts trustDomains notTrustDomains notHosts ports notPorts methods notMethods paths notPaths'.split(
    ' ',
  ),
);

/** Whether none of some keys is set, and none is misspelt either: of a misspelt key, and of a value of another type, another rule speaks. */
export function lacks(parent: Field, ...keys: readonly string[]): boolean {
  return isWithout(parent, keys, (field) => !field.hasValue || (isEmptyList(field) && LISTS.has(String(field.key))));
}

/** As `lacks`, for texts: an empty one is none. */
export function lacksText(parent: Field, ...keys: readonly string[]): boolean {
  return isWithout(parent, keys, (field) => !field.hasValue || field.value === '');
}

function isWithout(parent: Field, keys: readonly string[], isOut: (field: Field) => boolean): boolean {
  if (!parent.isMapping || !keys.every((key) => isOut(parent.at(key)))) return false;
  return parent
    .entries()
    .every(([key]) => keys.includes(key) || SIBLINGS.has(key) || didYouMean(key, keys) === undefined);
}

/** Whether the CRDs of the configured Istio say it already: since a minor release, and until another where they stopped. */
export function crdSays(mesh: Mesh, since: `1.${number}`, until?: `1.${number}`): boolean {
  return mesh.istioAtLeast(since) && !(until !== undefined && mesh.istioAtLeast(until));
}

/** The first names, in a row: "a, b and c". */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
