import { DATAPLANE_KEY, INJECT_KEY, INJECTION_KEY, REVISION_KEY } from '../injection/injection.ts';
import { isIstioKey } from '../proxy/istio-keys.ts';

const KEYS = [INJECTION_KEY, REVISION_KEY, DATAPLANE_KEY, INJECT_KEY];

// Keys that people write and that no release of Istio ever read; further from the real ones than a slip of the finger.
const MISTAKEN: ReadonlyMap<string, string> = new Map([
  ['istio-inject', INJECTION_KEY],
  ['istio-injected', INJECTION_KEY],
  ['istio.io/injection', INJECTION_KEY],
  ['istio.io/istio-injection', INJECTION_KEY],
  ['istio.io/inject', INJECT_KEY],
  ['sidecar.istio.io/injection', INJECT_KEY],
  ['sidecar.istio.io/injected', INJECT_KEY],
  ['istio.io/revision', REVISION_KEY],
  ['istio.io/dataplane', DATAPLANE_KEY],
]);

const SHORTEST = Math.min(...KEYS.map((key) => key.length - 2), ...[...MISTAKEN.keys()].map((key) => key.length));

/** The key of the mesh that was probably meant by a key that no mesh reads; undefined for the real ones and for all others. */
export function meantKey(key: string): string | undefined {
  // Most labels are shorter than any key of the mesh could be misspelt to.
  if (key.length < SHORTEST || isIstioKey(key)) return undefined;
  return MISTAKEN.get(key) ?? KEYS.find((real) => isNear(key, real));
}

function isNear(key: string, real: string): boolean {
  if (Math.abs(key.length - real.length) > 2) return false;
  const [domain, name] = parts(key.toLowerCase());
  const [realDomain, realName] = parts(real);
  const inName = distance(name, realName);
  // In a name of three letters two slips make any other word.
  if (inName > (realName.length < 6 ? 1 : 2)) return false;
  return inName + distance(domain, realDomain) <= 2;
}

function parts(key: string): [domain: string, name: string] {
  const slash = key.indexOf('/');
  return slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
}

/** How many single letters have to be added, left out or changed; 3 for three and more. */
export function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return Math.min(3, row[b.length] as number);
}
