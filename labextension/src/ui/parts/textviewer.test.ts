// A long text as rows, and where something is in it.

import { expect, it } from 'vitest';
import { matchesOf, rowAt, rowsOf } from './textviewer';

it('has a row for each line, and several for one that is long', () => {
  const text = `a\n\n${'x'.repeat(2_500)}\nlast`;
  const rows = rowsOf(text);
  expect(rows.map(row => row.line)).toEqual([1, 2, 3, null, null, 4]);
  expect(rows.map(row => text.slice(row.start, row.end)).join('|')).toBe(
    `a||${'x'.repeat(1_000)}|${'x'.repeat(1_000)}|${'x'.repeat(500)}|last`,
  );
  expect(rowsOf('')).toEqual([{ start: 0, end: 0, line: 1 }]);
});

it('finds in upper and lower case, and knows the row', () => {
  const text = 'One\ntwo one\nONE';
  const found = matchesOf(text, 'one');
  expect(found).toEqual([0, 8, 12]);
  const rows = rowsOf(text);
  expect(found.map(place => rowAt(rows, place))).toEqual([0, 1, 2]);
  expect(matchesOf(text, '')).toEqual([]);
});
