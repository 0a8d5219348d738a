// Derives the schemas of Istio's kinds from its CustomResourceDefinition bundles: `pnpm schemas [FOLDER] [--check]`.
// The folder holds one file a release, `1.31.yaml`: `manifests/charts/base/files/crd-all.gen.yaml` of istio/istio at the tag.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BUNDLES, SCHEMA_FILE, schemaModule } from './derive-schemas.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
});
const folder = positionals[0] ?? BUNDLES;
if (!existsSync(folder)) throw new Error(`${folder}: no such folder; name the one that holds the bundles`);
const text = await schemaModule(folder);
const path = join(import.meta.dirname, '..', SCHEMA_FILE);
const same = existsSync(path) && readFileSync(path, 'utf8') === text;
if (values.check && !same) {
  console.error(`${SCHEMA_FILE} is not what the bundles give: run "pnpm schemas"`);
  process.exitCode = 1;
} else if (!same) {
  writeFileSync(path, text);
  console.log(`${SCHEMA_FILE} written, ${text.length} characters`);
}
