import { folderOf } from '../manifest/folders.ts';
import type { SkipReason } from '../source/problem.ts';
import { chartOf, type ReadFile } from './collect.ts';
import { compareText } from './order.ts';
import type { FileCounts, SkipNote } from './result.ts';

/** Why a file as a whole gave no resource; undefined when it gave some, or a finding stands for it. */
export function skipReasonOf(file: ReadFile, resources: number): SkipReason | undefined {
  if (resources > 0) return undefined;
  const [first] = file.skipped;
  if (file.skipped.includes('tooLarge')) return 'tooLarge';
  if (file.skipped.includes('template')) return 'template';
  if (file.problems.length > 0) return undefined;
  return file.documents.length > 0 ? 'notKubernetes' : (first ?? 'empty');
}

/** A file, and why it was passed over, if it was. */
interface Judged {
  readonly file: ReadFile;
  readonly reason: SkipReason | undefined;
}

export function countFiles(files: readonly Judged[]): FileCounts {
  const skipped: Partial<Record<SkipReason, number>> = {};
  const linted = new Set<string>();
  for (const { file, reason } of files) {
    if (reason === undefined) linted.add(file.source.path);
    else skipped[reason] = (skipped[reason] ?? 0) + 1;
  }
  return { read: files.length, linted: [...linted], skipped };
}

/** One quiet note a chart or folder for the templates that were left out; what is no Kubernetes at all needs no word. */
export function skipNotes(files: readonly Judged[]): SkipNote[] {
  const groups = new Map<string, { folder: string; chart: boolean; files: number }>();
  for (const { file, reason } of files) {
    if (reason !== 'template') continue;
    const chart = chartOf(file.source.path);
    const folder = chart ?? folderOf(file.source.path);
    const key = `${chart === undefined ? 'folder' : 'chart'} ${folder}`;
    const group = groups.get(key) ?? { folder: folder || '.', chart: chart !== undefined, files: 0 };
    groups.set(key, group);
    group.files++;
  }
  return [...groups.values()]
    .sort((a, b) => compareText(a.folder, b.folder))
    .map(({ folder, chart, files: count }) => ({
      reason: 'template' as const,
      folder,
      files: count,
      message: chart
        ? `${count} ${count === 1 ? 'template' : 'templates'} of the chart in ${folder} left out: pipe the output of "helm template" into meshvet to lint what it renders.`
        : `${count} ${count === 1 ? 'template' : 'templates'} in ${folder} left out: no YAML before something fills ${count === 1 ? 'it' : 'them'} in.`,
    }));
}
