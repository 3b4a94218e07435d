// One series as strokes of a pen: gaps where a value is missing, the extremes of every pixel column, dots for lone points.

import type { Pen } from './surface';

export interface Mapping {
  /** Visible range of x, in its own units. */
  from: number;
  to: number;
  toX(value: number): number;
  toY(value: number): number;
  /** Values at or below zero have no place. */
  log: boolean;
  /** So have places on the horizontal axis. */
  logX: boolean;
  /** Width of the plotting area in canvas pixels. */
  width: number;
}

/** Index of the first element of the ascending `values` that is not below `value`. */
export function lowerBound(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Index of the element of the ascending `values` closest to `value`, or -1 when there is none. */
export function nearestIndex(values: Float64Array, value: number): number {
  const after = lowerBound(values, value);
  if (after === 0) {
    return values.length ? 0 : -1;
  }
  if (after === values.length) {
    return after - 1;
  }
  return value - (values[after - 1] as number) <= (values[after] as number) - value ? after - 1 : after;
}

/** The first point that matters: one before those in view, so that a line enters from the edge. */
function firstSeen(xs: Float64Array, map: Mapping): number {
  const before = Math.max(0, lowerBound(xs, map.from) - 1);
  return map.logX && (xs[before] as number) <= 0 ? before + 1 : before;
}

export function drawable(value: number, log: boolean): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

/** The area between the two edges of a band; `bottom` is where an edge goes that a logarithmic axis has no place for. */
export function bandPath(
  xs: Float64Array,
  lows: Float64Array,
  highs: Float64Array,
  map: Mapping,
  bottom: number,
  area: Pen,
): void {
  const first = firstSeen(xs, map);
  const end = Math.min(xs.length, lowerBound(xs, map.to) + 1);
  const there = (at: number) => Number.isFinite(lows[at]) && drawable(highs[at] as number, map.log);
  for (let start = first; start < end; start += 1) {
    if (!there(start)) {
      continue;
    }
    let stop = start;
    area.moveTo(map.toX(xs[start] as number), map.toY(highs[start] as number));
    while (stop + 1 < end && there(stop + 1)) {
      stop += 1;
      area.lineTo(map.toX(xs[stop] as number), map.toY(highs[stop] as number));
    }
    for (let at = stop; at >= start; at -= 1) {
      const low = lows[at] as number;
      area.lineTo(map.toX(xs[at] as number), drawable(low, map.log) ? map.toY(low) : bottom);
    }
    area.closePath();
    start = stop;
  }
}

/** Draws a line; returns the centres of points that have no neighbour to be joined with. */
export function tracePath(xs: Float64Array, ys: Float64Array, map: Mapping, line: Pen): number[] {
  const lone: number[] = [];
  const low = firstSeen(xs, map);
  const high = Math.min(xs.length, lowerBound(xs, map.to) + 1);
  const dense = high - low > 4 * map.width;
  let run = 0;
  let px = 0;
  let py = 0;
  // The column of pixels being gathered, when there are many points to one.
  let column = Number.NaN;
  let top = 0;
  let bottom = 0;
  const flush = () => {
    if (!Number.isNaN(column)) {
      line.lineTo(column, top);
      line.lineTo(column, bottom);
      line.lineTo(column, py);
      column = Number.NaN;
    }
  };
  const end = () => {
    flush();
    if (run === 1) {
      lone.push(px, py);
    }
    run = 0;
  };
  for (let index = low; index < high; index += 1) {
    const value = ys[index] as number;
    if (!drawable(value, map.log)) {
      end();
      continue;
    }
    const x = map.toX(xs[index] as number);
    const y = map.toY(value);
    if (run === 0) {
      line.moveTo(x, y);
    } else if (!dense) {
      line.lineTo(x, y);
    } else if (Math.round(x) === column) {
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    } else {
      flush();
      column = Math.round(x);
      line.lineTo(column, y);
      top = y;
      bottom = y;
    }
    run += 1;
    px = x;
    py = y;
  }
  end();
  return lone;
}
