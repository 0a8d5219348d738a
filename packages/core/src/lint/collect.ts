import { folderOf } from '../manifest/folders.ts';
import type { MadeOutside } from '../mesh/made-outside.ts';
import type { YamlDocument } from '../source/document.ts';
import type { Problem, SkipReason } from '../source/problem.ts';
import { Batch, type ReadResult, readDocuments, readDocumentsNow } from '../source/read-documents.ts';
import { DEFAULT_LIMITS } from '../source/read-limits.ts';
import { type InputFile, SourceFile } from '../source/source-file.ts';
import { compareText } from './order.ts';
import { untyped } from './untyped.ts';

/** A file after reading. */
export interface ReadFile {
  readonly source: SourceFile;
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
  readonly skipped: readonly SkipReason[];
}

const LARGEST = 10 * 1024 * 1024;

/** Reads the files in the order of their paths, so that the order in which they were given never matters. */
export async function readFiles(files: Iterable<InputFile>): Promise<ReadFile[]> {
  const sorted = [...files].sort((a, b) => compareText(a.path, b.path) || compareText(a.text, b.text));
  const charts = chartFolders(sorted);
  const read: ReadFile[] = [];
  const batch = new Batch();
  for (const file of sorted) {
    const source = new SourceFile(file.path, file.problem ? '' : file.text);
    const result =
      refuse(file, source) ??
      (isChartTemplate(file, charts) ? TEMPLATE : undefined) ??
      readDocumentsNow(source, DEFAULT_LIMITS, batch) ??
      (await readDocuments(source, DEFAULT_LIMITS, batch));
    const problems = [...result.problems, ...untyped(file.path, result.documents)];
    read.push({ source, ...result, problems: problems.length > result.problems.length ? problems : result.problems });
  }
  return read;
}

const TEMPLATE: ReadResult = { documents: [], problems: [], skipped: ['template'] };

function refuse(file: InputFile, source: SourceFile): ReadResult | undefined {
  const span = { start: 0, end: 0 };
  const size = file.size ?? file.text.length;
  if (file.problem === 'too-large' || size > LARGEST) {
    return {
      documents: [],
      problems: [{ kind: 'too-large', source, span, data: { size, limit: LARGEST } }],
      skipped: ['tooLarge'],
    };
  }
  if (file.problem === 'not-utf8') {
    return {
      documents: [],
      problems: [{ kind: 'syntax', source, span, data: { reason: 'the file is not UTF-8 text' } }],
      skipped: [],
    };
  }
  return undefined;
}

function chartFolders(files: readonly InputFile[]): ReadonlySet<string> {
  return new Set(files.filter((f) => /(?:^|\/)Chart\.ya?ml$/.test(f.path)).map((f) => folderOf(f.path)));
}

/**
 * Whether a file is a Helm template: under `templates` of a chart and with an action in it. One that parses by luck has no values in it
 * yet. Without the Chart.yaml in the input the folder's name and a word of Helm's tell.
 */
function isChartTemplate(file: InputFile, charts: ReadonlySet<string>): boolean {
  // What was rendered may hold templates of others: of Alertmanager, of Argo Workflows.
  const chart = file.rendered ? undefined : chartOf(file.path);
  if (chart === undefined) return false;
  // Helm renders no template whose name begins so. Source: Chart Template Guide, Named Templates.
  if (/(?:^|\/)_[^/]*$/.test(file.path)) return true;
  if (!file.text.includes('{{')) return false;
  return (
    charts.has(chart) ||
    /\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities)\b|include\b|template\b|toYaml\b)/.test(file.text)
  );
}

/** The chart that a path lies in the templates of; undefined when it lies in none. */
export function chartOf(path: string): string | undefined {
  const at = `/${path}`.lastIndexOf('/templates/');
  return at < 0 ? undefined : path.slice(0, Math.max(0, at - 1));
}

/** The charts of the input, whose templates may make anything: by the names that they give themselves. */
export function chartsOf(files: readonly ReadFile[]): MadeOutside[] {
  return files.flatMap(({ source }) => {
    if (!/(?:^|\/)Chart\.ya?ml$/.test(source.path)) return [];
    const name = /^name:[ \t]*["']?([\w.-]+)/m.exec(source.text)?.[1];
    if (name === undefined) return [];
    return [
      {
        kind: 'chart',
        name,
        namespace: undefined,
        by: `chart ${name} (${source.path}) may make it`,
        folder: folderOf(source.path),
      },
    ];
  });
}
