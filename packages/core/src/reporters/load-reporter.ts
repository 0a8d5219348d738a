import type { FormatName } from './formats.ts';
import type { Reporter } from './reporter.ts';
import { text } from './text.ts';

/** The reporter of a format. All but `text` are loaded when they are first asked for: a run at a terminal needs none of them. */
export async function loadReporter(format: FormatName): Promise<Reporter> {
  if (format === 'text') return text;
  const { REPORTERS } = await import('./index.ts');
  return REPORTERS[format];
}
