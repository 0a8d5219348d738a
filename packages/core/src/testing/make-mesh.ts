import type { MeshConfigKeys } from '../config/config.ts';
import { compileExternals, settingsOf } from '../config/resolve-config.ts';
import { chartsOf, readFiles } from '../lint/collect.ts';
import { readEmbedded, readHelmValues } from '../lint/embedded.ts';
import { readKustomizations } from '../manifest/kustomize.ts';
import { readResources } from '../manifest/read-resources.ts';
import { Mesh } from '../mesh/mesh.ts';
import { readShapes } from '../schema/shapes.ts';

/** A Mesh of files by path, for tests that ask it directly. */
export async function makeMesh(
  files: Readonly<Record<string, string>> | string,
  config: MeshConfigKeys = {},
): Promise<Mesh> {
  const named = typeof files === 'string' ? { 'case.yaml': files } : files;
  const read = await readFiles(Object.entries(named).map(([path, text]) => ({ path, text })));
  const settings = settingsOf(config);
  const kustomizations = await readKustomizations(read);
  const resources = read.flatMap((f) =>
    f.documents.flatMap((d) => readResources(d, settings.defaultNamespace, kustomizations)),
  );
  return new Mesh({
    resources,
    settings,
    externals: compileExternals(settings.externals),
    unread: kustomizations.unreadRoots,
    madeOutside: [...kustomizations.generated, ...chartsOf(read)],
    embedded: await readEmbedded(resources),
    helmValues: await readHelmValues(read),
    shapes: await readShapes(resources, settings),
  });
}
