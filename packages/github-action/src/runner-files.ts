import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// With workflow-command.ts and inputs.ts this takes the place of @actions/core: three small things are needed of it, and it
// brings an HTTP client with it, 800 kB in the bundle.

/** The runner drops a job summary of more than 1 MiB as a whole, with an error. */
const LARGEST_SUMMARY = 1024 * 1024;

/**
 * Outputs as the runner reads them: `name<<DELIMITER`, the value, and the delimiter alone on a line. The delimiter is made
 * anew for each value, so that no value can end early and set other outputs.
 */
export function outputText(outputs: Readonly<Record<string, string>>): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      const delimiter = `meshvet_${randomUUID()}`;
      if (value.includes(delimiter)) throw new Error(`the value of output ${name} holds its own delimiter`);
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
    })
    .join('');
}

/** Adds outputs to the file of GITHUB_OUTPUT. */
export function writeOutputs(file: string, outputs: Readonly<Record<string, string>>): void {
  appendFileSync(file, outputText(outputs));
}

/** Adds to the job summary; false when that would make it too large for all of it. */
export function appendSummary(file: string, markdown: string): boolean {
  const already = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (already + Buffer.byteLength(markdown) > LARGEST_SUMMARY) return false;
  appendFileSync(file, markdown);
  return true;
}

/** A new folder for reports: outside the checkout, and kept until the job is over. */
export function reportFolder(env: Readonly<Record<string, string | undefined>>): string {
  return mkdtempSync(join(env.RUNNER_TEMP || tmpdir(), 'meshvet-'));
}
