// What the experiments table makes of names and texts: columns, completions, filters, copies.

import { describe, expect, it, vi } from 'vitest';
import type { FieldsAnswer, Group, GroupCell, TableRow } from '../protocol';
import type { Source } from '../source';
import {
  askedFor,
  columnOf,
  firstColumns,
  metricKey,
  parameterKey,
  shownOfGroup,
  summedOf,
  titleOf,
  trendKey,
} from './columns';
import { completions } from './completing';
import { codeOf, csvOf, markdownOf } from './copying';
import { filterQuery, NOTHING_CHOSEN } from './filters';
import { Grouped } from './grouped';
import { kindOf } from './kinds';

const EXPERIMENTS = kindOf('experiment');

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
  frameworks: [],
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
    expect(firstColumns(FIELDS, EXPERIMENTS)).toContain('metrics["loss"]["val"].last');
  });
});

describe('completions', () => {
  const texts = (query: string) => completions(query, query.length, FIELDS, EXPERIMENTS).map(one => one.text);

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
  expect(codeOf({ query: 'name ~ "x"', order: '-created', archived: false }, [], EXPERIMENTS)).toBe(
    `track.experiments('name ~ "x"', order_by='-created')\n`,
  );
  expect(codeOf({ query: '', order: 'name', archived: true }, [], kindOf('model'))).toBe(
    "track.open_store().models(order_by='name', archived=True)\n",
  );
});

describe('groups', () => {
  const said = (key: string, cell: GroupCell | null) => shownOfGroup(columnOf(key), cell).text;

  it('say the one value, the mean, or how many values their members have', () => {
    expect(said('status', { low: 'failed', high: 'failed', mean: null, kinds: 1 })).toBe('failed');
    expect(said('status', { low: 'completed', high: 'failed', mean: null, kinds: 3 })).toBe('3 values');
    expect(said(metricKey(['loss', 'val']), { low: 1, high: 2, mean: 1.5, kinds: null })).toBe('⌀ 1.5');
    expect(said('status', null)).toBe('');
    expect(shownOfGroup(columnOf('created'), { low: 'a', high: 'b', mean: null, kinds: null }).time).toBe('b');
  });

  it('sum up what every row has one of', () => {
    expect(summedOf(['name', 'status', 'tags', 'id', trendKey(['loss', 'val']), 'properties["city"]'], 'user')).toEqual(
      ['status', 'properties["city"]'],
    );
  });

  it('of a cell are attempts, called by their name', () => {
    const name = (low: string, high: string) => ({ low, high, mean: null, kinds: 1 });
    const group = (value: string | null, low: string, high = low) => ({
      value,
      where: '',
      count: 2,
      cells: [name(low, high)],
    });
    const title = (one: Group) => titleOf(one, 'cell', summedOf([], 'cell'));
    expect(title(group('ab12', 'sgd'))).toBe('sgd');
    expect(title(group('ab12', 'adam', 'sgd'))).toBe('adam … sgd');
    expect(title(group(null, 'x'))).toBe('Not started by a cell');
    expect(titleOf(group('failed', 'x'), 'status', [])).toBe('failed');
  });

  it('are lines among which those of their members stand', async () => {
    const groups = ['a', 'b'].map(value => ({ value, where: `name == "${value}"`, count: 2, cells: [] }));
    const asked: unknown[] = [];
    const source = {
      read: async (name: string, args: Record<string, unknown>) => {
        asked.push([name, args.filters]);
        return name === 'groups'
          ? { items: groups, total: 4, more: false, problem: null }
          : {
              items: [
                { ...ROW, id: '1' },
                { ...ROW, id: '2' },
              ],
              total: 2,
              damaged: [],
              problem: null,
            };
      },
    } as unknown as Source;
    const rows = new Grouped(source, 'name', () => []);
    rows.ask({ filters: 'archived' });
    await vi.waitFor(() => expect(rows.total.value).toBe(2));
    expect([rows.slot(0), rows.slot(1)]).toEqual(groups);
    rows.toggle(groups[0] as Group);
    await vi.waitFor(() => expect(rows.row(2)?.id).toBe('2'));
    expect([rows.total.value, rows.headOf(2), rows.slot(3)]).toEqual([4, 0, groups[1]]);
    expect(asked.at(-1)).toEqual(['table', '(archived) and (name == "a")']);
    expect((await rows.all(0, 3)).map(row => row.id)).toEqual(['1', '2']);
    rows.toggle(groups[0] as Group);
    expect([rows.total.value, rows.slot(1)]).toEqual([2, groups[1]]);
    rows.stop();
  });
});
