import { json } from './json.ts';
import type { Reporter } from './reporter.ts';
import { text } from './text.ts';

/** The formats, by the name that `--format` takes. */
export const REPORTERS = { text, json } as const satisfies Readonly<Record<string, Reporter>>;

export type FormatName = keyof typeof REPORTERS;

export const FORMATS = Object.keys(REPORTERS) as readonly FormatName[];
