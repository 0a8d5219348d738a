import type { Severity } from '@meshvet/core';

/** The milder of two severities. */
export function milderOf(a: Severity, b: Severity): Severity {
  return RANK[a] <= RANK[b] ? a : b;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };
