// Writes a new rule with its test and lists it:
//
//   pnpm new-rule port-name-missing
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ScaffoldError, scaffoldRule } from './scaffold-rule.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const [id] = positionals;

if (id === undefined || positionals.length > 1) {
  console.error('usage: pnpm new-rule ID, such as: pnpm new-rule port-name-missing');
  process.exitCode = 2;
} else {
  try {
    for (const path of scaffoldRule(id, join(import.meta.dirname, '..'))) console.log(`written: ${path}`);
    console.log('Its test fails until each TODO is filled in. Then: pnpm run docs');
  } catch (error) {
    if (!(error instanceof ScaffoldError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
