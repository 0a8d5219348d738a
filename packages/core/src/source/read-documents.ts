import { readBlock } from './block-reader.ts';
import type { YamlDocument } from './document.ts';
import { type BuiltDocument, Refusal, Scratch } from './document-builder.ts';
import { duplicateKeys } from './duplicate-keys.ts';
import type { readFast as ReadFast } from './fast-reader.ts';
import type { readFull as ReadFull } from './full-reader.ts';
import { areValues, lenientText } from './lenient-text.ts';
import { filledIn } from './placeholder.ts';
import type { Problem, SkipReason } from './problem.ts';
import { DEFAULT_LIMITS, type ReadLimits } from './read-limits.ts';
import { refusedAfter, refusedBefore, type Suspicion, suspicionOf } from './refused-text.ts';
import type { SourceFile } from './source-file.ts';
import { type DocumentText, splitDocuments, splitJson } from './split-documents.ts';
import { lineAround, looksLikeTemplate } from './template.ts';

/** What became of a file. */
export interface ReadResult {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
  /** Why the file, or some of its documents, was passed over. */
  readonly skipped: readonly SkipReason[];
}

/** What files of a batch share that are read one after the other: working space, and the readers that were loaded so far. */
export class Batch {
  readonly scratch = new Scratch();
  /** For what the block reader gives up on; it brings js-yaml with it. */
  readFast: typeof ReadFast | undefined;
  /** For what that one gives up on; it brings `yaml` with it. */
  readFull: typeof ReadFull | undefined;
}

/**
 * Reads the documents of a file as kubectl would, with the place of every value. A broken document does not hide the
 * others: kubectl stops there, this goes on. The readers that bring a library with them are loaded for the first file of
 * the batch that needs them: most files need none.
 */
export async function readDocuments(
  source: SourceFile,
  limits: ReadLimits = DEFAULT_LIMITS,
  batch: Batch = new Batch(),
): Promise<ReadResult> {
  for (;;) {
    const result = readDocumentsNow(source, limits, batch);
    if (result) return result;
    if (!batch.readFast) batch.readFast = (await import('./fast-reader.ts')).readFast;
    else batch.readFull = (await import('./full-reader.ts')).readFull;
  }
}

/** As `readDocuments`, without waiting: undefined for a file that needs a reader that the batch has not loaded yet. */
export function readDocumentsNow(
  source: SourceFile,
  limits: ReadLimits = DEFAULT_LIMITS,
  batch: Batch = new Batch(),
): ReadResult | undefined {
  return read(source, limits, batch);
}

const CHART = /(?:^|\/)Chart\.(?:ya?ml|lock)$/;
const KUSTOMIZATION = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;
// Blanks are listed: \s would walk over the same empty lines again for each of them.
const RESOURCE_LINE = /^[ \t{-]*"?(?:apiVersion|kind)"?[ \t]*:/m;

function read(source: SourceFile, limits: ReadLimits, batch: Batch): ReadResult | undefined {
  const { text } = source;
  const kustomization = KUSTOMIZATION.test(source.path);
  const named = kustomization || text.includes('apiVersion') || text.includes('kind');
  const parts = splitDocuments(text);
  if (parts.length === 0) return skippedFor('empty');
  // Only Helm reads a Chart.yaml, whatever it looks like.
  if (!named || CHART.test(source.path)) return skippedFor('notKubernetes');

  const collected: Collected = { documents: [], problems: [], refused: [], resources: false, index: 0 };
  const suspicion = suspicionOf(text);
  for (const part of parts) {
    const outcome = readPart(part, limits, suspicion, batch);
    if (outcome === 'template') return skippedFor('template');
    if (outcome === undefined) return undefined;
    if (!Array.isArray(outcome)) {
      collect(collected, source, part, outcome, kustomization);
      continue;
    }
    for (const value of outcome) {
      const inside = readPart(value, limits, suspicion, batch);
      if (inside === 'template') return skippedFor('template');
      if (inside === undefined) return undefined;
      // A value that was cut out is one value: it is never a list again.
      if (!Array.isArray(inside)) collect(collected, source, value, inside, kustomization);
    }
  }

  const { documents, problems, refused, resources } = collected;
  const skipped: SkipReason[] = [];
  for (const { refusal, part } of refused) {
    const told = resources || kustomization || RESOURCE_LINE.test(part.text);
    if (told) problems.push(problemOf(refusal, source));
    else if (!skipped.includes('notKubernetes')) skipped.push('notKubernetes');
  }
  if (refused.length > 0) problems.sort((a, b) => a.span.start - b.span.start);
  return { documents, problems, skipped };
}

interface Collected {
  readonly documents: YamlDocument[];
  readonly problems: Problem[];
  readonly refused: { readonly refusal: Refusal; readonly part: DocumentText }[];
  /** Whether a document was read that is a resource. */
  resources: boolean;
  index: number;
}

function collect(
  collected: Collected,
  source: SourceFile,
  part: DocumentText,
  outcome: BuiltDocument | Refusal,
  kustomization: boolean,
): void {
  const index = collected.index++;
  if (outcome instanceof Refusal) {
    collected.refused.push({ refusal: outcome, part });
    return;
  }
  const { value, table, keys, notices } = outcome;
  const start = part.base;
  collected.documents.push({ source, index, start, end: start + part.text.length, value, table, keys });
  const resource = isResource(value);
  if (resource) collected.resources = true;
  // What the notices say is true of Kubernetes only: other files have other readers.
  if (!resource && !kustomization) return;
  for (const duplicate of duplicateKeys(notices, source.text, table))
    collected.problems.push({ kind: 'duplicate-key', source, ...duplicate });
  for (const notice of notices) {
    if (notice.kind !== 'merge-order') continue;
    const { span, key, written } = notice;
    collected.problems.push({ kind: 'merge-order', source, span, data: { key, written } });
  }
  if (part.afterEnd) collected.problems.push({ kind: 'after-end', source, span: part.afterEnd, data: {} });
}

function skippedFor(reason: SkipReason): ReadResult {
  return { documents: [], problems: [], skipped: [reason] };
}

function problemOf(refusal: Refusal, source: SourceFile): Problem {
  const span = { start: refusal.start, end: refusal.end };
  return refusal.limit === undefined
    ? { kind: 'syntax', source, span, data: { reason: refusal.reason as string } }
    : { kind: 'bomb', source, span, data: { limit: refusal.limit } };
}

// undefined: a reader is needed that is not loaded. A list: it is several JSON documents.
function readPart(
  part: DocumentText,
  limits: ReadLimits,
  suspicion: Suspicion | undefined,
  { scratch, readFast, readFull }: Batch,
): BuiltDocument | Refusal | DocumentText[] | 'template' | undefined {
  if (part.separatorText) {
    if (looksLikeTemplate(part.text)) return 'template';
    const { start, end } = part.separatorText;
    return new Refusal({ reason: 'text on the line of the --- that separates documents' }, start, end);
  }
  const before = suspicion && refusedBefore(part, suspicion);
  if (before) return before;
  const block = readBlock(part, limits, scratch);
  if (block) return (suspicion && refusedAfter(part, suspicion, block)) ?? block;
  if (!readFast) return undefined;
  let outcome: BuiltDocument | Refusal;
  const fast = readFast(part, limits, scratch);
  if ('gaveUpAt' in fast) {
    const json = part.text.trimStart().startsWith('{') ? splitJson(part) : undefined;
    if (json) return json;
    const lenient = lenientText(part);
    const again = lenient && readFast(lenient, limits, scratch);
    if (again && 'table' in again && areValues(lenient, again)) {
      return (suspicion && refusedAfter(part, suspicion, again)) ?? again;
    }
    // Whatever the full reader would say of this line, somebody else fills it in first.
    if (looksLikeTemplate(lineAround(part.text, fast.gaveUpAt - part.base))) return 'template';
    if (!readFull) return undefined;
    outcome = readFull(part, limits);
  } else {
    outcome = fast;
  }
  if (outcome instanceof Refusal) {
    if (outcome.limit !== undefined) return outcome;
    if (isTemplate(part, outcome)) return 'template';
    const text = filledIn(part.text);
    if (text === undefined) return outcome;
    if (!readFull) return undefined;
    return !(readFull({ ...part, text }, limits) instanceof Refusal) ? 'template' : outcome;
  }
  return (suspicion && refusedAfter(part, suspicion, outcome)) ?? outcome;
}

function isTemplate(part: DocumentText, refusal: Refusal): boolean {
  // `[${A}, ${B}]` is no YAML, but envsubst and Flux fill it in before anybody reads it.
  return lineAround(part.text, refusal.start - part.base).includes('${') || looksLikeTemplate(part.text);
}

function isResource(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { apiVersion, kind } = value as { apiVersion?: unknown; kind?: unknown };
  return typeof apiVersion === 'string' && typeof kind === 'string';
}
