import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUNDLE_FOLDERS, schemaModule } from './derive-schemas.ts';

for (const bundles of BUNDLE_FOLDERS)
  test(`the schemas of ${bundles.product} are what the bundles give, byte for byte`, async (context) => {
    if (!existsSync(bundles.folder)) {
      process.stderr.write(
        `\nNOT PROVED: no bundles of CRDs, so the schemas of ${bundles.product} were not made again.\n`,
      );
      return context.skip('NOT PROVED: no bundles of CRDs');
    }
    const derived = await schemaModule(bundles);
    expect(derived === readFileSync(join(import.meta.dirname, '..', bundles.file), 'utf8')).toBe(true);
  }, 120_000);
