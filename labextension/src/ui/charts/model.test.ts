import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ChartSeries, type ChartsAnswer, decodeCharts } from '../protocol';
import { seriesData, seriesJson } from './keep';
import { ema, GapError, type LineModel, mergeCharts, nonpositiveCount, preview, sampling } from './model';

function series(id: string, x: number[], y: number[], more: Partial<ChartSeries> = {}): ChartSeries {
  const columns = { x: Float64Array.from(x), y: Float64Array.from(y) };
  const names = { experiment: 'e', name: id, metric: 'loss', variant: id, color: 0, dash: 0 };
  const counts = { total: x.length, shown: x.length, sampled: false, first: 0, last: y.at(-1) ?? null };
  return { id, ...names, ...counts, nonfinite: [], nonfinite_count: 0, columns, ...more };
}

function chart(id: string, ...lines: ChartSeries[]): LineModel {
  return {
    id,
    title: id,
    kind: 'line',
    x: { kind: 'iterations', label: null, unit: null },
    y: { label: null },
    series: lines,
  };
}

function answer(...charts: LineModel[]): ChartsAnswer {
  return { charts, next: 'n', unchanged: false };
}

describe('increments', () => {
  const held = [
    chart('loss', series('train', [0, 1], [5, 4]), series('val', [0, 1], [6, 5])),
    chart('lr', series('lr', [0], [1])),
  ];

  it('drops what it has when the answer is whole', () => {
    const next = { ...answer(chart('loss', series('val', [0], [1]))), whole: true };
    expect(mergeCharts(held, next)).toBe(next.charts);
  });

  it('appends new rows and keeps what did not change', () => {
    const next = answer(chart('loss', series('train', [2, 3], [3, 2], { first: 2, total: 4, shown: 4 })));
    const [loss, lr] = mergeCharts(held, next) as [LineModel, LineModel];
    expect([...(loss.series[0] as ChartSeries).columns.x]).toEqual([0, 1, 2, 3]);
    expect([...(loss.series[0] as ChartSeries).columns.y]).toEqual([5, 4, 3, 2]);
    expect(loss.series[0]).toMatchObject({ shown: 4, total: 4, first: 0 });
    expect(loss.series[1]).toBe(held[0]?.series[1]);
    expect(lr).toBe(held[1]);
  });

  it('replaces a series that comes whole', () => {
    const [loss] = mergeCharts(held, answer(chart('loss', series('train', [7], [1])))) as [LineModel];
    expect([...(loss.series[0] as ChartSeries).columns.x]).toEqual([7]);
    expect(loss.series).toHaveLength(2);
  });

  it('adds series and charts at the end', () => {
    const merged = mergeCharts(
      held,
      answer(chart('loss', series('test', [0], [1])), chart('acc', series('acc', [0], [1]))),
    );
    expect(merged.map(one => one.id)).toEqual(['loss', 'lr', 'acc']);
    expect(merged[0]?.series.map(one => one.id)).toEqual(['train', 'val', 'test']);
  });

  it('refuses rows that do not continue what is held', () => {
    const later = answer(chart('loss', series('train', [9], [1], { first: 9 })));
    expect(() => mergeCharts(held, later)).toThrow(GapError);
    const unknown = answer(chart('loss', series('new', [9], [1], { first: 9 })));
    expect(() => mergeCharts(held, unknown)).toThrow(GapError);
  });

  it('appends the original beside the smoothed line', () => {
    const raw = (x: number[], y: number[]) => ({ raw_x: Float64Array.from(x), raw_y: Float64Array.from(y) });
    const old = series('train', [0, 1], [5, 4.5]);
    const more = series('train', [2], [4], { first: 2 });
    const smoothed = (one: ChartSeries, x: number[], y: number[]) => ({
      ...one,
      columns: { ...one.columns, ...raw(x, y) },
    });
    const [merged] = mergeCharts(
      [chart('loss', smoothed(old, [0, 1], [5, 4]))],
      answer(chart('loss', smoothed(more, [2], [3]))),
    ) as [LineModel];
    expect([...((merged.series[0] as ChartSeries).columns.raw_y as Float64Array)]).toEqual([5, 4, 3]);
  });

  it('keeps everything when nothing is new', () => {
    expect(mergeCharts(held, { charts: [], next: 'n', unchanged: true })).toEqual(held);
  });
});

describe('smoothing here, until the server answers', () => {
  it('agrees with what the server computed', () => {
    const bytes = readFileSync('../tests/contract/charts.bin');
    const { charts } = decodeCharts(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    );
    const averaged = charts.filter(one => one.x.kind === 'relative').flatMap(one => one.series);
    const smoothed = averaged.filter(one => one.columns.raw_y && !one.sampled);
    expect(smoothed.length).toBeGreaterThan(0);
    for (const { columns } of smoothed) {
      const own = ema(columns.raw_y as Float64Array, 0.5);
      own.forEach((value, row) => {
        const theirs = columns.y[row] as number;
        expect(Number.isNaN(value)).toBe(Number.isNaN(theirs));
        expect(Number.isNaN(value) ? 0 : value).toBeCloseTo(Number.isNaN(theirs) ? 0 : theirs, 12);
      });
    }
  });

  it('begins at the first value and passes over what is not finite', () => {
    expect([...ema(Float64Array.of(4, Number.NaN, 2), 0.5)]).toEqual([4, Number.NaN, (0.5 * 2 + 0.5 * 2) / 0.75]);
  });

  it('does not guess from a sample', () => {
    expect(preview(chart('loss', series('train', [0, 1], [1, 2], { sampled: true, total: 9 })), 0.5)).toBeNull();
    expect(preview(chart('loss', series('train', [0, 1], [1, 2], { members: ['e', 'f'] })), 0.5)).toBeNull();
    expect(sampling(chart('loss', series('train', [0, 1], [1, 2], { sampled: true, total: 9 })))).toEqual({
      shown: 2,
      total: 9,
    });
  });

  it('goes back to the original at zero', () => {
    const whole = chart('loss', series('train', [0, 1, 2], [3, 1, 2]));
    const there = preview(whole, 0.9) as LineModel;
    const back = preview(there, 0) as LineModel;
    expect([...(back.series[0] as ChartSeries).columns.y]).toEqual([3, 1, 2]);
    expect((back.series[0] as ChartSeries).columns.raw_y).toBeUndefined();
  });
});

describe('a logarithmic axis', () => {
  it('counts what has no place on it, of the original values', () => {
    expect(nonpositiveCount(chart('loss', series('train', [0, 1, 2, 3], [-1, 0, 1, Number.NaN])))).toBe(2);
  });
});

describe('data to take away', () => {
  const whole = series('train', [0, 1, 2], [1, Number.NaN, Number.NaN], {
    nonfinite: [
      [1, 'Infinity'],
      [2, 'NaN'],
    ],
  });

  it('writes one series as an object, in words what JSON cannot hold', () => {
    expect(JSON.parse(seriesJson(chart('loss', whole)))).toEqual({
      experiment: 'e',
      metric: 'loss',
      variant: 'train',
      iterations: [0, 1, 2],
      values: [1, 'Infinity', 'NaN'],
    });
  });

  it('writes several as a list', () => {
    expect(JSON.parse(seriesJson(chart('loss', whole, series('val', [0], [1]))))).toHaveLength(2);
    expect(seriesData(chart('loss'))).toEqual([]);
  });
});
