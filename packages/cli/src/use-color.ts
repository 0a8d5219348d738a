import type { GivenFlags } from './arguments.ts';
import type { Host } from './host.ts';

/** Whether to use colours on a stream: the flag, then FORCE_COLOR (which Node puts over NO_COLOR), NO_COLOR, TERM, the terminal. */
export function useColor(flags: GivenFlags, host: Host, stream: 'stdout' | 'stderr'): boolean {
  const flag = flags.later('color', 'no-color');
  if (flag) return flag === 'color';
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: term } = host.env;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (refused) return false;
  return term !== 'dumb' && host.isTerminal(stream);
}
