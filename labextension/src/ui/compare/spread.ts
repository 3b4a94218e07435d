// What several experiments came to as one: the mean of a metric, and how far they spread around it.

import type { Num } from '../protocol';

export interface Spread {
  mean: number | null;
  /** Sample standard deviation; null of fewer than two. */
  std: number | null;
  /** How many have a finite value. */
  count: number;
}

export function spreadOf(values: readonly (Num | null | undefined)[]): Spread {
  const finite = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  const count = finite.length;
  if (count === 0) {
    return { mean: null, std: null, count };
  }
  const mean = finite.reduce((sum, value) => sum + value, 0) / count;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: count > 1 ? Math.sqrt(squares / (count - 1)) : null, count };
}
