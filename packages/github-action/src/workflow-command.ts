import { randomUUID } from 'node:crypto';
import { cutText, visibleText } from '@meshvet/core';

/** The kinds of annotation, gravest first. */
const KINDS = ['error', 'warning', 'notice'] as const;

export type AnnotationKind = (typeof KINDS)[number];

/** How many annotations of each kind the runner keeps of a step. */
const MAX_OF_KIND = 10;
/** The runner cuts a message after 4,096 characters. */
const LONGEST_MESSAGE = 4_000;

/** An annotation without a place, as a line. */
export function annotation(kind: AnnotationKind, message: string): string {
  const lines = message.split('\n').map(visibleText).join('\n');
  const shown = cutText(lines, LONGEST_MESSAGE);
  return `::${kind} title=meshvet::${shown.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}`;
}

/** Annotations as the runner keeps them: ten of a kind, `first` before the others. Where some are left out the last of a kind says so. */
export function withinLimits(first: readonly string[], others: readonly string[]): string[] {
  return KINDS.flatMap((kind) => {
    const isKind = (line: string): boolean => line.startsWith(`::${kind} `);
    const own = first.filter(isKind).slice(0, MAX_OF_KIND - 1);
    const rest = others.filter(isKind);
    if (own.length + rest.length <= MAX_OF_KIND) return [...own, ...rest];
    const more = annotation(kind, 'and more: GitHub shows 10 annotations of a kind; the log and the report have all');
    return [...own, ...rest.slice(0, MAX_OF_KIND - 1 - own.length), more];
  });
}

/**
 * Text for people, so that the runner takes no line of it for a command. It looks for `::name ...::` at the start of a line, blanks
 * before it left out, and for `##[name]` anywhere in one (actions/runner, ActionCommand.cs). Between `stop-commands` and a
 * word that nobody can know before, it only listens to that word.
 */
export function freeText(text: string): string {
  if (text === '') return '';
  const token = `meshvet-${randomUUID()}`;
  return `::stop-commands::${token}\n${text.endsWith('\n') ? text : `${text}\n`}::${token}::\n`;
}
