import { isPlainMapping } from '../source/plain-mapping.ts';

/**
 * Whether a value of an object is what SOPS keeps of an encryption: `sops` beside `metadata` and `spec`, which is taken away when the object is decrypted. Source:
 * `github.com/getsops/sops`, stores.Metadata.
 */
export function isSopsBlock(key: string, value: unknown): boolean {
  return (
    key === 'sops' && isPlainMapping(value) && (Object.hasOwn(value, 'mac') || Object.hasOwn(value, 'lastmodified'))
  );
}
