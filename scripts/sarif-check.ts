// Checks the SARIF that the built command line writes about the examples, and about the open corpora where they stand beside
// the repository: every region has to lie inside its file, and the official validator must have no errors.
//
//   pnpm sarif [--validator FOLDER]
//
// FOLDER is where `npm install --prefix FOLDER @microsoft/sarif-multitool` was run: more than 100 MB, so no dependency of ours.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Log } from 'sarif';
import { regionFaults } from './sarif-regions.ts';

const ROOT = join(import.meta.dirname, '..');
const BIN = join(ROOT, 'packages/cli/bin/meshvet.js');
const CORPORA = join(ROOT, '../shared/corpora');

const { values } = parseArgs({ options: { validator: { type: 'string' } } });
const scratch = mkdtempSync(join(tmpdir(), 'meshvet-sarif-'));
try {
  const reports = join(scratch, 'reports');
  mkdirSync(reports);
  const faults: string[] = [];
  let results = 0;
  for (const { name, folder } of inputs()) {
    const file = join(reports, `${name}.sarif`);
    const log = write(folder, file);
    results += log.runs.reduce((sum, run) => sum + (run.results?.length ?? 0), 0);
    faults.push(...regionFaults(log, repositoryOf(folder), readText).map((fault) => `${name}: ${fault}`));
  }
  const files = readdirSync(reports).length;
  console.log(`${files} SARIF files, ${results} results, ${faults.length} regions outside their file`);
  if (!existsSync(CORPORA)) console.log('the open corpora are not here: only the examples were looked at');
  if (values.validator === undefined) {
    console.log('=== NOT PROVED: the SARIF validator is not here; nothing was compared with the official schema');
  } else {
    const errors = validate(values.validator, reports);
    faults.push(...errors, ...selfTest(values.validator, reports));
    console.log(`validator: ${files} files, ${errors.length} errors`);
  }
  for (const fault of faults.slice(0, 40)) console.error(fault);
  if (faults.length > 0) {
    console.error(`${faults.length} faults`);
    process.exitCode = 1;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Folders that are linted each as a repository of its own. */
function inputs(): { name: string; folder: string }[] {
  const below = (folder: string, kind: string) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => ({ name: `${kind}-${name}`, folder: join(folder, name) }));
  const examples = below(join(ROOT, 'examples'), 'example').filter(({ folder }) =>
    existsSync(join(folder, 'expected.txt')),
  );
  return [...examples, ...(existsSync(CORPORA) ? below(CORPORA, 'corpus') : [])];
}

function write(folder: string, file: string): Log {
  // With all rules there is most to check. No ignore files: those of the corpora leave out what their owners generate.
  const flags = ['--preset', 'all', '--no-config', '--no-ignore', '--fail-on', 'never', '--pass-on-no-manifests'];
  execFileSync(process.execPath, [BIN, 'lint', ...flags, '--format', `sarif=${file}`, '.'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return JSON.parse(readFileSync(file, 'utf8')) as Log;
}

function readText(folder: string, path: string): string | undefined {
  const full = join(folder, path);
  // A byte order mark is no character of the text.
  return existsSync(full) ? readFileSync(full, 'utf8').replace(/^\ufeff/, '') : undefined;
}

/**
 * Whether the validator sees what is wrong with a report of ours: it passes in silence over a file that does not name its
 * schema, and then this check would be worth nothing.
 */
function selfTest(validator: string, reports: string): string[] {
  const folder = join(scratch, 'wrong');
  mkdirSync(folder);
  const log = JSON.parse(readFileSync(join(reports, 'example-bookinfo-broken.sarif'), 'utf8')) as Log;
  const [result] = log.runs[0]?.results ?? [];
  if (!result) return ['the broken example has no result'];
  Object.assign(result, { notInTheSchema: true });
  writeFileSync(join(folder, 'wrong.sarif'), JSON.stringify(log));
  const errors = validate(validator, folder);
  return errors.some((error) => error.includes('notInTheSchema'))
    ? []
    : [`the validator does not see what is wrong: ${errors.join('; ')}`];
}

/** The root of the repository that a folder is in, where SARIF counts its paths from. */
function repositoryOf(folder: string): string {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) if (existsSync(join(at, '.git'))) return at;
  return folder;
}

/** The errors of the validator. Its exit status is 0 for files with errors too: they stand in its log. */
function validate(validator: string, folder: string): string[] {
  const log = join(scratch, 'validator.sarif');
  // The package answers where its program is; its own starter goes through a shell.
  const program: string = createRequire(join(validator, 'package.json'))('@microsoft/sarif-multitool');
  // Its install script would do that, and npm may be told to run none.
  chmodSync(program, 0o755);
  const files = join(folder, '*.sarif');
  const flags = ['--output', log, '--rule-kind', 'Sarif;Ghas', '--quiet'];
  const run = spawnSync(program, ['validate', files, ...flags], { encoding: 'utf8', timeout: 300_000 });
  if (!existsSync(log)) return [`the validator wrote no log: ${run.error?.message ?? ''}${run.stdout}${run.stderr}`];
  const { runs } = JSON.parse(readFileSync(log, 'utf8')) as Log;
  rmSync(log);
  const errors: string[] = [];
  for (const { results = [], invocations = [] } of runs) {
    for (const invocation of invocations) {
      if (!invocation.executionSuccessful) errors.push(`the validator broke: ${JSON.stringify(invocation)}`);
    }
    for (const { ruleId = '', level, message, locations } of results) {
      // It writes the level of errors, and leaves it out where it is the usual one, a warning.
      if (level !== 'error') continue;
      const place = locations?.[0]?.physicalLocation;
      const at = `${place?.artifactLocation?.uri ?? ''}:${place?.region?.startLine ?? 0}`;
      errors.push(`${ruleId} ${at} ${message.text ?? (message.arguments ?? []).join(' ')}`);
    }
  }
  return errors;
}
