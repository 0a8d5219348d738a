import type { Field } from '@meshvet/core';
import { ownSpan, replaceKey, type ScalarEdit, writtenString } from './scalar-edit.ts';

// Edits of mappings, in the style in which they are written. Where it is not certain how, there is no edit: better none than one that its
// author would have made otherwise.

/** What a new entry holds: text as it is to be written, and a comment that goes with it. */
interface Entry {
  readonly key: string;
  readonly value: string;
  /** From the `#` on; only where it can stand at the end of a line. */
  readonly comment?: string;
}

/**
 * Adds a key with a string to a mapping, before its first key. A mapping that is not there yet is made, with those around it
 * that are missing too.
 */
export function insertString(mapping: Field, key: string, value: string): ScalarEdit[] {
  const json = isJson(mapping);
  return insertEntry(mapping, {
    key: json ? JSON.stringify(key) : writtenString(key),
    value: json ? JSON.stringify(value) : writtenString(value),
  });
}

/** Takes a key and its value out of a mapping, with the mapping itself where nothing would be left in it. */
export function deleteEntry(field: Field): ScalarEdit[] {
  if (!field.parent || typeof field.key !== 'string') return [];
  if (!ownSpan(field)) return [];
  const out = cut(field, false);
  return out ? [out] : [];
}

/** Moves a key with its string, as it is written, to another mapping of the document; a comment on its line goes along. */
export function moveEntry(field: Field, target: Field): ScalarEdit[] {
  const entry = writtenEntry(field);
  const from = field.parent;
  // `annotations:` with this one key, and no `labels:` beside it: the one name for the other is all.
  if (entry && from && !target.exists && isBeside(from, target) && from.entries().length === 1) {
    return typeof target.key === 'string' ? replaceKey(from, target.key) : [];
  }
  const out = entry && cut(field, true);
  const end = field.fullSpan()?.end;
  if (!out || end === undefined) return [];
  const comment = /^[ \t]*(#.*)/.exec(field.document.source.text.slice(end, out.end));
  const into = insertEntry(target, { ...entry, ...(comment?.[1] ? { comment: comment[1].trimEnd() } : {}) });
  return into.length > 0 ? [...into, out] : [];
}

function isBeside(a: Field, b: Field): boolean {
  const slot = a.parent?.slot();
  return slot !== undefined && a.document === b.document && b.parent?.slot() === slot;
}

/** Copies a key with its string, as it is written, to another mapping of the document. */
export function copyEntry(field: Field, target: Field): ScalarEdit[] {
  const entry = writtenEntry(field);
  return entry ? insertEntry(target, entry) : [];
}

/** A key and its string with the quotes that they have; with other ones where they have none and may need some elsewhere. */
function writtenEntry(field: Field): Entry | undefined {
  const span = ownSpan(field);
  if (!span || typeof field.key !== 'string' || typeof field.value !== 'string') return undefined;
  const { text } = field.document.source;
  const value = text.slice(span.start, span.end);
  if (/[\r\n]/.test(value)) return undefined;
  const quoted = value.startsWith('"') || value.startsWith("'");
  const key = field.keySpan();
  return {
    key: text.slice(key.start, key.end),
    value: quoted ? value : writtenString(field.value),
  };
}

/** Adds an item that is a mapping of one number to a list of mappings, before its first item. */
export function insertNumberItem(list: Field, key: string, value: number): ScalarEdit[] {
  const { text } = list.document.source;
  const place = list.fullSpan();
  const first: unknown = Array.isArray(list.value) ? list.value[0] : undefined;
  if (!place || typeof first !== 'object' || first === null || Array.isArray(first)) return [];
  const written = isJson(list) ? JSON.stringify(key) : writtenString(key);
  if (text[place.start] === '[') {
    const at = place.start + 1;
    const spaced = /\s/.test(text[at] ?? '');
    return [
      { start: at, end: at, text: `${text[at] === ' ' ? ' ' : ''}{ ${written}: ${value} },${spaced ? '' : ' '}` },
    ];
  }
  const line = lineOf(text, place.start);
  const indent = line && text.slice(line.start, place.start);
  if (!line || indent === undefined || text[place.start] !== '-' || !/^ *$/.test(indent)) return [];
  const at = underKey(text, list, line.start);
  return [{ start: at, end: at, text: `${indent}- ${written}: ${value}${lineBreak(text, line)}` }];
}

function insertEntry(mapping: Field, entry: Entry): ScalarEdit[] {
  const { text } = mapping.document.source;
  const missing: string[] = [];
  let at: Field | undefined = mapping;
  while (at && !at.exists) {
    if (typeof at.key !== 'string') return [];
    missing.unshift(at.key);
    at = at.parent;
  }
  const place = at?.fullSpan();
  if (!at?.isMapping || !place || at.slot() === undefined) return [];
  const json = isJson(mapping);
  const quoted = (key: string) => (json ? JSON.stringify(key) : writtenString(key));
  const flow = () =>
    missing.reduceRight((inside, key) => `${quoted(key)}: { ${inside} }`, `${entry.key}: ${entry.value}`);
  const [first] = inOrder(at);
  if (text[place.start] === '{') {
    // A comment would take in what follows it between the braces.
    if (entry.comment) return [];
    if (first) return [{ start: first.start, end: first.start, text: `${flow()}, ` }];
    // Nothing may stand between the braces, no comment either.
    return /^\{\s*\}$/.test(text.slice(place.start, place.end)) ? [{ ...place, text: `{ ${flow()} }` }] : [];
  }
  if (!first) return [];
  const line = lineOf(text, first.start);
  if (!line) return [];
  const column = first.start - line.start;
  const before = text.slice(line.start, first.start);
  const starts = before.trim() === '';
  // An item of a list begins with its dash, and keeps it.
  if (!/^ *(?:- +)*$/.test(before)) return [];
  const newline = lineBreak(text, line);
  const lines = missing.map((key, i) => `${' '.repeat(column + 2 * i)}${quoted(key)}:`);
  const comment = entry.comment ? ` ${entry.comment}` : '';
  lines.push(`${' '.repeat(column + 2 * missing.length)}${entry.key}: ${entry.value}${comment}`);
  if (!starts) {
    const body = lines.join(newline).trimStart();
    return [{ start: first.start, end: first.start, text: `${body}${newline}${' '.repeat(column)}` }];
  }
  const top = underKey(text, at, line.start);
  return [{ start: top, end: top, text: lines.map((one) => one + newline).join('') }];
}

// Comments between the key of a mapping and its first entry are about that entry, and stay before it.
function underKey(text: string, mapping: Field, firstLine: number): number {
  if (typeof mapping.key !== 'string') return firstLine;
  const { end } = mapping.keySpan();
  if (firstLine - end > NEAR) return firstLine;
  const next = text.indexOf('\n', end) + 1;
  if (next === 0 || next > firstLine) return firstLine;
  return /^(?:[ \t]*(?:#.*)?\r?\n)*$/.test(text.slice(next, firstLine)) ? next : firstLine;
}

interface Written {
  readonly key: string;
  readonly start: number;
  /** Undefined when nothing is written behind the key. */
  readonly end: number | undefined;
}

/** The entries of a mapping in the order of the text; none when some are not written there (a merge). */
function inOrder(mapping: Field): Written[] {
  const written = mapping.entries().map(([key, field]) => {
    const span = field.slot() === undefined ? undefined : field.keySpan();
    return { key, start: span?.start ?? -1, end: field.fullSpan()?.end };
  });
  if (written.some(({ start }) => start < 0)) return [];
  return written.sort((a, b) => a.start - b.start);
}

/** What has to go so that an entry is gone; `comment`: one on its line may go too. */
function cut(field: Field, comment: boolean): ScalarEdit | undefined {
  const { parent } = field;
  const { text } = field.document.source;
  const place = parent?.fullSpan();
  const span = field.fullSpan();
  if (!parent?.isMapping || !place || !span || typeof field.key !== 'string') return undefined;
  const entries = inOrder(parent);
  const index = entries.findIndex(({ key }) => key === field.key);
  if (index < 0) return undefined;
  const flow = text[place.start] === '{';
  const start = (entries[index] as Written).start;
  const gap = (from: number, to: number): string => (to - from > NEAR ? '#' : text.slice(from, to));
  // A mapping without entries would be nothing at all (`labels:`), or stay behind as `{}`.
  if (entries.length === 1) {
    const inside = flow
      ? /^\s*$/.test(gap(place.start + 1, start) + gap(span.end, place.end - 1))
      : place.start === start && place.end === span.end;
    const alone = /^[ \t]*:\s*$/.test(gap(parent.keySpan().end, place.start));
    // A comment behind brackets is about all that is in them.
    return inside && alone ? cut(parent, comment && !flow) : undefined;
  }
  const next = entries[index + 1]?.start;
  if (flow) {
    if (next !== undefined) return /^\s*,\s*$/.test(gap(span.end, next)) ? { start, end: next, text: '' } : undefined;
    const last = entries[index - 1]?.end;
    if (last === undefined || !/^\s*,\s*$/.test(gap(last, start))) return undefined;
    return { start: last, end: span.end, text: '' };
  }
  const first = lineOf(text, start);
  const last = lineOf(text, span.end);
  if (!first || !last) return undefined;
  const rest = text.slice(span.end, last.end);
  if (!(comment ? /^[ \t]*(?:[ \t]#.*)?$/ : /^[ \t]*$/).test(rest)) return undefined;
  if (!/^ *$/.test(text.slice(first.start, start))) {
    // Behind the dash of an item: the next entry takes its place.
    if (next === undefined || lineOf(text, next)?.start !== last.next || rest.includes('#')) return undefined;
    return { start, end: next, text: '' };
  }
  if (last.next > last.end) return { start: first.start, end: last.next, text: '' };
  // The last line has no line break, so the one before it goes: the file still ends without.
  const before = first.start - (text[first.start - 2] === '\r' ? 2 : 1);
  return before > 0 ? { start: before, end: last.end, text: '' } : undefined;
}

// In a hostile file everything is one line; nothing that a person wrote is further apart.
const NEAR = 2000;

/** A line: where it starts, where its text ends, and where the next one starts (at the end of the text there is none). */
interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** The line around a place. None for one without end, nor with a carriage return alone: that ends a line for YAML and for no editor. */
function lineOf(text: string, at: number): Line | undefined {
  let start = at;
  while (start > 0 && text[start - 1] !== '\n') if (at - --start > NEAR) return undefined;
  let end = at;
  while (end < text.length && text[end] !== '\n') if (++end - at > NEAR) return undefined;
  const next = Math.min(end + 1, text.length);
  if (text[end] === '\n' && text[end - 1] === '\r' && end > start) end--;
  return text.slice(start, end).includes('\r') ? undefined : { start, end, next };
}

/** The line break of a line; of a last one without, that of the line before. */
function lineBreak(text: string, { start, end, next }: Line): string {
  return next > end ? text.slice(end, next) : text[start - 2] === '\r' ? '\r\n' : '\n';
}

/** Whether a document is written as JSON, where every word has quotes. */
function isJson(field: Field): boolean {
  let root = field;
  while (root.parent) root = root.parent;
  const start = root.fullSpan()?.start;
  return start !== undefined && root.document.source.text[start] === '{';
}
