// The ranges of an axis: what the data spans, and how zooming changes it.

import type { Axis } from '../protocol';
import type { Bounds } from './chart';
import type { LineModel } from './model';
import { drawable, lowerBound } from './trace';

export type Range = [from: number, to: number];

export function xExtent(model: LineModel, hidden: ReadonlySet<string>, log = false): Range | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { id, columns, nonfinite } of model.series) {
    if (hidden.has(id)) {
      continue;
    }
    const x = columns.raw_x?.length ? columns.raw_x : columns.x;
    // The smallest number above zero is where a logarithmic axis begins.
    const first = log ? lowerBound(x, Number.MIN_VALUE) : 0;
    if (first < x.length) {
      from = Math.min(from, x[first] as number);
      to = Math.max(to, x[x.length - 1] as number);
    }
    for (const [at] of nonfinite) {
      if (!log || at > 0) {
        from = Math.min(from, at);
        to = Math.max(to, at);
      }
    }
  }
  return from <= to ? [from, to] : null;
}

/** A range with some room when it holds a single value. */
export function roomy([from, to]: Range, kind: Axis | 'metric', log = false): Range {
  if (from < to) {
    return [from, to];
  }
  if (log) {
    return [from / 2, to * 2];
  }
  const room = kind === 'iterations' ? 1 : 0.5;
  return [from - room, to + room];
}

export function yExtent(model: LineModel, hidden: ReadonlySet<string>, x: Range, log: boolean): Range | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  const take = (xs: Float64Array, ys: Float64Array) => {
    const high = Math.min(xs.length, lowerBound(xs, x[1]) + 1);
    for (let index = Math.max(0, lowerBound(xs, x[0]) - 1); index < high; index += 1) {
      const value = ys[index] as number;
      if (drawable(value, log)) {
        from = Math.min(from, value);
        to = Math.max(to, value);
      }
    }
  };
  for (const { id, columns } of model.series) {
    if (!hidden.has(id)) {
      take(columns.x, columns.y);
      if (columns.raw_x && columns.raw_y) {
        take(columns.raw_x, columns.raw_y);
      }
      if (columns.low && columns.high) {
        take(columns.x, columns.low);
        take(columns.x, columns.high);
      }
    }
  }
  return from <= to ? [from, to] : null;
}

/** The range that leaves a twentieth of the values out at either end: that of the lines in sight. */
export function typicalExtent(model: LineModel, hidden: ReadonlySet<string>, log: boolean): Range | null {
  const ranges = model.series.flatMap(({ id, y_range: range }) => (hidden.has(id) || !range ? [] : [range]));
  const from = Math.min(...ranges.map(([low]) => low));
  const to = Math.max(...ranges.map(([, high]) => high));
  return from <= to && (!log || from > 0) ? [from, to] : null;
}

/** A range with the ends that a person typed; what is impossible on this axis is passed over. */
export function bounded([from, to]: Range, [low, high]: Bounds, log: boolean): Range {
  const possible = (value: number | null): value is number => value !== null && (!log || value > 0);
  const left = possible(low) ? low : from;
  const right = possible(high) ? high : to;
  if (left < right) {
    return [left, right];
  }
  // All that there is lies beyond the one end that was typed.
  const width = log ? 10 : to - from || 1;
  return possible(low) ? [low, log ? low * width : low + width] : [log ? right / width : right - width, right];
}

/** Numbers closer to each other than this part of them are one: what a smoothed constant differs by is rounding. */
const ROUNDING = 1e-12;

/** The data's range with a margin, so that no line lies on the frame. */
export function margin([from, to]: Range, log: boolean): Range {
  const one = to - from <= ROUNDING * Math.max(Math.abs(from), Math.abs(to));
  if (log) {
    const room = one ? 2 : (to / from) ** 0.05;
    return [from / room, to * room];
  }
  if (one) {
    const room = from === 0 ? 1 : Math.abs(from) * 0.1;
    return [from - room, to + room];
  }
  const room = (to - from) * 0.06;
  // Counts, losses and shares touch zero, they do not go below it.
  return [from >= 0 && from < room ? 0 : from - room, to + room];
}

/** The range scaled about its middle: a factor below one comes closer. */
export function scaled([from, to]: Range, factor: number, log = false): Range {
  if (log) {
    const [low, high] = scaled([Math.log10(from), Math.log10(to)], factor);
    return [10 ** low, 10 ** high];
  }
  const middle = (from + to) / 2;
  const half = ((to - from) / 2) * factor;
  return [middle - half, middle + half];
}

/** The range moved by a share of its width. */
export function shifted([from, to]: Range, share: number, log = false): Range {
  if (log) {
    const [low, high] = shifted([Math.log10(from), Math.log10(to)], share);
    return [10 ** low, 10 ** high];
  }
  const step = (to - from) * share;
  return [from + step, to + step];
}
