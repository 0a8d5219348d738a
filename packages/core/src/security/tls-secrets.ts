import type { Resource } from '../manifest/resource.ts';
import { makerOfSecret } from '../mesh/makers.ts';
import type { Mesh } from '../mesh/mesh.ts';
import type { Field } from '../source/field.ts';
import { asciiOf, type Certificate, decodeBase64, readCertificate } from './certificate.ts';

/** What is wrong with a Secret that a gateway takes its certificate from. */
export type SecretFault =
  | { readonly kind: 'keys'; readonly field: Field; readonly keys: readonly string[] }
  | { readonly kind: 'unreadable'; readonly field: Field; readonly key: string }
  | { readonly kind: 'expired' | 'early'; readonly field: Field; readonly date: string };

/**
 * What keeps a Secret from being a certificate for a gateway; undefined when nothing does, or when what it holds is not known: encrypted,
 * filled in later, or written by a controller.
 */
export function secretFault(mesh: Mesh, secret: Resource): SecretFault | undefined {
  const data = secret.body.at('data');
  const plain = secret.body.at('stringData');
  if (secret.rewrites || isEncrypted(secret) || isFilledByOthers(mesh, secret)) return undefined;
  const isSet = (key: string) => {
    const field = plain.at(key).hasValue ? plain.at(key) : data.at(key);
    return field.hasValue && field.value !== '';
  };
  // Istio looks for the keys of a generic Secret first. Source: `pilot/pkg/credentials/kube/secrets.go`.
  const pair = PAIRS.find((keys) => keys.every(isSet));
  if (!pair) {
    const keys = [...data.entries(), ...plain.entries()].map(([key]) => key);
    return { kind: 'keys', field: data.exists || !plain.exists ? data : plain, keys };
  }
  const [key] = pair;
  const field = plain.at(key).hasValue ? plain.at(key) : data.at(key);
  const certificate = certificateOf(field, field.parent?.key === 'data');
  if (certificate === 'unknown') return undefined;
  if (!certificate) return { kind: 'unreadable', field, key };
  const { today } = mesh;
  if (today !== undefined && certificate.notAfter.slice(0, 10) < today)
    return { kind: 'expired', field, date: certificate.notAfter.slice(0, 10) };
  if (today !== undefined && certificate.notBefore.slice(0, 10) > today)
    return { kind: 'early', field, date: certificate.notBefore.slice(0, 10) };
  return undefined;
}

/**
 * Whether a Secret surely holds no certificate of an authority, by which a gateway would judge its clients.
 * Source: `pilot/pkg/credentials/kube/secrets.go`, extractRoot.
 */
export function lacksAuthority(mesh: Mesh, secret: Resource): boolean {
  if (secret.rewrites || isEncrypted(secret) || isFilledByOthers(mesh, secret)) return false;
  const parts = [secret.body.at('data'), secret.body.at('stringData')];
  return !['ca.crt', 'cacert'].some((key) => parts.some((part) => part.at(key).hasValue && part.at(key).value !== ''));
}

const PAIRS = [
  ['cert', 'key'],
  ['tls.crt', 'tls.key'],
] as const;

// Longer than any chain of certificates.
const LONGEST = 200_000;

function certificateOf(field: Field, encoded: boolean): Certificate | undefined | 'unknown' {
  const text = field.string();
  if (text === undefined || text.length > LONGEST) return 'unknown';
  const bytes = encoded ? decodeBase64(text) : undefined;
  return readCertificate(encoded ? (bytes ? asciiOf(bytes) : '') : text);
}

// SOPS keeps the keys and encrypts the values; a word in angle brackets or a stand-in waits for a person.
function isEncrypted({ body }: Resource): boolean {
  if (body.at('sops').hasValue) return true;
  const values = [...body.at('data').entries(), ...body.at('stringData').entries()].map(([, field]) => field);
  return values.some((f) => {
    const text = f.value;
    return (
      typeof text !== 'string' ||
      f.string() === undefined ||
      text.startsWith('ENC[') ||
      /^[<[]|^(?:changeme|replace|redacted|todo|xxx|base64|your|placeholder|<)/i.test(text.trim())
    );
  });
}

const FILLING = /cert-manager|external-secrets|vault|reflector|replicator|kubed|sealedsecrets|injector/i;

// An empty Secret with such an annotation is filled in the cluster; so is one that a Certificate names.
function isFilledByOthers(mesh: Mesh, secret: Resource): boolean {
  if ([...secret.annotations.keys(), ...secret.labels.keys()].some((key) => FILLING.test(key))) return true;
  return makerOfSecret(mesh, secret.namespace, secret.name) !== undefined;
}
