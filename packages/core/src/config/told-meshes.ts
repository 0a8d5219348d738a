import type { MeshSign, MeshUse } from '../installation/mesh-use.ts';
import type { Config, MeshConfigKeys } from './config.ts';

/** Keys that only somebody with Istio writes. */
const ISTIO_KEYS = [
  'profile',
  'istioVersion',
  'revisions',
  'tags',
  'defaultRevision',
  'enableNamespacesByDefault',
  'installation',
  'allowMultipleServices',
  'uniqueApp',
] as const satisfies readonly (keyof MeshConfigKeys)[];

/** Which meshes a config says are in use. Who says that all pods are meant to be in, or that the files are the whole mesh, has one. */
export function toldMeshes(config: Config): MeshUse {
  const entries = [config, ...(config.projects ?? []).filter((p) => typeof p !== 'string')];
  const said = (is: (entry: MeshConfigKeys) => string | undefined): MeshSign | undefined => {
    for (const entry of entries) {
      const key = is(entry);
      if (key !== undefined) return { because: `the config says ${key}` };
    }
    return undefined;
  };
  const linkerd = said(({ linkerdVersion }) => (linkerdVersion === undefined ? undefined : 'linkerdVersion'));
  const istio =
    said((entry) => ISTIO_KEYS.find((key) => entry[key] !== undefined)) ??
    said(({ expectMesh }) => (expectMesh === 'all' ? 'expectMesh: all' : undefined)) ??
    (linkerd ? undefined : said(({ closedWorld }) => (closedWorld ? 'closedWorld' : undefined)));
  return { ...(istio ? { istio } : {}), ...(linkerd ? { linkerd } : {}) };
}
