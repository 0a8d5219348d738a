import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUNDLES, SCHEMA_FILE, schemaModule } from './derive-schemas.ts';

test('the schemas are what the bundles give, byte for byte', async (context) => {
  if (!existsSync(BUNDLES)) {
    process.stderr.write('\nNOT PROVED: no bundles of CRDs, so the derived schemas were not made again.\n');
    return context.skip('NOT PROVED: no bundles of CRDs');
  }
  const derived = await schemaModule(BUNDLES);
  expect(derived === readFileSync(join(import.meta.dirname, '..', SCHEMA_FILE), 'utf8')).toBe(true);
}, 60_000);
