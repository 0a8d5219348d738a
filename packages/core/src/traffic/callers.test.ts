import { describe, expect, it } from 'vitest';
import { nameOf } from '../manifest/resource.ts';
import { makeMesh } from '../testing/make-mesh.ts';
import { Callers } from './callers.ts';

const workload = (kind: string, namespace: string, name: string) =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec:\n  selector: { matchLabels: { app: ${name} } }\n  template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: a, image: a }] } }\n`;

const FILES = {
  'web.yaml': workload('Deployment', 'shop', 'web'),
  'overlay/web.yaml': workload('Deployment', 'shop', 'web'),
  'other.yaml': [workload('Deployment', 'bank', 'web'), workload('StatefulSet', 'bank', 'ledger')].join('---\n'),
  'odd.yaml': [
    workload('Deployment', 'deployment', 'odd'),
    workload('StatefulSet', 'shop', 'twice'),
    workload('Deployment', 'shop', 'twice'),
  ].join('---\n'),
};

async function find(text: string, namespace?: string): Promise<string[] | string> {
  const found = new Callers([await makeMesh(FILES)]).find(text, namespace);
  if ('fault' in found) return found.fault;
  return found.callers.map(({ workload: { resource } }) => `${nameOf(resource)} ${resource.document.source.path}`);
}

describe('Callers', () => {
  const web = ['Deployment shop/web overlay/web.yaml', 'Deployment shop/web web.yaml'];
  it.each<[string, string | undefined, string[]]>([
    ['shop/web', undefined, web],
    ['shop/web', 'bank', web],
    ['web', 'shop', web],
    ['deployment/web', 'shop', web],
    ['deploy/web', 'shop', web],
    ['deployments/shop/web', undefined, web],
    ['ledger', undefined, ['StatefulSet bank/ledger other.yaml']],
    ['sts/ledger', undefined, ['StatefulSet bank/ledger other.yaml']],
    // A namespace that is called as a kind.
    ['deployment/odd', 'shop', ['Deployment deployment/odd odd.yaml']],
    ['statefulset/twice', undefined, ['StatefulSet shop/twice odd.yaml']],
  ])('finds %s (-n %s), all its manifests', async (text, namespace, wanted) => {
    expect(await find(text, namespace)).toEqual(wanted);
  });

  it.each<[string, string | undefined, string]>([
    [
      'web',
      undefined,
      'several workloads are "web": Deployment bank/web, Deployment shop/web; write KIND/NAMESPACE/NAME',
    ],
    [
      'shop/twice',
      undefined,
      'several workloads are "shop/twice": Deployment shop/twice, StatefulSet shop/twice; write KIND/NAMESPACE/NAME',
    ],
    ['shop/wbe', undefined, 'no workload "shop/wbe" in what was read, did you mean "shop/web"?'],
    [
      'statefulset/ledgr',
      'bank',
      'no workload "statefulset/ledgr" in what was read, did you mean "statefulset/ledger"?',
    ],
    ['ledger', 'shop', 'no workload "ledger" in what was read; there is StatefulSet bank/ledger'],
    ['games/ledger', undefined, 'no workload "games/ledger" in what was read; there is StatefulSet bank/ledger'],
    ['service/shop/web', undefined, 'no workload "service/shop/web" in what was read; there is Deployment bank/web'],
    ['a/b/c/d', undefined, 'no workload "a/b/c/d" in what was read'],
    ['', undefined, 'no workload "" in what was read'],
    ['__proto__/constructor', undefined, 'no workload "__proto__/constructor" in what was read'],
  ])('does not find %s (-n %s)', async (text, namespace, wanted) => {
    expect(await find(text, namespace)).toBe(wanted);
  });
});
