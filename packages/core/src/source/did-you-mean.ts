import leven from 'leven';

// Comparing costs the product of both lengths, and nobody misspells a word of a hundred letters.
const LONGEST = 100;

/**
 * The candidate that was probably meant by a word: one that differs in case only, or else the nearest one within a
 * third of its length (at least one letter, at most three; letters that changed places are one slip). Of equally near
 * ones the first in alphabetical order, so that the order of the candidates decides nothing.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > LONGEST) return undefined;
  const lower = word.toLowerCase();
  const own = letters(lower);
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.max(1, Math.round(word.length / 3))) + 1;
  for (const candidate of candidates) {
    if (candidate.length === 0 || candidate.length > LONGEST || candidate === word) continue;
    const other = candidate.toLowerCase();
    const distance = other === lower ? 0 : letters(other) === own ? 1 : leven(lower, other);
    if (distance < bestDistance || (distance === bestDistance && best !== undefined && candidate < best)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function letters(word: string): string {
  return [...word].sort().join('');
}
