import { didYouMean } from '../source/did-you-mean.ts';
import type { Field } from '../source/field.ts';

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
