// The ranges of an axis: what the data spans, and how zooming changes it.

import type { Axis } from '../protocol';
import type { LineModel } from './model';
import { drawable, lowerBound } from './trace';

export type Range = [from: number, to: number];

export function xExtent(model: LineModel, hidden: ReadonlySet<string>): Range | null {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { id, columns, nonfinite } of model.series) {
    if (hidden.has(id)) {
      continue;
    }
    const x = columns.raw_x?.length ? columns.raw_x : columns.x;
    if (x.length) {
      from = Math.min(from, x[0] as number);
      to = Math.max(to, x[x.length - 1] as number);
    }
    for (const [at] of nonfinite) {
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
  }
  return from <= to ? [from, to] : null;
}

/** A range with some room when it holds a single value. */
export function roomy([from, to]: Range, kind: Axis | 'metric'): Range {
  if (from < to) {
    return [from, to];
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

/** The data's range with a margin, so that no line lies on the frame. */
export function margin([from, to]: Range, log: boolean): Range {
  if (log) {
    const room = from === to ? 2 : (to / from) ** 0.05;
    return [from / room, to * room];
  }
  if (from === to) {
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
