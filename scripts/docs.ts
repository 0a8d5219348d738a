// Writes what is made from the rules: their pages, the table of them, that of the codes of other tools, and the JSON Schemas that are shipped.
//
//   pnpm run docs            writes (`pnpm docs` is a command of pnpm itself)
//   pnpm run docs --check    compares, and names what differs
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { allRules } from '../packages/rules/src/index.ts';
import { differences, generatedFiles, leftOver } from './generated-files.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
const root = join(import.meta.dirname, '..');
const files = await generatedFiles(allRules, root);
const different = differences(files, root);

if (values.check) {
  for (const line of different) console.error(line);
  if (different.length > 0) {
    console.error('Run "pnpm run docs" and commit what it writes.');
    process.exitCode = 1;
  } else console.log(`${files.size} generated files are as they should be`);
} else {
  for (const path of leftOver(files, root)) rmSync(join(root, path));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const line of different) console.log(`was: ${line}`);
  console.log(`${files.size} files written`);
}
