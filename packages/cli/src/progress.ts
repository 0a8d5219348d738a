import type { Host } from './host.ts';

/** Milliseconds without a word that nobody minds. */
const PATIENCE = 1000;
/** Milliseconds between two words. */
const PACE = 100;
// To the start of the line, and all of it cleared.
const CLEAR = '\r\u001b[2K';

/** A sign of life: one line on standard error that is written over, and taken away at the end. */
export interface Progress {
  /** Says what is being done; the text must be printable. Cheap: most calls look at the clock only. */
  say(words: () => string): void;
  /** Takes the line away. */
  end(): void;
}

const SILENT: Progress = { say: () => {}, end: () => {} };

/** Speaks after a second, to a person only: not when standard error is no terminal, or one that cannot clear a line, or in CI. */
export function startProgress(host: Host, quiet: boolean): Progress {
  const { CI: ci, TERM: term } = host.env;
  if (quiet || (ci !== undefined && ci !== '' && ci !== 'false') || term === 'dumb' || !host.isTerminal('stderr'))
    return SILENT;
  let due = host.clock() + PATIENCE;
  let shown = false;
  return {
    say(words) {
      const now = host.clock();
      if (now < due) return;
      due = now + PACE;
      shown = true;
      host.print('stderr', `${CLEAR}meshvet: ${words()}`);
    },
    end() {
      if (shown) host.print('stderr', CLEAR);
      shown = false;
    },
  };
}
