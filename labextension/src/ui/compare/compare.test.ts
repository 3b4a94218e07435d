import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ComparisonAnswer, Head, ParallelAxis } from './answers';
import { areTold, inColors, isLit } from './company';
import { lineAt, shadeOf } from './lines';
import { shadingOf } from './parallel';
import {
  type Brush,
  brushOf,
  isLogarithmic,
  marksOf,
  placeOf,
  queryOf,
  readBrush,
  spanOf,
  taken,
  whyLinear,
  withLogarithmic,
  writeBrush,
} from './places';
import { csvOf, differs, isTitle, markdownOf, nextDifference, placed, rowsOf, shownRows, textOf } from './rows';
import { stepAt } from './samples';
import { spreadOf } from './spread';
import { orderOf } from './values';

interface Golden {
  axis: ParallelAxis;
  places: (number | null)[];
  log: (number | null)[];
}

const here = import.meta.url;
const golden = JSON.parse(readFileSync(new URL('../../../../tests/contract/parallel.json', here), 'utf8')) as Golden[];

function head(id: string, more: Partial<Head> = {}): Head {
  return { id, name: id, color: 0, dash: 0, status: 'completed', ...more };
}

const LR = 'hyperparameters["General"]["lr"]';
const axis = (more: Partial<ParallelAxis>): ParallelAxis => ({
  key: LR,
  label: 'lr',
  kind: 'number',
  values: [],
  low: null,
  high: null,
  positive: false,
  log: false,
  categories: [],
  missing: 0,
  nonfinite: 0,
  mixed: false,
  ...more,
});
const rates = axis({ values: [0.001, 0.1, 1, null], low: 0.001, high: 1, positive: true });
const kinds = axis({ key: 'k', kind: 'category', categories: ['adam', 'lion', 'sgd'], values: [0, 2, 1, null] });

describe('places on an axis', () => {
  it('are those that Python draws at', () => {
    expect(golden.length).toBeGreaterThan(4);
    for (const { axis: one, places, log } of golden) {
      const close = (found: (number | null)[], wanted: (number | null)[]) =>
        found.forEach((place, at) => {
          expect(place === null).toBe(wanted[at] === null);
          expect(place ?? 0).toBeCloseTo(wanted[at] ?? 0, 12);
        });
      close(
        one.values.map(value => placeOf(one, value)),
        places,
      );
      close(
        one.values.map(value => placeOf(one, value, true)),
        log,
      );
    }
  });

  it('have marks at few values themselves, at round numbers, and at categories', () => {
    const labels = (values: number[]) => marksOf({ ...rates, values }, true).map(([, label]) => label);
    expect(marksOf(rates, true).map(([, label]) => label)).toEqual(['0.001', '0.1', '1']);
    expect(labels([0.001, 0.3, 1])).toEqual(['0.001', '0.3', '1']);
    expect(labels([0.001, 0.9, 1])).toEqual(['0.001', '0.01', '0.1', '1']);
    expect(labels([0.001, 0.002, 0.005, 0.01, 0.1, 0.2, 1])).toEqual(['0.001', '0.01', '0.1', '1']);
    expect(marksOf(kinds, false)).toEqual([
      [0, 'adam'],
      [0.5, 'lion'],
      [1, 'sgd'],
    ]);
  });
});

describe('a logarithmic axis', () => {
  const loss = axis({ key: 'loss', label: 'loss', low: 0.1, high: 2, positive: true });
  const wide = { ...rates, log: true };

  it('is what suits its values until one is chosen, then as was chosen', () => {
    expect([wide, loss].map(one => isLogarithmic(one, []))).toEqual([true, false]);
    expect([wide, loss].map(one => isLogarithmic(one, ['loss']))).toEqual([false, true]);
    expect(isLogarithmic({ ...loss, positive: false }, ['loss'])).toBe(false);
  });

  it('is chosen beside the others, which stay as they are, shown or not', () => {
    expect(withLogarithmic([wide, loss], [], loss, true)).toEqual([LR, 'loss']);
    expect(withLogarithmic([wide, loss], ['elsewhere', LR], loss, true)).toEqual(['elsewhere', LR, 'loss']);
    expect(withLogarithmic([wide, loss], ['elsewhere', LR], wide, false)).toEqual(['elsewhere']);
    const none = withLogarithmic([wide, loss], [], wide, false);
    expect(isLogarithmic(wide, none)).toBe(false);
    expect(withLogarithmic([wide, loss], none, wide, true)).toEqual([LR]);
  });

  it('cannot be where values are not above zero, which is said', () => {
    expect(whyLinear(loss)).toBe('');
    expect(whyLinear({ ...loss, low: -0.5, positive: false })).toBe(
      'loss has values that are not above zero, down to −0.5: they have no logarithm',
    );
    expect(whyLinear({ ...kinds, label: 'optimizer' })).toBe('optimizer has no numbers: it has no logarithm');
  });
});

describe('a brush', () => {
  it('takes what lies in it, and comes back from its text', () => {
    const brush = brushOf(rates, 0.6, 1.2, true) as Brush;
    expect(taken([rates, kinds], [brush], 4)).toEqual(new Set([1, 2]));
    expect(readBrush(writeBrush(brush))).toEqual(brush);
    expect(taken([rates], [], 4)).toBeNull();
  });

  it('of texts takes those it touches', () => {
    const brush = brushOf(kinds, 0.4, 1, false) as Brush;
    expect(brush).toEqual({ key: 'k', texts: ['lion', 'sgd'] });
    expect(taken([rates, kinds], [brush, { key: rates.key, low: 0, high: 0.5 }], 4)).toEqual(new Set([1]));
    expect(spanOf(kinds, brush, false)).toEqual([0.25, 1.03]);
    expect(brushOf(kinds, 0.5, 0.5, false)).toEqual({ key: 'k', texts: ['lion'] });
  });

  it('drawn out to the end takes the end itself', () => {
    const brush = brushOf(rates, 0, 1, true) as { low: number; high: number };
    expect([brush.low, brush.high]).toEqual([0.001, 1]);
  });

  it('is a query', () => {
    expect(queryOf([{ key: LR, low: 0.1, high: 1 }])).toBe(`${LR} >= 0.1 and ${LR} <= 1`);
    expect(queryOf([{ key: 'k', texts: ['a"b', 'c'] }])).toBe('(k == "a\\"b" or k == "c")');
    expect(queryOf([{ key: 'single/minutes', low: 0, high: 1 }])).toBeNull();
    expect(queryOf([])).toBeNull();
  });

  it('that is none is passed over', () => {
    expect(['', '{}', '[1, 2, 3]', '["k"]', 'null', '["k", "a", 2]'].map(readBrush)).toEqual(Array(6).fill(null));
  });
});

describe('the line under the pointer', () => {
  const heights = [Float32Array.of(0, 100), Float32Array.of(100, 0)];
  const lines = {
    heads: [head('a'), head('b')],
    heights,
    geometry: { width: 100, height: 100, x: [0, 100], top: 0, bottom: 100 },
    taken: null,
  };

  it('is the nearest, if it is near', () => {
    expect(lineAt(lines, 20, 22)).toBe(0);
    expect(lineAt(lines, 20, 78)).toBe(1);
    expect(lineAt(lines, 20, 50)).toBe(-1);
    expect(lineAt({ ...lines, taken: new Set([1]) }, 20, 22)).toBe(-1);
  });

  it('has a shade between those beside it', () => {
    expect(shadeOf(['rgba(0, 0, 0, 1)', 'rgba(200, 100, 0, 1)'], 0.5)).toBe('rgb(100 50 0)');
  });
});

const answer: ComparisonAnswer = {
  experiments: [head('a'), head('b'), head('c', { problem: 'damaged' })],
  hyperparameters: [
    { section: 'General', name: 'batch', texts: ['32'], values: [0, 0, -1] },
    { section: 'General', name: 'lr', texts: ['0.1', '0.2'], values: [0, 1, -1] },
  ],
  properties: [{ name: 'team', texts: ['x'], values: [0, -1, -1] }],
  metrics: [],
  singles: [],
  missing: [],
};

describe('details side by side', () => {
  it('put differences first, and hide what is identical', () => {
    const rows = rowsOf(answer);
    const { items, identical } = shownRows(rows, '', false);
    expect(items.map(item => (isTitle(item) ? item.title : item.name))).toEqual([
      'Hyperparameters',
      'lr',
      'Properties',
      'team',
    ]);
    expect(identical).toBe(rows.length - 2);
    const all = shownRows(rows, '', true).items;
    expect(all.map(item => (isTitle(item) ? item.title : item.name)).slice(0, 3)).toEqual([
      'Hyperparameters',
      'lr',
      'batch',
    ]);
    expect(shownRows(rows, 'hyper 0.2', true).items).toHaveLength(2);
  });

  it('do not differ by what cannot be read', () => {
    expect(differs({ texts: ['32'], values: [0, 0, -1] }, answer.experiments)).toBe(false);
  });

  it('step from difference to difference', () => {
    const { items } = shownRows(rowsOf(answer), '', true);
    const first = nextDifference(items, -1, 1);
    expect(items[first]).toMatchObject({ name: 'lr' });
    const second = nextDifference(items, first, 1);
    expect(items[second]).toMatchObject({ name: 'team' });
    expect(nextDifference(items, second, 1)).toBe(-1);
    expect(nextDifference(items, second, -1)).toBe(first);
  });

  it('of some experiments stand in the columns of all', () => {
    const found = {
      experiments: ['b', 'a'],
      rows: [{ group: 'Packages', name: 'numpy', texts: ['1', '2'], values: [0, 1], long: false }],
      problems: {},
    };
    const [row] = placed(found, answer.experiments);
    expect([0, 1, 2].map(at => textOf(row as never, at))).toEqual(['2', '1', null]);
    expect(row?.differs).toBe(true);
  });

  it('are copied as CSV and Markdown', () => {
    const table = [
      ['', 'a'],
      ['x|y', '1,"2"'],
    ];
    expect(csvOf(table)).toBe(',a\nx|y,"1,""2"""\n');
    expect(markdownOf(table)).toBe('|  | a |\n| --- | --- |\n| x\\|y | 1,"2" |\n');
  });
});

describe('values', () => {
  it('order experiments, the best first, those without last', () => {
    expect(orderOf([3, null, 1, 'NaN', 2], 'min')).toEqual([2, 4, 0, 1, 3]);
    expect(orderOf([3, null, 1], 'max')).toEqual([0, 2, 1]);
  });
});

describe('samples at one iteration', () => {
  it('are the newest that are not after it', () => {
    const steps = [{ iteration: 0 }, { iteration: 5 }];
    expect([-1, 0, 4, 5, 9].map(at => stepAt(steps, at))).toEqual([-1, 0, 0, 1, 1]);
  });
});

it('several experiments come to a mean and a spread', () => {
  expect(spreadOf([0.9, 0.92, 0.94])).toEqual({ mean: expect.closeTo(0.92), std: expect.closeTo(0.02), count: 3 });
  expect(spreadOf([0.5, null, 'NaN', 'Infinity', undefined])).toEqual({ mean: 0.5, std: null, count: 1 });
  expect(spreadOf([null])).toEqual({ mean: null, std: null, count: 0 });
});

it('experiments take the colours of their groups', () => {
  const heads = ['a', 'b', 'c'].map((id, color) => ({ id, name: id, color, dash: 0 }));
  const groups = [{ id: 'g', name: 'lr=1', color: 7, dash: 1, members: ['a', 'c'] }];
  expect(inColors(heads, groups).map(({ color, dash }) => [color, dash])).toEqual([
    [7, 1],
    [1, 0],
    [7, 1],
  ]);
  expect(inColors(heads, [])).toBe(heads);
  expect(heads.filter(({ id }) => isLit(id, 'g', groups)).map(({ id }) => id)).toEqual(['a', 'c']);
  expect(heads.filter(({ id }) => isLit(id, 'b', groups)).map(({ id }) => id)).toEqual(['b']);
  expect(heads.some(({ id }) => isLit(id, null, groups))).toBe(false);
});

it('lines are coloured by a metric where their colours do not tell them apart, and by groups that were asked for', () => {
  const metric = axis({ key: 'metrics["loss"]["val"].last' });
  expect(shadingOf([rates, metric], false, '')).toBe(metric);
  expect(shadingOf([rates, metric], true, '')).toBeUndefined();
  expect(shadingOf([rates, metric], true, LR)).toBe(rates);
  expect(shadingOf([rates, metric], false, 'experiment')).toBeUndefined();
  const heads = Array.from({ length: 60 }, (_, at) => head(`${at}`));
  const group = (at: number) => ({ id: `g${at}`, name: '', color: 0, dash: 0, members: [] });
  const groups = Array.from({ length: 21 }, (_, at) => group(at));
  expect([areTold([], heads), areTold([], heads.slice(0, 12))]).toEqual([false, true]);
  expect([areTold(groups, heads), areTold(groups.slice(1), heads)]).toEqual([false, true]);
});
