import { NATIVE_SIDECAR_KEY } from '../injection/sidecar.ts';

// `native-side` is how the release note of Istio 1.24 prints it.
const MISTAKEN: ReadonlySet<string> = new Set([
  'native',
  'nativeside',
  'nativesidecar',
  'nativesidecars',
  'enablenativesidecar',
  'enablenativesidecars',
  'usenativesidecar',
]);

/** Whether a key means the annotation that asks for a native sidecar, and is not it. */
export function isMisspeltNativeKey(key: string): boolean {
  if (key === NATIVE_SIDECAR_KEY || key.length > 60) return false;
  const [domain, name, more] = key.split('/');
  if (name === undefined || more !== undefined || domain === undefined) return false;
  if (domain !== 'sidecar.istio.io' && domain !== 'istio.io' && domain !== 'proxy.istio.io') return false;
  return MISTAKEN.has(name.toLowerCase().replaceAll(/[-_.]/g, ''));
}
