// One measurement in a process of its own: `node bench-variant.js VARIANT FILE-LIST`. Prints JSON.
// All variants load the same files in the same way, inside the time that is measured.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { nodeHost } from '../packages/cli/src/host.ts';
import { readInput } from '../packages/cli/src/read-input.ts';
import { type InputFile, type LintResult, lint, SourceFile } from '../packages/core/src/index.ts';
import { text } from '../packages/core/src/reporters/text.ts';
import { readDocuments } from '../packages/core/src/source/read-documents.ts';
import { allRules } from '../packages/rules/src/index.ts';

/** What can be measured. */
export type VariantName = 'whole' | 'yaml' | 'reading';

/** What a measurement tells; `counts` must be the same each time. */
export interface Measurement {
  readonly milliseconds: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly stages?: Readonly<Record<string, number>>;
  readonly rules?: readonly { readonly ruleId: string; readonly milliseconds: number; readonly calls: number }[];
}

const VARIANTS: Readonly<Record<VariantName, (load: () => InputFile[]) => Promise<Measurement>>> = {
  /** Load, lint, print. */
  async whole(load) {
    const began = performance.now();
    const files = load();
    const loaded = performance.now();
    const result = await lint(files, { rules: allRules, clock: () => performance.now() });
    const linted = performance.now();
    const printed = text(result, { tool: { name: 'meshvet', version: '0.0.0' }, text: textOf(files) });
    const finished = performance.now();
    return {
      milliseconds: finished - began,
      counts: {
        files: result.files.read,
        resources: result.resources,
        findings: result.findings.length,
        failures: result.failures.length,
        printed: printed.length,
      },
      stages: { load: loaded - began, ...stagesOf(result), print: finished - linted },
      rules: result.timings?.rules ?? [],
    };
  },
  /** Load, and parse with `yaml` as anybody would. */
  async yaml(load) {
    const began = performance.now();
    let documents = 0;
    let thrown = 0;
    for (const file of load()) {
      try {
        const parsed = parseAllDocuments(file.text);
        documents += Array.isArray(parsed) ? parsed.length : 0;
      } catch {
        thrown++;
      }
    }
    return { milliseconds: performance.now() - began, counts: { documents, thrown } };
  },
  /** Load, and read as the engine does. */
  async reading(load) {
    const began = performance.now();
    let documents = 0;
    let problems = 0;
    for (const file of load()) {
      const read = await readDocuments(new SourceFile(file.path, file.text));
      documents += read.documents.length;
      problems += read.problems.length;
    }
    return { milliseconds: performance.now() - began, counts: { documents, problems } };
  },
};

function stagesOf(result: LintResult): Readonly<Record<string, number>> {
  if (!result.timings) throw new Error('a run with a clock has timings');
  return result.timings.stages;
}

function textOf(files: readonly InputFile[]): (path: string) => string | undefined {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  return (path) => texts.get(path);
}

const [name, list] = process.argv.slice(2) as [VariantName, string];
const files = JSON.parse(readFileSync(list, 'utf8')) as { shown: string; path: string }[];
const host = nodeHost();
const measured = await VARIANTS[name](() => files.map(({ shown, path }) => readInput(host, path, shown)));
process.stdout.write(JSON.stringify(measured));
