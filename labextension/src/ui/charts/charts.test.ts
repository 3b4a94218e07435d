import { describe, expect, it } from 'vitest';
import type { ExperimentRecord, MetricSummary } from '../protocol';
import { bestOf, directionOf } from './best';
import { DEFAULTS } from './chart';
import { controlsOf } from './controls';
import { bounded, margin, roomy, scaled, shifted, typicalExtent, xExtent, yExtent } from './extent';
import { testOf } from './filter';
import { selection } from './gestures';
import { columnsFor } from './grid';
import { closestAt, compareAt } from './hover';
import type { LineModel } from './model';
import { DASHES, dashOf, seriesColor, seriesToken } from './paint';
import { namesOf } from './reader';
import {
  askedBy,
  asOptions,
  clampSmoothing,
  clampWindow,
  type Kept,
  PLAIN,
  recall,
  remember,
  type Shelf,
} from './settings';
import { litIn } from './together';
import { fitting } from './toolbar';
import { windowOf } from './tooltip';
import { bandPath, lowerBound, nearestIndex } from './trace';

function model(...lines: [id: string, x: number[], y: number[]][]): LineModel {
  const series = lines.map(([id, x, y]) => ({
    ...{ id, experiment: 'e', name: id, metric: 'm', variant: id, color: 0, dash: 0 },
    ...{ total: x.length, shown: x.length, sampled: false, first: 0, last: null, nonfinite: [], nonfinite_count: 0 },
    columns: { x: Float64Array.from(x), y: Float64Array.from(y) },
  }));
  return {
    id: 'm',
    title: 'm',
    kind: 'line',
    x: { kind: 'iterations', label: null, unit: null },
    y: { label: null },
    series,
  };
}

/** Rows of corners that a band was drawn with. */
function bandOf(x: number[], low: number[], high: number[], log = false): number[][][] {
  const areas: number[][][] = [];
  const pen = {
    moveTo: (px: number, py: number) => areas.push([[px, py]]),
    lineTo: (px: number, py: number) => areas.at(-1)?.push([px, py]),
    closePath: () => {},
  };
  const same = (value: number) => value;
  const map = { from: 0, to: 100, toX: same, toY: same, log, logX: false, width: 100 };
  bandPath(Float64Array.from(x), Float64Array.from(low), Float64Array.from(high), map, -99, pen);
  return areas;
}

describe('a band', () => {
  it('is one area for each stretch without gaps', () => {
    const gap = Number.NaN;
    expect(bandOf([0, 1, 2, 3, 4], [1, 1, gap, 2, 2], [3, 4, gap, 5, 6])).toEqual([
      [
        [0, 3],
        [1, 4],
        [1, 1],
        [0, 1],
      ],
      [
        [3, 5],
        [4, 6],
        [4, 2],
        [3, 2],
      ],
    ]);
  });

  it('reaches down to the axis where a logarithm has no place for its lower edge', () => {
    expect(bandOf([0, 1, 2], [-1, 2, -3], [3, 4, -2], true)).toEqual([
      [
        [0, 3],
        [1, 4],
        [1, 2],
        [0, -99],
      ],
    ]);
  });
});

const none: ReadonlySet<string> = new Set();
const place = {
  toLeft: (x: number) => x * 10,
  toTop: (y: number) => 100 - y * 10,
  toX: (left: number) => left / 10,
  log: false,
};

describe('colours and dashes', () => {
  const paint = {
    series: Array.from({ length: 10 }, (_, slot) => `hue${slot}`),
    ink: '',
    muted: '',
    grid: '',
    border: '',
    paper: '',
    font: '',
  };

  it('are those of the slot, whatever its number', () => {
    expect([0, 9, 10, 23].map(slot => seriesColor(paint, slot))).toEqual(['hue0', 'hue9', 'hue0', 'hue3']);
    expect(seriesToken(12)).toBe('var(--tk-series-2)');
  });

  it('give the first round solid lines and repeat after the last pattern', () => {
    expect(dashOf(0)).toEqual([]);
    expect(dashOf(1)).not.toEqual([]);
    expect(dashOf(DASHES.length)).toEqual(dashOf(0));
  });
});

describe('ranges', () => {
  const two = model(['a', [0, 10], [1, 3]], ['b', [5, 20], [-4, 100]]);

  it('span what is shown', () => {
    expect(xExtent(two, none)).toEqual([0, 20]);
    expect(xExtent(two, new Set(['b']))).toEqual([0, 10]);
    expect(xExtent(two, new Set(['a', 'b']))).toBeNull();
  });

  it('follow what is in view, and leave out what has no place', () => {
    expect(yExtent(two, none, [0, 6], false)).toEqual([-4, 100]);
    expect(yExtent(two, none, [0, 20], true)).toEqual([1, 100]);
    expect(yExtent(model(['a', [0], [Number.NaN]]), none, [0, 1], false)).toBeNull();
    const banded = model(['a', [0, 1], [5, 6]]);
    const [line] = banded.series;
    Object.assign(line?.columns ?? {}, { low: Float64Array.of(-2, Number.NaN), high: Float64Array.of(9, Number.NaN) });
    expect(yExtent(banded, none, [0, 1], false)).toEqual([-2, 9]);
  });

  it('give a single point room', () => {
    expect(roomy([7, 7], 'iterations')).toEqual([6, 8]);
    const [low, high] = margin([5, 5], false);
    expect(low).toBeLessThan(5);
    expect(high).toBeGreaterThan(5);
  });

  it('do not go below zero for what never does', () => {
    expect(margin([0.01, 1], false)[0]).toBe(0);
  });

  it('zoom about the middle and move by a share', () => {
    expect(scaled([0, 10], 0.5)).toEqual([2.5, 7.5]);
    expect(shifted([0, 10], 0.1)).toEqual([1, 11]);
    expect(scaled([1, 100], 2, true)[1]).toBeCloseTo(1000);
  });
});

describe('a drag', () => {
  it('is a box, or one direction when it is thin', () => {
    expect(selection({ left: 10, top: 50 }, { left: 90, top: 54 }, 200, 100)).toMatchObject({
      horizontal: true,
      vertical: false,
      top: 0,
      bottom: 100,
    });
    expect(selection({ left: 10, top: 10 }, { left: 90, top: 80 }, 200, 100)).toMatchObject({
      horizontal: true,
      vertical: true,
    });
    expect(selection({ left: 10, top: 10 }, { left: 500, top: 12 }, 200, 100).right).toBe(200);
  });
});

describe('what lies under the pointer', () => {
  const three = model(
    ['low', [0, 1, 2], [1, 1, 1]],
    ['high', [0, 1, 2], [9, 9, 9]],
    ['gone', [0, 1, 2], [5, Number.NaN, 5]],
  );

  it('is sorted by value, what is missing last, the nearest marked', () => {
    const hits = compareAt(three, none, 10, 12, place);
    expect(hits.map(hit => hit.series.id)).toEqual(['high', 'low', 'gone']);
    expect(hits.map(hit => hit.nearest)).toEqual([true, false, false]);
  });

  it('leaves out series that do not reach there', () => {
    const hits = compareAt(model(['short', [0, 1], [1, 1]], ['long', [0, 100], [1, 1]]), none, 500, 0, place);
    expect(hits.map(hit => hit.series.id)).toEqual(['long']);
  });

  it('is one point in the closest mode, among those that are shown', () => {
    expect(closestAt(three, none, 21, 88, place)).toMatchObject([{ series: { id: 'low' }, x: 2, value: 1 }]);
    expect(closestAt(three, new Set(['low']), 21, 88, place)).toMatchObject([{ series: { id: 'gone' } }]);
  });

  it('shows the rows around the nearest', () => {
    const hits = Array.from({ length: 40 }, (_, at) => ({ nearest: at === 30, at }));
    const rows = windowOf(hits as never) as unknown as typeof hits;
    expect(rows).toHaveLength(12);
    expect(rows.some(row => row.nearest)).toBe(true);
  });

  it('is found by halving', () => {
    expect(lowerBound(Float64Array.of(1, 2, 2, 3), 2)).toBe(1);
    expect(nearestIndex(Float64Array.of(0, 10, 20), 14)).toBe(1);
    expect(nearestIndex(new Float64Array(), 1)).toBe(-1);
  });
});

describe('the grid', () => {
  it('leaves no hole that could be avoided', () => {
    expect(columnsFor(1200, 2)).toBe(2);
    expect(columnsFor(1200, 4)).toBe(2);
    expect(columnsFor(1200, 7)).toBe(3);
    expect(columnsFor(300, 5)).toBe(1);
    expect(columnsFor(0, 0)).toBe(1);
  });
});

describe('controls', () => {
  const given = {
    options: DEFAULTS,
    set: () => {},
    chart: () => null,
    onPng: () => {},
    onSvg: () => {},
    onJson: () => {},
    onEmbed: () => {},
  };
  const names = (kind: 'line' | 'axes' | 'space' | 'plain') =>
    controlsOf({ ...given, kind, onMaximize: () => {} }).map(one => one.name);

  it('have the names that were agreed', () => {
    const common = ['Download PNG', 'Download JSON', 'Copy embed code', 'Maximize'];
    const flat = [
      'Zoom',
      'Pan',
      'Zoom in',
      'Zoom out',
      'Autoscale',
      'Reset axes',
      'Toggle spike lines',
      'Toggle legend',
    ];
    const areas = ['Box select', 'Lasso select', 'Download SVG'];
    const hover = ['Show closest data on hover', 'Compare data on hover'];
    expect(names('line')).toEqual(
      expect.arrayContaining([...common, ...flat, ...hover, ...areas, 'Toggle logarithmic view', 'Show as table']),
    );
    expect(names('axes')).toEqual(expect.arrayContaining([...common, ...flat, ...hover, ...areas]));
    expect(names('space')).toEqual(
      expect.arrayContaining([...common, 'Orbital rotation', 'Turntable rotation', 'Reset camera']),
    );
    expect(names('plain').sort()).toEqual([...common].sort());
  });

  it('keep the most used in a narrow row', () => {
    const controls = controlsOf({ ...given, kind: 'line', onMaximize: () => {} });
    const shown = [...fitting(controls, 200)].map(one => one.name);
    expect(shown).toContain('Maximize');
    expect(shown).toContain('Toggle logarithmic view');
    expect(shown.length).toBeLessThan(controls.length);
    expect(fitting(controls, 2000).size).toBe(controls.length);
  });
});

describe('settings', () => {
  const box = (): Shelf & { held: Map<string, string> } => {
    const held = new Map<string, string>();
    return { held, getItem: key => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value) };
  };

  it('are kept for the experiments they were chosen for', () => {
    const on = box();
    const kept: Kept = { ...PLAIN, groupBy: 'none', xaxis: 'wall', smoothing: 0.6, hidden: ['loss'] };
    remember(['a', 'b'], kept, on);
    expect(recall(['a', 'b'], on)).toEqual(kept);
    expect(recall(['a'], on)).toEqual({});
  });

  it('pass over what is none of theirs: of another version, or written by hand', () => {
    const on = box();
    on.setItem(
      'trackkit:curves:a',
      '{"groupBy":"colour","xaxis":"wall","kind":"magic","sigma":"1","bounds":{"x":[1]},"hidden":[1,"loss"],"logX":1}',
    );
    expect(recall(['a'], on)).toEqual({ xaxis: 'wall', hidden: ['loss'] });
  });

  it('are options of a view, and such options are settings', () => {
    const set = { ...PLAIN, xaxis: 'wall', logY: true, bounds: { x: [null, 5], y: [0, null] }, linked: true } as const;
    expect(askedBy(asOptions(set))).toEqual(set);
    expect(askedBy({})).toEqual({});
    // By hand, or of another version.
    expect(askedBy({ y_range: ['low', 1] as never, log_y: 'yes' as never, x_range: [1, null] })).toEqual({});
  });

  it('survive a storage that is off, full or spoiled', () => {
    const full: Shelf = {
      getItem: () => '{"smoothing":',
      setItem: () => {
        throw new Error('full');
      },
    };
    expect(() => remember(['a'], { ...PLAIN, hidden: [] }, full)).not.toThrow();
    expect(recall(['a'], full)).toEqual({});
    expect(recall(['a'], null)).toEqual({});
  });

  it('clamp a window to an odd number of points', () => {
    expect([2, 3, 4, 6.4, 99, Number.NaN].map(value => clampWindow(value, 'running'))).toEqual([3, 3, 5, 7, 35, 5]);
    expect(clampWindow(35, 'gaussian')).toBe(15);
  });

  it('clamp smoothing', () => {
    expect([clampSmoothing(2), clampSmoothing(-1), clampSmoothing(0.12345), clampSmoothing(Number.NaN)]).toEqual([
      0.999, 0, 0.123, 0,
    ]);
  });
});

describe('a filter', () => {
  it('holds all words, in any order', () => {
    const { matches } = testOf('LOSS val', false);
    expect(['loss/val', 'val loss', 'loss/train'].map(matches)).toEqual([true, true, false]);
  });

  it('is a regular expression where that is asked for', () => {
    const { matches, problem } = testOf('^(loss|lr)$', true);
    expect(['loss', 'LR', 'loss/val'].map(matches)).toEqual([true, true, false]);
    expect(problem).toBeNull();
  });

  it('says what is wrong, and filters nothing', () => {
    const { matches, problem } = testOf('(', true);
    expect(problem).toMatch(/^Not a regular expression/);
    expect(matches('loss')).toBe(true);
  });
});

describe('ranges', () => {
  const model = (y_range: [number, number]): LineModel =>
    ({
      series: [{ id: 'a', y_range, nonfinite: [], columns: { x: Float64Array.of(0, 1, 10), y: new Float64Array(3) } }],
    }) as never;

  it('take the ends that were typed', () => {
    expect(bounded([0, 10], [null, 5], false)).toEqual([0, 5]);
    expect(bounded([0, 10], [2, 5], false)).toEqual([2, 5]);
    expect(bounded([1, 10], [-1, 5], true)).toEqual([1, 5]);
    const [from, to] = bounded([0, 10], [20, null], false);
    expect([from, to > 20]).toEqual([20, true]);
  });

  it('begin above zero on a logarithmic axis', () => {
    expect(xExtent(model([1, 2]), new Set(), true)).toEqual([1, 10]);
    expect(xExtent(model([1, 2]), new Set())).toEqual([0, 10]);
  });

  it('leave outliers out', () => {
    expect(typicalExtent(model([1, 2]), new Set(), false)).toEqual([1, 2]);
    expect(typicalExtent(model([-1, 2]), new Set(), true)).toBeNull();
    expect(typicalExtent(model([1, 2]), new Set(['a']), false)).toBeNull();
  });
});

describe('what stands out', () => {
  const line = (experiment: string, variant: string) => ({ id: `${experiment}/m/${variant}`, experiment, variant });
  const model = { series: [line('e', 'train'), line('e', 'val'), line('f', 'train')] } as unknown as LineModel;

  it('is the same line in every chart, else the same experiment', () => {
    expect(litIn(model, { experiment: 'e', variant: 'val' })).toEqual(new Set(['e/m/val']));
    expect(litIn(model, { experiment: 'e', variant: 'test' })).toEqual(new Set(['e/m/train', 'e/m/val']));
    expect(litIn(model, { experiment: 'g', variant: 'val' })).toBeNull();
    expect(litIn(model, null)).toBeNull();
  });
});

describe('names', () => {
  it('keep their order, monitors last', () => {
    const summary = {} as MetricSummary;
    const records: Pick<ExperimentRecord, 'metrics'>[] = [
      { metrics: { ':gpu': { a: summary }, loss: { val: summary } } },
      { metrics: { loss: { train: summary }, lr: { lr: summary } } },
    ];
    expect(namesOf(records)).toEqual([
      ['loss', ['val', 'train']],
      ['lr', ['lr']],
      [':gpu', ['a']],
    ]);
  });
});

describe('a comparison', () => {
  it('says what is better only where the name does', () => {
    expect(
      ['loss', 'val_accuracy', 'mean time', 'embedding', 'f1-score', 'closs', 'loss accuracy'].map(directionOf),
    ).toEqual(['min', 'max', 'min', null, 'max', null, null]);
  });

  it('marks the best finite values, not a tie of all', () => {
    expect(bestOf([3, 1, 'NaN', 1], 'min')).toEqual(new Set([1, 3]));
    expect(bestOf([3, 1], 'max')).toEqual(new Set([0]));
    expect(bestOf([2, 2], 'max').size).toBe(0);
    expect(bestOf([3, 1], null).size).toBe(0);
    expect(bestOf([3, null], 'min').size).toBe(0);
  });
});
