// Derives the schemas of the kinds of Istio, the Gateway API and Linkerd from their CustomResourceDefinition bundles:
// `pnpm schemas [FOLDER] [--check]`. FOLDER holds a folder a project, those with a file a release:
// `istio-crds/1.31.yaml` (manifests/charts/base/files/crd-all.gen.yaml of istio/istio at the tag), `gateway-api-crds/1.5-standard.yaml`
// and `1.5-experimental.yaml` (the files of a release), `linkerd-crds/2.20.yaml` (the chart linkerd-crds).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { BUNDLE_FOLDERS, schemaModule } from './derive-schemas.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
});
for (const bundles of BUNDLE_FOLDERS) {
  const folder = positionals[0] === undefined ? bundles.folder : join(positionals[0], basename(bundles.folder));
  if (!existsSync(folder)) throw new Error(`${folder}: no such folder; name the one that holds the bundles`);
  const text = await schemaModule({ ...bundles, folder });
  const path = join(import.meta.dirname, '..', bundles.file);
  const same = existsSync(path) && readFileSync(path, 'utf8') === text;
  if (values.check && !same) {
    console.error(`${bundles.file} is not what the bundles give: run "pnpm schemas"`);
    process.exitCode = 1;
  } else if (!same) {
    writeFileSync(path, text);
    console.log(`${bundles.file} written, ${text.length} characters`);
  }
}
