// What the experiments table makes of names and texts: columns, completions, filters, copies.

import { describe, expect, it, vi } from 'vitest';
import type { FieldsAnswer, Group, GroupCell, TableRow, View } from '../protocol';
import type { Source } from '../source';
import {
  askedFor,
  attemptsOf,
  calledBy,
  columnOf,
  firstColumns,
  metricKey,
  parameterKey,
  shownOf,
  shownOfGroup,
  summedOf,
  titleOf,
  trendKey,
} from './columns';
import { completions, meantBy } from './completing';
import { codeOf, csvOf, groupLines, groupTexts, linesOf, markdownOf } from './copying';
import { filterQuery, NOTHING_CHOSEN } from './filters';
import { offered } from './groupby';
import { Grouped } from './grouped';
import { comparedBy, groupedAs, readGrouping, spellGrouping, titleOfGrouping } from './grouping';
import { kindOf } from './kinds';
import { both, queryOf } from './rows';
import { TableState } from './state';
import { unknownIn } from './unknown';

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

const ASKED = { query: '', order: '-created', archived: false, groupBy: '', columns: [] };
/** Of a column of three members. */
const NOTHING: GroupCell = { low: '', high: '', mean: null, kinds: null, count: 3, std: null };
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

  it('show a parameter as it was written, and shorter where it is long', () => {
    const said = (cell: string) => shownOf(columnOf('hyperparameters["lr"]'), cell);
    expect(['0.10', '1e-4', 'adam', '1.2.3456789'].map(cell => said(cell).text)).toEqual([
      ...['0.10', '1e-4', 'adam', '1.2.3456789'],
    ]);
    expect(said('0.0025641025641025641')).toEqual({ text: '0.002564', whole: '0.0025641025641025641' });
  });

  it('are asked for unless the row has them or a curve is read for them', () => {
    expect(askedFor(['name', trendKey(['loss', 'val']), 'properties["city"]'])).toEqual(['properties["city"]']);
    expect(firstColumns(FIELDS, EXPERIMENTS)).toContain('metrics["loss"]["val"].last');
  });

  it('begin with what was tried and what came of it, parameters of runs before those of the machine', () => {
    const hyperparameters: FieldsAnswer['hyperparameters'] = [
      ['Args', 'seed'],
      ['Environment', 'PATH'],
      ['General', 'lr'],
    ];
    expect(firstColumns({ ...FIELDS, hyperparameters }, EXPERIMENTS).slice(0, 6)).toEqual([
      ...['name', 'status', 'hyperparameters["lr"]', 'hyperparameters["seed"]', 'hyperparameters["PATH"]'],
      'metrics["loss"]["val"].last',
    ]);
    const telling: FieldsAnswer['telling'] = {
      hyperparameters: [
        ['General', 'odd "name"'],
        ['General', 'lr'],
      ],
      metrics: [['speed', 'speed']],
    };
    expect(firstColumns({ ...FIELDS, telling }, EXPERIMENTS).slice(2, 5)).toEqual([
      ...['hyperparameters["odd \\"name\\""]', 'hyperparameters["General"]["lr"]', metricKey(['speed', 'speed'])],
    ]);
    expect(firstColumns(FIELDS, EXPERIMENTS)).not.toContain('user'); // there is one only
    expect(firstColumns({ ...FIELDS, users: ['ada', 'bo'] }, EXPERIMENTS)).toContain('user');
  });
});

describe('completions', () => {
  const texts = (query: string) => completions(query, query.length, FIELDS, EXPERIMENTS).map(one => one.text);

  it('offer names of fields, hyperparameters and metrics', () => {
    expect(texts('los')).toEqual(['metrics["loss"]["val"].last']);
    expect(texts('name ~ "x" and sta')).toEqual(['status', 'started']);
    expect(texts('hyperparameters["l')).toEqual(['hyperparameters["Args"]["lr"]', 'hyperparameters["General"]["lr"]']);
  });

  it('know what a mere name means', () => {
    const message = 'There is no field x; did you mean user?';
    const meant = (text: string) => Object.values(meantBy(message, text, FIELDS));
    expect(meant('odd > 1')).toEqual(['odd', 'user', message]);
    expect(meant('lr == 0.1')).toEqual(['lr', 'hyperparameters["Args"]["lr"]', 'lr is a hyperparameter.']);
    expect(meant('loss/val < 1')).toEqual(['loss/val', 'metrics["loss"]["val"].last', 'loss/val is a metric.']);
    expect(meant('speed < 1')).toEqual(['speed', 'metrics["speed"]["speed"].last', 'speed is a metric.']);
    expect(meant('loss < 1')).toEqual(['loss', 'metrics["loss"]["val"].last', 'loss is a metric.']);
    expect(meantBy('A list holds values only.', 'lr', FIELDS).meant).toBe('');
  });

  it('know what other tools write, and what lacks its quotes', () => {
    const dotted = (name: string, meant: string) =>
      Object.values(meantBy(`There is no field ${name}; did you mean ${meant}?`, `${name} > 1`, FIELDS)).slice(0, 2);
    expect(dotted('config.lr', 'hyperparameters["lr"]')).toEqual(['config.lr', 'hyperparameters["Args"]["lr"]']);
    expect(dotted('config.new', 'hyperparameters["new"]')).toEqual(['config.new', 'hyperparameters["new"]']);
    expect(dotted('summary.loss', 'metrics["loss"]')).toEqual(['summary.loss', 'metrics["loss"]["val"].last']);
    expect(dotted('loss/val', 'metrics["loss/val"]')).toEqual(['loss/val', 'metrics["loss"]["val"].last']);
    const unquoted = meantBy('There is no field lr; did you mean "lr"?', 'lr', FIELDS);
    expect([unquoted.word, unquoted.meant]).toEqual(['lr', '"lr"']);
    expect(meantBy("'finished' is no status; did you mean completed?", '"finished"', FIELDS)).toEqual({
      word: '"finished"',
      meant: '"completed"',
      said: "'finished' is no status; did you mean completed?",
    });
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

it('a name in a query that nobody has is told, with the nearest', () => {
  const unknown = (query: string) => unknownIn(query, FIELDS);
  expect(unknown('metrics["los/val"].min < 1 and name ~ "x"')).toEqual({
    said: 'No metric is called los/val; did you mean loss/val?',
    instead: { words: 'loss/val', query: 'metrics["loss"]["val"].min < 1 and name ~ "x"' },
  });
  expect(unknown('metrics["loss"] < 1')?.instead?.words).toBe('loss/val');
  expect(unknown('hyperparameters["lt"] == 1')?.said).toBe('No hyperparameter is called lt; did you mean lr?');
  expect(unknown('properties["country"] == "x"')).toEqual({
    said: 'No property is called country.',
    instead: null,
  });
  for (const query of ['metrics["loss/val"] < 1', 'metrics["val/loss"] < 1', 'metrics["speed"] > 1', 'lr', '']) {
    expect(unknown(query)).toBeNull();
  }
  expect(unknown('hyperparameters["Args"]["lr"] == 1')).toBeNull();
  expect(unknownIn('metrics["x"] > 1', undefined)).toBeNull();
});

it('filters are a query', () => {
  expect(filterQuery(NOTHING_CHOSEN)).toBe('');
  expect(filterQuery({ ...NOTHING_CHOSEN, status: ['failed'], tags: ['a "b"'], date: '7 days ago' })).toBe(
    'status in ("failed") and "a \\"b\\"" in tags and created > "7 days ago"',
  );
});

it('yesterday is the day before the one that the person at the screen has', () => {
  const now = new Date(2026, 2, 1, 0, 30);
  const [from, to] = [...filterQuery({ ...NOTHING_CHOSEN, date: 'yesterday' }, now).matchAll(/"(.*?)"/g)].map(
    found => new Date(found[1] ?? ''),
  );
  expect([from, to]).toEqual([new Date(2026, 1, 28), new Date(2026, 2, 1)]);
  expect(filterQuery({ ...NOTHING_CHOSEN, date: 'today' }, now)).toContain(
    `created >= "${to?.toISOString().slice(0, -5)}Z"`,
  );
});

it('words are a query where another one stands beside them', () => {
  expect(both(queryOf('adam lr'), 'status == "failed"')).toBe(
    '((name ~ "adam" or id ~ "adam" or description ~ "adam") and (name ~ "lr" or id ~ "lr" or description ~ "lr")) and ' +
      '(status == "failed")',
  );
  for (const query of ['', 'archived', 'lr = 1', 'not archived', '"baseline" in tags']) {
    expect(queryOf(query)).toBe(query);
  }
});

it('rows are copied as CSV, Markdown and code', () => {
  const asked = ['hyperparameters["lr"]', 'metrics["loss"]["val"].last'];
  const columns = ['name', 'tags', ...asked].map(columnOf);
  const lines = linesOf([ROW], columns, asked);
  expect(csvOf(lines)).toBe('Name,Tags,lr,loss/val\n"a, ""b"" | c","x, y",0.1,0.5\n');
  expect(markdownOf(lines).split('\n')[2]).toBe('| a, "b" \\| c | x, y | 0.1 | 0.5 |');
  expect(codeOf({ ...ASKED, query: 'name ~ "x"' }, [], EXPERIMENTS)).toBe(
    `track.experiments('name ~ "x"', order_by='-created')\n`,
  );
  expect(codeOf({ ...ASKED, order: 'name', archived: true }, [], kindOf('model'))).toBe(
    "track.open_store().models(order_by='name', archived=True)\n",
  );
});

it('groups are copied as CSV, Markdown and code', () => {
  const loss = metricKey(['loss', 'val']);
  const [lr, seed] = ['hyperparameters["lr"]', 'hyperparameters["seed"]'];
  const rows = new Grouped({} as Source, `all but ${seed}`, () => []);
  rows.summed = [loss, lr, seed, 'last_iteration'];
  rows.groups = [
    {
      value: 'lr=0.1',
      where: `${lr} == "0.1"`,
      count: 3,
      cells: [
        { ...NOTHING, low: 0.5, high: 1 / 3, mean: 0.4166, std: 0.11785, count: 2 },
        { ...NOTHING, low: '0.1', high: '0.1', mean: 0.1, kinds: 1, count: 3 },
        { ...NOTHING, low: '0', high: '2', mean: 1, kinds: 3, count: 3 },
        { ...NOTHING, low: 1200, high: 1200, mean: 1200, std: 0, count: 3 },
      ],
    },
  ];
  const columns = ['name', loss, lr, seed, 'last_iteration', trendKey(['loss', 'val'])].map(columnOf);
  expect(csvOf(groupLines(rows, columns, 'experiments'))).toBe(
    'group,experiments,loss/val (mean),loss/val (std),loss/val (n),lr,seed,Iteration\n' +
      'lr=0.1,3,0.4166,0.11785,2,0.1,3 values,1200\n',
  );
  expect(markdownOf(groupTexts(rows, columns, 'experiments')).split('\n')[2]).toBe(
    '| lr=0.1 | 3 | 0.4166 ± 0.12 n = 2 | 0.1 | 3 values | 1,200 |',
  );
  const asked = { ...ASKED, order: loss, groupBy: rows.by, columns: ['name', loss] };
  expect(codeOf(asked, [], EXPERIMENTS)).toBe(
    `track.table(order_by='${loss}', group_by='all but ${seed}', columns=['name', '${loss}'])\n`,
  );
});

it('what a table is grouped by is read and written', () => {
  for (const text of ['', 'status', 'hyperparameters["a, \\"b"], status', 'all but hyperparameters["seed"], fold']) {
    expect(spellGrouping(readGrouping(text))).toBe(text);
  }
  expect(readGrouping('All but  hyperparameters["a"]["b, c"] ,seed')).toEqual({
    but: true,
    fields: ['hyperparameters["a"]["b, c"]', 'seed'],
  });
  expect(titleOfGrouping('all but hyperparameters["seed"]')).toBe('All but seed');
  expect(titleOfGrouping('cell, hyperparameters["lr"]')).toBe('By Attempts of a cell, lr');
});

it('what takes repetitions together is offered first, then what was tried', () => {
  const names = ['lr', 'seed', 'random_state', 'seeded', 'train.seed', 'inseed'];
  const hyperparameters = names.map((name): [string, string] => ['General', name]);
  const [first, second] = offered(EXPERIMENTS, { ...FIELDS, hyperparameters });
  expect(first?.[1].map(spellGrouping)).toEqual([
    'all but hyperparameters["seed"]',
    'all but hyperparameters["random_state"]',
    'all but hyperparameters["train.seed"]',
  ]);
  expect(second?.[1].map(one => one.fields[0])).toEqual(names.map(name => `hyperparameters["${name}"]`));
});

it('a comparison takes the groups of the table, where it can make them and there are several', async () => {
  expect(comparedBy('hyperparameters["General"]["lr"], status, properties["city"]')).toEqual({
    by: ['General/lr', 'status', 'properties/city'],
  });
  expect(comparedBy('all but hyperparameters["seed"]')).toEqual({ over: ['seed'] });
  expect(comparedBy('All but General/seed, hyperparameters.fold')).toEqual({ over: ['General/seed', 'fold'] });
  expect(['', 'created', `status, ${metricKey(['loss', 'val'])}`].map(comparedBy)).toEqual([null, null, null]);
  const parameters: [string, string][] = [
    ['Args', 'lr'],
    ['General', 'lr'],
    ['General', 'seed, too'],
  ];
  for (const [text, named] of [
    ['hyperparameters["General"]["lr"], hyperparameters["seed, too"]', { by: ['General/lr', 'seed, too'] }],
    ['status, properties["a/b"]', { by: ['status', 'properties/a/b'] }],
    ['all but hyperparameters["lr"], hyperparameters["seed, too"]', { over: ['lr', 'seed, too'] }],
  ] as const) {
    expect(comparedBy(text)).toEqual(named);
    expect(groupedAs([], [], parameters)).toBe('');
    const { by = [], over = [] } = named as { by?: readonly string[]; over?: readonly string[] };
    expect(groupedAs(by, over, parameters)).toBe(text);
  }
  expect(groupedAs(['General/seed, too'], [], parameters)).toBe('hyperparameters["seed, too"]');
  expect(groupedAs([], ['status'], parameters)).toBe('all but hyperparameters["status"]');

  let groups = 2;
  const read = vi.fn(async () => ({ groups: Array(groups).fill({}) }));
  const view = { kind: 'table', objects: [], options: { group_by: 'status' } } as unknown as View;
  const state = new TableState({ read } as unknown as Source, view);
  await state.compare(['a', 'b', 'c']);
  expect(read).toHaveBeenCalledWith('comparison', { objects: ['a', 'b', 'c'], by: ['status'] });
  expect(state.compared.value?.options).toEqual({ by: ['status'], band: 'minmax' });
  for (groups of [1, 3]) {
    await state.compare(['a', 'b', 'c']);
    expect(state.compared.value).toEqual({ ids: ['a', 'b', 'c'], options: {} });
  }
});

describe('groups', () => {
  const said = (key: string, cell: GroupCell | null) => {
    const { text, spread, of } = shownOfGroup(columnOf(key), cell, 3);
    return [text, spread, of].filter(Boolean).join(' ');
  };
  const loss = metricKey(['loss', 'val']);

  it('say the one value, mean and spread, or how many values their members have', () => {
    expect(said('status', { ...NOTHING, low: 'failed', high: 'failed', kinds: 1 })).toBe('failed');
    expect(said('status', { ...NOTHING, low: 'completed', high: 'failed', kinds: 3 })).toBe('3 values');
    expect(said('hyperparameters["lr"]', { ...NOTHING, low: '0.1', high: '1', mean: 0.5, kinds: 2 })).toBe('2 values');
    expect(said(loss, { ...NOTHING, low: 1, high: 2, mean: 1.5, std: 0.7123 })).toBe('1.5 ± 0.71');
    expect(said(loss, { ...NOTHING, low: 1, high: 2, mean: 1.5, std: 1234.5, count: 2 })).toBe('1.5 ± 1,200 n = 2');
    expect(said(loss, { ...NOTHING, low: 1, high: 1, mean: 1, count: 1 })).toBe('1 n = 1');
    expect(shownOfGroup(columnOf(loss), { ...NOTHING, low: 1, high: 2, mean: 1.5, std: 0.7 }, 3).whole).toBe(
      'Mean 1.5 ± 0.7 (sample standard deviation), n = 3, from 1 to 2',
    );
    expect(said('status', null)).toBe('');
    expect(shownOfGroup(columnOf('created'), { ...NOTHING, low: 'a', high: 'b' }, 3).time).toBe('b');
  });

  it('sum up what every row has one of', () => {
    expect(summedOf(['name', 'status', 'tags', 'id', trendKey(['loss', 'val']), 'properties["city"]'], 'user')).toEqual(
      ['status', 'properties["city"]'],
    );
  });

  it('of a cell are attempts, called by their name', () => {
    const name = (low: string, high: string) => ({ ...NOTHING, low, high, kinds: 1 });
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

  it('of a cell say how many executions started them', () => {
    const cell = (kinds: number, count: number) => ({ low: 'a', high: 'b', mean: null, kinds, count, std: null });
    const said = (count: number, executions: GroupCell | null) =>
      attemptsOf({ value: 'c', where: '', count, cells: [null, null, executions] }, calledBy('cell'));
    expect(said(3, cell(3, 3))).toBe('3 attempts');
    expect(said(60, cell(1, 60))).toBe('1 attempt · 60 experiments');
    expect(said(5, cell(1, 3))).toBe('3 attempts · 5 experiments'); // of two it was not recorded
    expect(said(2, null)).toBe('2 attempts');
  });

  it('of one attempt are the attempt itself', async () => {
    const cell = (text: string) => ({ ...NOTHING, low: text, high: text, kinds: 1 });
    const groups = [
      { value: 'c1', where: 'cell == "c1"', count: 1, cells: [cell('sgd'), cell('1')] },
      { value: 'c2', where: 'cell == "c2"', count: 3, cells: [cell('adam'), cell('2')] },
      { value: 'c3', where: 'cell == "c3"', count: 1, cells: [cell('gone'), cell('3')] },
    ];
    const asked: unknown[] = [];
    const source = {
      read: async (name: string, args: Record<string, unknown>) => {
        if (name === 'groups') {
          return { items: groups, total: 5, more: false, problem: null };
        }
        asked.push(args.objects);
        return { items: [{ ...ROW, id: '1' }], total: 1, damaged: [], problem: null };
      },
    } as unknown as Source;
    const rows = new Grouped(source, 'cell', () => summedOf([], 'cell'));
    rows.ask({ query: 'sgd' });
    await vi.waitFor(() => expect(rows.total.value).toBe(3));
    expect([rows.slot(0), rows.slot(1)]).toEqual(['waiting', groups[1]]);
    rows.want(0, 2);
    await vi.waitFor(() => expect(rows.row(0)?.id).toBe('1'));
    expect(rows.slot(2)).toBe('unreadable');
    expect([rows.isMember(0), rows.allOpen]).toEqual([false, false]);
    expect((await rows.all(0, 2)).map(row => row.id)).toEqual(['1']);
    rows.want(0, 2);
    expect(asked).toEqual([
      ['1', '3'],
      ['1', '3'],
    ]);
    rows.toggleAll(true);
    expect(rows.allOpen).toBe(true);
    rows.stop();
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
