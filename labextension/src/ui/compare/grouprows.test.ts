// What the details say of experiments in groups.

import { describe, expect, it } from 'vitest';
import { alike, isBetween, kindsOf, ranked, textsOf } from './grouprows';
import { type DetailRow, isTitle, shownRows } from './rows';

const row = (name: string, texts: string[], values: number[]): DetailRow => ({
  group: 'Hyperparameters',
  name,
  texts,
  values,
  long: false,
  differs: new Set(values).size > 1,
});

/** Two groups of two; the fifth experiment is in none. */
const GROUPS = [
  [0, 1],
  [2, 3],
];
const rows = [
  row('seed', ['0', '1', '2'], [0, 1, 0, 1, 2]),
  row('batch', ['32', '64'], [0, 0, 0, 0, 1]),
  row('note', ['x', 'y'], [0, -1, 0, 1, 0]),
  row('rate', ['0.1', '0.3'], [0, 0, 1, 1, 0]),
  row('host', ['here'], [0, 0, 0, 0, 0]),
];

describe('rows of groups', () => {
  it('put first in what groups differ, then in what only their members do', () => {
    const found = ranked(rows, GROUPS);
    const names = (identical: boolean) =>
      shownRows(found, '', identical).items.map(item => (isTitle(item) ? item.title : item.name));
    expect(names(false)).toEqual(['Hyperparameters', 'rate', 'note', 'seed']);
    expect(names(true)).toEqual(['Hyperparameters', 'rate', 'note', 'seed', 'batch', 'host']);
    expect(found.filter(isBetween).map(one => one.name)).toEqual(['note', 'rate']);
  });

  it('say what the members of one have, the most frequent first', () => {
    const seed = row('seed', ['0', '1'], [0, 1, 1, -1]);
    expect(kindsOf(seed, [0, 1, 2, 3])).toEqual([
      [1, 2],
      [0, 1],
      [-1, 1],
    ]);
    expect(textsOf(seed, [0, 1, 2, 3])).toBe('1; 0');
    expect(textsOf(seed, [1, 2])).toBe('1');
    expect(textsOf(seed, [3])).toBeNull();
  });

  it('are alike where the same values occur, how often ever', () => {
    const seed = row('seed', ['0', '1'], [0, 1, 1, 0, 0]);
    expect(alike(seed, [0, 1], [2, 3, 4])).toBe(true);
    expect(alike(seed, [0, 1], [3, 4])).toBe(false);
  });
});
