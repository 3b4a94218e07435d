// What lies under the pointer: the point of every series at one x, sorted, the nearest marked.

import type { LineModel } from './model';
import { drawable, nearestIndex } from './trace';

export interface Hit {
  series: LineModel['series'][number];
  index: number;
  x: number;
  value: number;
  /** The unsmoothed value at the same place, where what is drawn is smoothed. */
  raw: number | null;
  /** Position in CSS pixels of the plotting area; null for a value that has no place on the axis. */
  left: number;
  top: number | null;
  nearest: boolean;
}

export interface Place {
  toLeft(x: number): number;
  toTop(y: number): number;
  toX(left: number): number;
  log: boolean;
}

/** Points further from the pointer than this belong to a series that does not reach there. */
const REACH = 24;

function rawAt(series: LineModel['series'][number], x: number): number | null {
  const { raw_x: xs, raw_y: ys } = series.columns;
  if (!xs?.length || !ys) {
    return null;
  }
  const index = nearestIndex(xs, x);
  return xs[index] === x ? (ys[index] as number) : null;
}

function hitOf(series: LineModel['series'][number], index: number, place: Place): Hit {
  const x = series.columns.x[index] as number;
  const value = series.columns.y[index] as number;
  const top = drawable(value, place.log) ? place.toTop(value) : null;
  return { series, index, x, value, raw: rawAt(series, x), left: place.toLeft(x), top, nearest: false };
}

function byValue(one: Hit, other: Hit): number {
  const missing = Number(Number.isNaN(one.value)) - Number(Number.isNaN(other.value));
  return missing || other.value - one.value || one.series.name.localeCompare(other.series.name);
}

/** Every series at the pointer's x. */
export function compareAt(
  model: LineModel,
  hidden: ReadonlySet<string>,
  left: number,
  top: number,
  place: Place,
): Hit[] {
  const at = place.toX(left);
  const hits: Hit[] = [];
  for (const series of model.series) {
    const xs = series.columns.x;
    if (hidden.has(series.id) || xs.length === 0) {
      continue;
    }
    const hit = hitOf(series, nearestIndex(xs, at), place);
    const within = (xs[0] as number) <= at && at <= (xs[xs.length - 1] as number);
    if (within || Math.abs(hit.left - left) <= REACH) {
      hits.push(hit);
    }
  }
  let nearest: Hit | null = null;
  for (const hit of hits) {
    if (hit.top !== null && (!nearest || Math.abs(hit.top - top) < Math.abs((nearest.top as number) - top))) {
      nearest = hit;
    }
  }
  if (nearest) {
    nearest.nearest = true;
  }
  return hits.sort(byValue);
}

/** The one point closest to the pointer, among all series. */
export function closestAt(
  model: LineModel,
  hidden: ReadonlySet<string>,
  left: number,
  top: number,
  place: Place,
): Hit[] {
  let best: Hit | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const series of model.series) {
    const { x: xs, y: ys } = series.columns;
    if (hidden.has(series.id) || xs.length === 0) {
      continue;
    }
    const middle = nearestIndex(xs, place.toX(left));
    for (const step of [-1, 1]) {
      for (let index = middle; index >= 0 && index < xs.length; index += step) {
        const dx = place.toLeft(xs[index] as number) - left;
        if (dx * dx >= distance) {
          break;
        }
        const value = ys[index] as number;
        if (drawable(value, place.log)) {
          const dy = place.toTop(value) - top;
          if (dx * dx + dy * dy < distance) {
            distance = dx * dx + dy * dy;
            best = hitOf(series, index, place);
          }
        }
      }
    }
  }
  if (best) {
    best.nearest = true;
  }
  return best ? [best] : [];
}
