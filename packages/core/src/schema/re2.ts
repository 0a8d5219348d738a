import { RE2JS } from '@bufbuild/re2';
import type { MatchPattern } from './walk.ts';

/** A matcher for patterns of strangers: RE2 takes linear time, and its syntax is the one that the API server reads. */
export function patternMatcher(): MatchPattern {
  const compiled = new Map<string, RE2JS | undefined>();
  return (pattern, text) => {
    if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern));
    return compiled.get(pattern)?.test(text);
  };
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
