import { describe, expect, it } from 'vitest';
import { searcher, shownOf, sorted, type Table, tableOf, written } from './table';

const FIGURE = {
  data: [
    {
      type: 'table',
      header: { values: ['name', '<b>score</b>', 'note'] },
      cells: {
        values: [
          ['run10', 'run2', 'run1'],
          [0.123456, null, -3],
          ['a|b & c', '50 %', 'says "x, y"\nand more'],
        ],
      },
    },
  ],
};
const table = tableOf(FIGURE) as Table;
const order = (sorting: Parameters<typeof sorted>[2], text = '') => [...sorted(searcher(table)(text), table, sorting)];

describe('a table', () => {
  it('is read from a figure that is nothing but one', () => {
    expect(table.rows).toBe(3);
    expect(table.columns.map(column => [column.name, column.numeric])).toEqual([
      ['name', false],
      ['score', true],
      ['note', false],
    ]);
  });

  it('is not taken from its author, who chose how it looks', () => {
    const [trace] = FIGURE.data;
    expect(tableOf({ data: [{ ...trace, columnwidth: [1, 2, 3] }] })).toBeNull();
    expect(tableOf({ data: [{ ...trace, cells: { values: [[1]], fill: { color: 'red' } } }] })).toBeNull();
    expect(tableOf({ data: [{ type: 'bar' }] })).toBeNull();
    expect(tableOf({ data: [{ type: 'table', header: {}, cells: { values: 'nonsense' } }] })).toBeNull();
  });

  it('takes typed arrays, and columns of unequal length', () => {
    const bdata = btoa(String.fromCharCode(...new Uint8Array(new Float64Array([1.5, 2]).buffer)));
    const values = [{ dtype: 'f8', bdata }, ['only one']];
    const read = tableOf({ data: [{ type: 'table', header: { values: ['a'] }, cells: { values } }] });
    expect(read?.columns.map(column => column.cells)).toEqual([
      [1.5, 2],
      ['only one', null],
    ]);
    expect(read?.columns.map(column => column.name)).toEqual(['a', '']);
  });

  it('is sorted: numbers by value, texts as a person counts, what is not there last', () => {
    expect(order(null)).toEqual([0, 1, 2]);
    expect(order({ column: 0, descending: false })).toEqual([2, 1, 0]);
    expect(order({ column: 1, descending: false })).toEqual([2, 0, 1]);
    expect(order({ column: 1, descending: true })).toEqual([0, 2, 1]);
  });

  it('is searched: every word, in any cell', () => {
    expect(order(null, 'RUN1')).toEqual([0, 2]);
    expect(order(null, 'run1 says')).toEqual([2]);
    expect(order(null, 'nowhere')).toEqual([]);
  });

  it('shows 4 digits and writes all', () => {
    expect(shownOf(0.123456)).toBe('0.1235');
    expect(shownOf(2024)).toBe('2024');
    expect(shownOf(null)).toBe('');
    expect(written(table, Uint32Array.of(0), 'csv')).toBe('name,score,note\r\nrun10,0.123456,a|b & c\r\n');
  });

  it('is written so that it can be read again', () => {
    const all = Uint32Array.of(2, 1);
    expect(written(table, all, 'csv')).toBe('name,score,note\r\nrun1,-3,"says ""x, y""\nand more"\r\nrun2,,50 %\r\n');
    expect(written(table, Uint32Array.of(0), 'markdown')).toBe(
      '| name | score | note |\n| --- | ---: | --- |\n| run10 | 0.123456 | a\\|b & c |\n',
    );
    expect(written(table, Uint32Array.of(1, 0), 'latex')).toBe(
      [
        '\\begin{tabular}{lrl}',
        '  \\toprule',
        '  name & score & note \\\\',
        '  \\midrule',
        '  run2 &  & 50 \\% \\\\',
        '  run10 & 0.123456 & a|b \\& c \\\\',
        '  \\bottomrule',
        '\\end{tabular}',
        '',
      ].join('\n'),
    );
  });
});
