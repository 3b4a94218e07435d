// What the experiments table makes of names and texts: columns, completions, filters, copies.

import { describe, expect, it } from 'vitest';
import type { FieldsAnswer, TableRow } from '../protocol';
import { askedFor, columnOf, firstColumns, metricKey, parameterKey, trendKey } from './columns';
import { completions } from './completing';
import { codeOf, csvOf, markdownOf } from './copying';
import { filterQuery, NOTHING_CHOSEN } from './filters';

const FIELDS: FieldsAnswer = {
  hyperparameters: [
    ['Args', 'lr'],
    ['General', 'lr'],
    ['General', 'odd "name"'],
  ],
  metrics: [
    ['loss', 'val'],
    ['speed', 'speed'],
  ],
  monitored: [],
  properties: ['city'],
  projects: { 'team/a': 2 },
  tags: { baseline: 1 },
  users: ['ada'],
};

const ROW = {
  id: 'a'.repeat(32),
  name: 'a, "b" | c',
  tags: ['x', 'y'],
  cells: ['0.1', 0.5],
} as unknown as TableRow;

describe('columns', () => {
  it('are called by what people know', () => {
    const titles = [metricKey(['loss', 'val']), metricKey(['speed', 'speed'], 'min'), trendKey(['loss', 'val'])].map(
      key => columnOf(key).title,
    );
    expect(titles).toEqual(['loss/val', 'speed min', 'loss/val trend']);
  });

  it('name the section of a hyperparameter where several have it, and keep odd names', () => {
    const keys = FIELDS.hyperparameters.map(pair => parameterKey(pair, FIELDS.hyperparameters));
    expect(keys[0]).toBe('hyperparameters["Args"]["lr"]');
    expect(keys[2]).toBe('hyperparameters["odd \\"name\\""]');
    expect(keys.map(key => columnOf(key).title)).toEqual(['Args/lr', 'lr', 'odd "name"']);
  });

  it('are asked for unless the row has them or a curve is read for them', () => {
    expect(askedFor(['name', trendKey(['loss', 'val']), 'properties["city"]'])).toEqual(['properties["city"]']);
    expect(firstColumns(FIELDS)).toContain('metrics["loss"]["val"].last');
  });
});

describe('completions', () => {
  const texts = (query: string) => completions(query, query.length, FIELDS).map(one => one.text);

  it('offer names of fields, hyperparameters and metrics', () => {
    expect(texts('los')).toEqual(['metrics["loss"]["val"].last']);
    expect(texts('name ~ "x" and sta')).toEqual(['status', 'started']);
    expect(texts('hyperparameters["l')).toEqual(['hyperparameters["Args"]["lr"]', 'hyperparameters["General"]["lr"]']);
  });

  it('offer the values that there are', () => {
    expect(texts('status == "fa')).toEqual(['"failed"']);
    expect(texts('project == ')).toEqual(['"team/a"']);
    expect(texts('"base')).toEqual(['"baseline" in tags']);
  });

  it('offer nothing after a word of the grammar', () => {
    expect(texts('archived and')).toEqual([]);
  });
});

it('filters are a query', () => {
  expect(filterQuery(NOTHING_CHOSEN)).toBe('');
  expect(filterQuery({ ...NOTHING_CHOSEN, status: ['failed'], tags: ['a "b"'], date: '7 days ago' })).toBe(
    'status in ("failed") and "a \\"b\\"" in tags and created > "7 days ago"',
  );
});

it('rows are copied as CSV, Markdown and code', () => {
  const asked = ['hyperparameters["lr"]', 'metrics["loss"]["val"].last'];
  const columns = ['name', 'tags', ...asked].map(columnOf);
  expect(csvOf([ROW], columns, asked)).toBe('Name,Tags,lr,loss/val\n"a, ""b"" | c","x, y",0.1,0.5\n');
  expect(markdownOf([ROW], columns, asked).split('\n')[2]).toBe('| a, "b" \\| c | x, y | 0.1 | 0.5 |');
  expect(codeOf({ query: 'name ~ "x"', order: '-created', archived: false }, [])).toBe(
    `track.experiments('name ~ "x"', order_by='-created')\n`,
  );
});
