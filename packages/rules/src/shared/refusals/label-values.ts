import { isDnsLabel } from '@meshvet/core';

/** Why a key of a label is refused; undefined when it is not. */
export function labelKeyFault(key: string): string | undefined {
  const slash = key.indexOf('/');
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  if (prefix !== undefined && (prefix === '' || prefix.length > 253 || !prefix.split('.').every(isDnsLabel)))
    return 'the part before the slash is a domain name of at most 253 characters';
  if (name === '') return 'the name is empty';
  if (name.length > 63) return 'the name is longer than 63 characters';
  return isQualified(name)
    ? undefined
    : 'a name has letters, digits, "-", "_" and ".", and begins and ends with a letter or a digit';
}

/** Why the value of a label is refused by Istio, which minds the characters and not the length; undefined when it is not. */
export function labelValueFault(value: string): string | undefined {
  if (value === '' || isQualified(value)) return undefined;
  return 'a value has letters, digits, "-", "_" and ".", and begins and ends with a letter or a digit';
}

// No expression here may try a long text again from each of its characters.
function isQualified(text: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(text) && /^[A-Za-z0-9]/.test(text) && /[A-Za-z0-9]$/.test(text);
}
