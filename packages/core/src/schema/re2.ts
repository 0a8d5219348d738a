import { RE2JS } from '@bufbuild/re2';
import type { MatchPattern } from './walk.ts';

/** Compiles each pattern once; throws for one that is none. */
export function patternCompiler(): (pattern: string) => RE2JS {
  const compiled = new Map<string, RE2JS>();
  return (pattern) => {
    let found = compiled.get(pattern);
    if (!found) compiled.set(pattern, (found = RE2JS.compile(pattern)));
    return found;
  };
}

/** A matcher for patterns of strangers: RE2 takes linear time, and its syntax is the one that the API server reads. */
export function patternMatcher(): MatchPattern {
  const compiled = new Map<string, RE2JS | undefined>();
  // Names and versions come again and again, and this engine is no fast one.
  const answers = new Map<string, boolean | undefined>();
  return (pattern, text) => {
    const question = `${pattern}\n${text}`;
    if (answers.has(question)) return answers.get(question);
    if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern));
    const answer = compiled.get(pattern)?.test(text);
    if (answers.size < MOST_ANSWERS) answers.set(question, answer);
    return answer;
  };
}

const MOST_ANSWERS = 10_000;

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
