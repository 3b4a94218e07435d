// What a line chart draws, as data: answers of `charts` put together, increments appended, previews of smoothing.

import type { Chart as ChartAnswer, ChartSeries, ChartsAnswer, Columns } from '../protocol';

export interface LineModel extends Omit<ChartAnswer, 'series'> {
  series: ChartSeries[];
}

/** An increment that does not continue what is held: read the whole again. */
export class GapError extends Error {
  override readonly name = 'GapError';
}

function joined(head: Float64Array, first: number, tail: Float64Array): Float64Array {
  if (first > head.length) {
    throw new GapError(`rows ${head.length} to ${first} are missing`);
  }
  const whole = new Float64Array(first + tail.length);
  whole.set(head.subarray(0, first));
  whole.set(tail, first);
  return whole;
}

function appended(old: ChartSeries, next: ChartSeries): ChartSeries {
  const { first } = next;
  const columns: Columns = {
    x: joined(old.columns.x, first, next.columns.x),
    y: joined(old.columns.y, first, next.columns.y),
  };
  if (next.columns.raw_x && next.columns.raw_y) {
    columns.raw_x = joined(old.columns.raw_x ?? old.columns.x, first, next.columns.raw_x);
    columns.raw_y = joined(old.columns.raw_y ?? new Float64Array(), first, next.columns.raw_y);
  }
  return { ...next, first: 0, shown: columns.x.length, columns };
}

function mergedSeries(old: ChartSeries[], next: ChartSeries[]): ChartSeries[] {
  const held = new Map(old.map(series => [series.id, series]));
  const fresh = new Map(next.map(series => [series.id, series]));
  const put = (series: ChartSeries) => {
    const before = held.get(series.id);
    if (series.first === 0) {
      return series;
    }
    if (!before) {
      throw new GapError(`series ${series.id} begins at row ${series.first}`);
    }
    return appended(before, series);
  };
  // What an increment leaves out did not change.
  const kept = old.map(series => {
    const update = fresh.get(series.id);
    return update ? put(update) : series;
  });
  return [...kept, ...next.filter(series => !held.has(series.id)).map(put)];
}

/** The charts after an increment arrived; charts that did not change keep their identity. */
export function mergeCharts(old: readonly LineModel[], answer: ChartsAnswer): LineModel[] {
  if (answer.unchanged) {
    return [...old];
  }
  if (answer.whole) {
    return answer.charts;
  }
  const held = new Map(old.map(chart => [chart.id, chart]));
  const fresh = new Map(answer.charts.map(chart => [chart.id, chart]));
  const put = (chart: ChartAnswer): LineModel => {
    const before = held.get(chart.id);
    const moved = chart.series.some(series => series.first === 0 || series.columns.x.length > 0);
    if (before && !moved) {
      return before;
    }
    return { ...chart, series: mergedSeries(before?.series ?? [], chart.series) };
  };
  const kept = old.map(chart => {
    const update = fresh.get(chart.id);
    return update ? put(update) : chart;
  });
  return [...kept, ...answer.charts.filter(chart => !held.has(chart.id)).map(put)];
}

/** De-biased exponential moving average, as series.ema: what is not finite is skipped and stays at its place as NaN. */
export function ema(values: Float64Array, weight: number): Float64Array {
  const out = new Float64Array(values.length);
  let state = 0;
  let power = 1;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (Number.isFinite(value)) {
      state = weight * state + (1 - weight) * value;
      power *= weight;
      out[index] = state / (1 - power);
    } else {
      out[index] = Number.NaN;
    }
  }
  return out;
}

/** The chart smoothed here and now, to be shown until the server's answer arrives; null where it holds only a sample, or a group. */
export function preview(chart: LineModel, weight: number): LineModel | null {
  if (chart.series.some(series => series.sampled || series.members?.length)) {
    return null;
  }
  const series = chart.series.map(one => {
    const x = one.columns.raw_x ?? one.columns.x;
    const raw = one.columns.raw_y ?? one.columns.y;
    const columns: Columns = weight > 0 ? { x, y: ema(raw, weight), raw_x: x, raw_y: raw } : { x, y: raw };
    return { ...one, columns };
  });
  return { ...chart, series };
}

/** How many points a chart shows of how many there are, where that differs. */
export function sampling(chart: LineModel): { shown: number; total: number } | null {
  if (!chart.series.some(series => series.sampled)) {
    return null;
  }
  let shown = 0;
  let total = 0;
  for (const series of chart.series) {
    shown += series.shown;
    total += series.total;
  }
  return shown < total ? { shown, total } : null;
}

export function nonfiniteCount(chart: LineModel): number {
  return chart.series.reduce((sum, series) => sum + series.nonfinite_count, 0);
}

/** How many of the drawn values a logarithmic axis has no place for. */
export function nonpositiveCount(chart: LineModel): number {
  let count = 0;
  for (const { columns } of chart.series) {
    const values = columns.raw_y ?? columns.y;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as number;
      if (value <= 0 && value !== Number.NEGATIVE_INFINITY) {
        count += 1;
      }
    }
  }
  return count;
}
